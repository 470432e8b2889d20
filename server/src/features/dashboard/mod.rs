//! The first page of the dashboard: one call for everything on it.

use axum::extract::State;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::disk;
use crate::error::Result;
use crate::features::chat;
use crate::features::messages::{self, MessageSummary, ResponseTime};
use crate::http::{Data, Envelope};
use crate::platform::auth::{Caller, signed_in_or_token};
use crate::platform::mail::MailTrouble;
use crate::platform::permission::Permission;
use crate::platform::slice::Slice;
use crate::platform::{audit, mail};

/// What this part brings.
pub const SLICE: Slice<App> = Slice { api: routes, ..Slice::new("dashboard") };

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(signed_in_or_token(routes!(dashboard)))
}

/// Everything on the dashboard’s home page. What the caller cannot see is left out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    pub messages: Option<MessageCounts>,
    /// Chats whose visitor waits for somebody.
    pub waiting_chats: Option<u64>,
    pub first_response: Option<ResponseTime>,
    /// The last 30 days in the firm's time zone, oldest first.
    pub trend: Vec<TrendDay>,
    /// The latest five.
    pub latest: Vec<MessageSummary>,
    /// The latest ten entries of the audit trail.
    pub activity: Vec<Activity>,
    /// Mail waits that could have left; null while all is well.
    pub mail_trouble: Option<MailTrouble>,
    /// Bytes that are free where the data lies; null while there is room.
    pub disk_free: Option<u64>,
}

/// Counts for the inbox; each at most 1,000, which means 1,000 or more.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageCounts {
    pub new: u64,
    pub in_progress: u64,
    pub unassigned: u64,
    pub mine: u64,
    /// Arrived since midnight in the firm's time zone.
    pub today: u64,
    /// Emails that could not be delivered.
    pub failed_mails: u64,
}

/// One day.
#[derive(Serialize, ToSchema)]
pub struct TrendDay {
    pub day: NaiveDate,
    /// Messages that arrived, excluding spam.
    pub received: u64,
    /// Messages that got their first reply.
    pub answered: u64,
}

/// Something that someone did.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    pub id: Uuid,
    pub actor: Option<String>,
    pub action: String,
    pub entity_type: String,
    pub entity_id: Option<String>,
    pub created_at: chrono::DateTime<chrono::Utc>,
    /// In words, without the actor.
    pub sentence: String,
}

/// Returns everything on the dashboard’s home page.
#[utoipa::path(get, path = "/api/admin/dashboard", tag = "dashboard", responses((status = 200, body = Envelope<Dashboard>)))]
async fn dashboard(State(app): State<App>, caller: Caller) -> Result<Data<Dashboard>> {
    let conn = app.storage.read();
    let mut page = Dashboard {
        messages: None,
        waiting_chats: None,
        first_response: None,
        trend: Vec::new(),
        latest: Vec::new(),
        activity: Vec::new(),
        mail_trouble: None,
        disk_free: None,
    };
    if caller.may(Permission::Messages) || caller.may(Permission::Settings) {
        page.mail_trouble = mail::trouble(&app).await?;
    }
    if caller.may(Permission::Settings) {
        page.disk_free = disk::free(&app.config.data_dir).filter(|bytes| *bytes < disk::LITTLE);
    }
    if caller.may(Permission::Messages) {
        let figures = messages::figures(&app).await?;
        page.trend = figures
            .trend
            .iter()
            .map(|it| TrendDay { day: it.date, received: it.received, answered: it.answered })
            .collect();
        let counts = messages::standing(&app).await?.counts(caller.staff_id);
        page.messages = Some(MessageCounts {
            new: counts.new,
            in_progress: counts.in_progress,
            unassigned: counts.unassigned,
            mine: counts.mine,
            today: page.trend.last().map_or(0, |day| day.received),
            failed_mails: mail::failed_count(conn, &caller).await?,
        });
        page.first_response = Some(figures.first_response.clone());
        page.latest =
            messages::summaries(&app, caller.staff_id, messages::latest(conn, caller.staff_id, 5).await?).await?;
    }
    if caller.may(Permission::Chats) {
        page.waiting_chats = Some(chat::waiting(conn).await?);
    }
    if caller.may(Permission::Audit) {
        let entries = audit::recent(conn, 10).await?;
        let names = audit::names_for(&app, &caller, &entries).await?;
        page.activity = entries
            .into_iter()
            .map(|entry| Activity {
                sentence: app.sentence(&entry, &names),
                actor: entry.user_id.and_then(|id| names.people.get(&id).cloned()),
                id: entry.id,
                action: entry.action,
                entity_type: entry.entity_type,
                entity_id: entry.entity_id,
                created_at: entry.created_at,
            })
            .collect();
    }
    Ok(Data(page))
}
