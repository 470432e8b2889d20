//! One session with what belongs to it: its lines, notes and history, and its transcript.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::frames::{ChatLine, ChatNote, ChatSession, Side};
use super::{edits, handled, store, transcript, view};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::valid::Check;
use crate::http::{Created, Data, Envelope, Id, Json, Listed, Nothing, Problem, Query, RequestInfo, Tagged};
use crate::platform::act::Act;
use crate::platform::audit::{self, Names};
use crate::platform::auth::{Caller, Device, demand};
use crate::platform::entity::Entity;
use crate::platform::permission::Permission;
use crate::platform::staff as people;
use crate::storage::Page;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand(Permission::Chats, routes!(get_chat)))
        .routes(demand(Permission::Chats, routes!(get_chat_messages)))
        .routes(demand(Permission::Chats, routes!(get_chat_transcript)))
        .routes(demand(Permission::Chats, routes!(add_chat_note)))
        .routes(demand(Permission::Chats, routes!(redact_chat_message)))
}

/// A session with what staff see beside it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatDetail {
    #[serde(flatten)]
    pub session: ChatSession,
    pub visitor_id: Uuid,
    /// From where the visitor came to the site.
    pub referrer: Option<String>,
    /// IANA name of the visitor's zone.
    pub timezone: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
    pub notes: Vec<ChatNote>,
    /// Their other sessions, newest first, at most 20.
    pub earlier: Vec<ChatSession>,
    /// Until when the visitor is blocked.
    pub blocked_until: Option<DateTime<Utc>>,
    /// The message of the inbox that was made of it.
    pub message_id: Option<Uuid>,
    /// What was done with it, newest first.
    pub history: Vec<ChatEntry>,
}

/// Something that was done with a session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatEntry {
    pub at: DateTime<Utc>,
    pub sentence: String,
    pub staff_name: Option<String>,
}

/// Which lines.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct LinesQuery {
    /// Lines before this one, the newest of them. Without it, the newest.
    #[param(value_type = Option<i64>)]
    pub before_seq: Option<String>,
    /// 1 to 200; 50 by default.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
}

/// How a transcript is written.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TranscriptQuery {
    /// `txt` (by default) or `html`.
    pub format: Option<String>,
}

/// A note.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewChatNote {
    /// At most 10,000 characters. `@` and the name of a colleague notifies them.
    pub content: String,
}

/// A session with what belongs to it, and its version as `ETag`.
///
/// # Errors
/// There is none, or the database is unavailable.
pub async fn answer(app: &App, id: Uuid) -> Result<Tagged<Data<ChatDetail>>> {
    let conn = app.storage.read();
    let row = store::by_id(conn, id).await?.ok_or(Error::NotFound)?;
    let names = people::names(app).await?;
    let earlier = store::earlier(conn, &row).await?;
    let notes = store::notes_after(conn, id, 0).await?;
    let history = audit::of_entity(conn, Entity::Chat.name(), id, 100).await?;
    let told = Names::inside(names.clone());
    let device = row.user_agent.as_deref().map(|agent| Device::of(Some(agent)));
    let etag = handled::etag(row.version);
    let mut sessions = view::for_staff(app, std::slice::from_ref(&row)).await?;
    let session = sessions.pop().ok_or(Error::NotFound)?;
    let detail = ChatDetail {
        session,
        visitor_id: row.visitor_id,
        referrer: row.referrer,
        timezone: row.timezone,
        browser: device.as_ref().map(|device| device.browser.clone()),
        os: device.map(|device| device.os),
        notes: notes.iter().map(|note| view::note(note, &names)).collect(),
        earlier: view::for_staff(app, &earlier).await?,
        blocked_until: store::blocked_until(conn, row.visitor_id, row.ip_address.as_deref(), app.clock.now()).await?,
        message_id: row.message_id,
        history: history
            .into_iter()
            .map(|entry| ChatEntry {
                at: entry.created_at,
                sentence: app.sentence(&entry, &told),
                staff_name: entry.user_id.and_then(|id| names.get(&id).cloned()),
            })
            .collect(),
    };
    Ok(Tagged { etag, answer: Data(detail) })
}

