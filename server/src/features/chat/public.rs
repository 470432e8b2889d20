//! What the chat of a page has to know before it connects.

use axum::Extension;
use axum::extract::State;
use axum::http::header::VARY;
use axum::http::{HeaderMap, HeaderName};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::settings::{Ask, Chat, Connect};
use super::{elsewhere, stream};
use crate::app::App;
use crate::error::Result;
use crate::http::rate_limit::Subject;
use crate::http::{Data, Envelope, Problem, Reader, RequestInfo};
use crate::platform::entity::Entity;
use crate::platform::files::{self, FileLimits};
use crate::platform::limits::PUBLIC_READ;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_config))
}

/// The chat of the site.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatConfig {
    /// False: there is no chat; open conversations go on.
    pub enabled: bool,
    pub connect: Connect,
    pub greeting: String,
    /// For when nobody is there.
    pub away_text: String,
    pub ask_name: Ask,
    pub ask_email: Ask,
    /// What to choose from; empty: do not ask.
    pub topics: Vec<ChatTopic>,
    /// It is within the hours, and somebody takes chats.
    pub available: bool,
    /// It is within the hours; null: there are none.
    pub open: Option<bool>,
    /// When the hours end, or begin if it is closed; to be shown in the visitor's own zone.
    pub changes_at: Option<DateTime<Utc>>,
    /// Play a sound when a reply arrives.
    pub sound: bool,
    pub files: FileLimits,
}

/// What a chat can be about.
#[derive(Serialize, ToSchema)]
pub struct ChatTopic {
    pub slug: String,
    pub name: String,
}

/// Returns how the chat of the site is set up, and whether somebody is there.
#[utoipa::path(get, path = "/api/chat/config", tag = "public",
    responses((status = 200, body = Envelope<ChatConfig>), (status = 429, body = Problem)))]
async fn get_config(
    State(app): State<App>,
    info: RequestInfo,
    headers: HeaderMap,
) -> Result<([(HeaderName, &'static str); 1], Option<Extension<Reader>>, Data<ChatConfig>)> {
    app.limits.check(&PUBLIC_READ, &Subject::Address(info.ip.into())).await?;
    let settings = app.settings.get();
    let chat = settings.part::<Chat>();
    let open = chat.open(&settings, app.clock.now());
    let somebody = stream::colleagues(&app).await?.iter().any(|colleague| colleague.available);
    let topics = settings.services.iter().filter(|_| chat.topics);
    let reader = elsewhere::reader(&settings, &headers).map(Extension);
    let config = ChatConfig {
        enabled: chat.enabled,
        connect: chat.connect,
        greeting: chat.greeting.clone(),
        away_text: chat.away_text.clone(),
        ask_name: chat.ask_name,
        ask_email: chat.ask_email,
        topics: topics.map(|it| ChatTopic { slug: it.slug.clone(), name: it.name.clone() }).collect(),
        available: open.now != Some(false) && somebody,
        open: open.now,
        changes_at: open.changes_at,
        sound: chat.sound,
        files: app.files_now(Entity::Chat, files::MOST),
    };
    Ok(([(VARY, "origin")], reader, Data(config)))
}
