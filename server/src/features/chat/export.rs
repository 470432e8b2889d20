//! Sessions as CSV or XLSX. What was said stands in the transcripts.

use axum::extract::State;
use axum::response::Response;
use database::entity::chat_sessions::{Model, Status};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::find::{self, ChatQuery, Filter};
use super::store;
use crate::app::App;
use crate::error::Result;
use crate::http::export::{self, Column, FormatQuery, Table};
use crate::http::{Problem, Query, RequestInfo};
use crate::platform::audit::{self, Changes, Entry};
use crate::platform::auth::{Caller, demand};
use crate::platform::entity::Entity;
use crate::platform::known_names::NamesById;
use crate::platform::permission::Permission;
use crate::platform::staff as people;
use crate::storage::Cursor;

/// Rows that are read at once.
const PAGE: usize = 500;
const COLUMNS: [Column; 16] = [
    Column::text("sessionId", "ID"),
    Column::text("status", "Status"),
    Column::time("startedAt", "Began (UTC)"),
    Column::time("firstRepliedAt", "First reply (UTC)"),
    Column::time("endedAt", "Ended (UTC)"),
    Column::time("lastActivity", "Last activity (UTC)"),
    Column::text("staffName", "With"),
    Column::text("visitorName", "Visitor"),
    Column::text("visitorEmail", "Email"),
    Column::text("topic", "Topic"),
    Column::number("lines", "Lines"),
    Column::text("lastLine", "Newest line").wide(),
    Column::number("rating", "Rating"),
    Column::text("feedback", "Feedback").wide(),
    Column::text("page", "Page"),
    Column::text("tags", "Tags"),
];

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(demand(Permission::Chats, routes!(export_chats)))
}

/// Exports the sessions that match the filters as a file. `X-Total-Count` is the number of rows.
#[utoipa::path(get, path = "/api/admin/chats/export", tag = "chats", params(ChatQuery, FormatQuery),
    responses((status = 200, description = "The file", content((Vec<u8> = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 422, body = Problem)))]
async fn export_chats(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Query(filter): Query<ChatQuery>,
    Query(format): Query<FormatQuery>,
) -> Result<Response> {
    let filter = filter.read(caller.staff_id, app.settings.get().hours.zone())?;
    let form = format.read()?;
    let total = find::count_all(app.storage.standby(), &filter).await?;
    form.may_hold(total)?;
    let changes = Changes::none().fact("rows", total).fact("format", form);
    let (actor, entity) = (Some(caller.staff_id), (Entity::Chat, None));
    let entry = Entry { actor, action: "chats.exported", entity, changes, from: &info };
    audit::write(&app, entry.row(&app.ids, app.clock.now())).await?;
    let name = format!("chats-{}", app.clock.now().format("%Y-%m-%d"));
    let names = people::names(&app).await?;
    let rows = Rows { app: app.clone(), caller: caller.clone(), filter, names, next: Next::First };
    let file = export::table(rows, form, &name, total).await?;
    Ok(caller.while_allowed(&app, Permission::Chats, file))
}

/// What an export reads, and for whom.
struct Rows {
    app: App,
    caller: Caller,
    filter: Filter,
    names: NamesById,
    next: Next,
}

/// Where the next page begins.
enum Next {
    First,
    After(Cursor),
    Nowhere,
}

impl Table<{ COLUMNS.len() }> for Rows {
    const SHEET: &'static str = "Chats";
    const COLUMNS: [Column; COLUMNS.len()] = COLUMNS;

    async fn next(&mut self) -> Result<Vec<[String; COLUMNS.len()]>> {
        self.caller.still_may(&self.app, Permission::Chats).await?;
        let after = match self.next {
            Next::First => None,
            Next::After(cursor) => Some(cursor),
            Next::Nowhere => return Ok(Vec::new()),
        };
        let conn = self.app.storage.standby();
        let rows = find::some(conn, &self.filter, after, PAGE).await?;
        self.next = match rows.last() {
            Some(last) if rows.len() == PAGE => Next::After(Cursor(last.activity_id)),
            _ => Next::Nowhere,
        };
        let ids: Vec<_> = rows.iter().map(|row| row.session_id).collect();
        let mut tags = store::tags_of(conn, &ids).await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let tags = tags.remove(&row.session_id).unwrap_or_default();
                self.cells(row, &tags)
            })
            .collect())
    }
}

impl Rows {
    fn cells(&self, row: Model, tags: &[String]) -> [String; COLUMNS.len()] {
        let status = match row.status {
            Status::Waiting => "waiting",
            Status::Active => "active",
            Status::Closed => "closed",
        };
        [
            row.session_id.to_string(),
            status.to_owned(),
            export::time(row.started_at),
            row.first_replied_at.map(export::time).unwrap_or_default(),
            row.ended_at.map(export::time).unwrap_or_default(),
            export::time(row.last_activity_at),
            row.staff_id.and_then(|id| self.names.get(&id).cloned()).unwrap_or_default(),
            row.visitor_name.unwrap_or_default(),
            row.visitor_email.unwrap_or_default(),
            row.topic.map(|slug| self.app.settings.get().current_slug(slug)).unwrap_or_default(),
            row.last_seq.to_string(),
            row.last_line.unwrap_or_default(),
            row.rating.map(|rating| rating.to_string()).unwrap_or_default(),
            row.feedback.unwrap_or_default(),
            row.page_url.unwrap_or_default(),
            tags.join(", "),
        ]
    }
}