/// Returns a session with its notes and history.
#[utoipa::path(get, path = "/api/admin/chats/{sessionId}", tag = "chats", params(("sessionId" = Uuid, Path)),
    responses((status = 200, body = Envelope<ChatDetail>), (status = 404, body = Problem)))]
async fn get_chat(State(app): State<App>, Id(id): Id) -> Result<Tagged<Data<ChatDetail>>> {
    answer(&app, id).await
}

/// Returns lines of a session in order.
#[utoipa::path(get, path = "/api/admin/chats/{sessionId}/messages", tag = "chats", params(("sessionId" = Uuid, Path), LinesQuery),
    responses((status = 200, body = Envelope<Vec<ChatLine>>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn get_chat_messages(
    State(app): State<App>,
    Id(id): Id,
    Query(which): Query<LinesQuery>,
) -> Result<Listed<ChatLine>> {
    let number = |field: &str, text: Option<&String>, otherwise: i64| match text {
        None => Ok(otherwise),
        Some(text) => text
            .parse::<i64>()
            .ok()
            .filter(|it| *it > 0)
            .ok_or_else(|| Error::field(field, "invalid", "This must be a whole number above 0.")),
    };
    let before = number("beforeSeq", which.before_seq.as_ref(), i64::MAX)?;
    let limit = number("limit", which.limit.as_ref(), 50)?;
    if limit > 200 {
        return Err(Error::field("limit", "invalid", "This must be a whole number from 1 to 200."));
    }
    let conn = app.storage.read();
    let row = store::by_id(conn, id).await?.ok_or(Error::NotFound)?;
    let names = people::names(&app).await?;
    let rows = store::lines_before(conn, id, before, limit.unsigned_abs()).await?;
    let rows = rows.iter().map(|row| view::line(row, &names, Side::Staff)).collect();
    let total = row.last_seq.unsigned_abs();
    Ok(Listed(Page { rows, total, total_is_lower_bound: false, next: None }))
}

/// Returns a session as a document to keep.
#[utoipa::path(get, path = "/api/admin/chats/{sessionId}/transcript", tag = "chats", params(("sessionId" = Uuid, Path), TranscriptQuery),
    responses((status = 200, description = "The conversation", content((String = "text/plain"), (String = "text/html"))), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn get_chat_transcript(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
    Query(which): Query<TranscriptQuery>,
) -> Result<Response> {
    let html = match which.format.as_deref() {
        None | Some("txt") => false,
        Some("html") => true,
        Some(_) => return Err(Error::field("format", "invalid", "This must be txt or html.")),
    };
    transcript::write(&app, Act::new(&app, caller, info), id, html).await
}

/// Adds a note that only staff can see.
#[utoipa::path(post, path = "/api/admin/chats/{sessionId}/notes", tag = "chats", params(("sessionId" = Uuid, Path)), request_body = NewChatNote,
    responses((status = 201, body = Envelope<ChatNote>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn add_chat_note(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Json(body): Json<NewChatNote>,
) -> Result<Created<ChatNote>> {
    let mut check = Check::new();
    let content = check.text("content", &body.content, 10_000, "Write something first.");
    check.done()?;
    let note = handled::note(&app, &caller, id, None, content).await.map_err(super::refuse::Refused::error)?;
    let names = people::names(&app).await?;
    let data = view::note(&note, &names);
    Ok(Created { data, location: format!("/api/admin/chats/{id}"), message: None })
}

/// Removes the text of a line. The line itself stays.
#[utoipa::path(delete, path = "/api/admin/chats/{sessionId}/messages/{seq}", tag = "chats",
    params(("sessionId" = Uuid, Path), ("seq" = i64, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem)))]
async fn redact_chat_message(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    path: Result<Path<(Uuid, String)>, PathRejection>,
) -> Result<Data<Nothing>> {
    let Path((id, seq)) = path.map_err(|_| Error::NotFound)?;
    let seq = seq.parse().ok().filter(|seq| *seq > 0).ok_or(Error::NotFound)?;
    edits::redact(&app, Act::new(&app, caller, info), id, seq).await?;
    Ok(Data(Nothing))
}
