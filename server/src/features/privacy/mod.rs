//! What is kept of people, and for how long. Today: a look at what other retention times would delete.
//!
//! No tables. Permission: `privacy`. The clean-up jobs of the slices do the deleting.

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::Result;
use crate::features::messages;
use crate::http::{Data, Envelope, Json, Problem};
use crate::platform::auth::{self, Caller, demand};
use crate::platform::permission::Permission;
use crate::platform::{mail, settings};

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(demand(Permission::Privacy, routes!(preview_retention)))
}

/// More are not counted: whoever sees this number knows enough.
const MOST: u64 = 10_000;

/// Retention times that are not saved yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionTrial {
    /// Keys of the settings with their values.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    pub values: Map<String, Value>,
}

/// What one retention time would delete.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Expiring {
    /// Key of the setting.
    pub key: String,
    /// Everything older goes; null: nothing goes.
    pub before: Option<DateTime<Utc>>,
    /// Rows that would go, at most 10,000, which then means 10,000 or more.
    pub count: u64,
}

/// Counts what the next clean-up would delete with these retention times. Deletes nothing.
#[utoipa::path(post, path = "/api/admin/settings/retention", tag = "settings", request_body = RetentionTrial,
    responses((status = 200, body = Envelope<Vec<Expiring>>), (status = 422, body = Problem)))]
async fn preview_retention(
    State(app): State<App>,
    caller: Caller,
    Json(trial): Json<RetentionTrial>,
) -> Result<Data<Vec<Expiring>>> {
    let rules = settings::draft(&app, &trial.values, |permission| caller.may(permission))?.privacy;
    let (conn, now) = (app.storage.read(), app.clock.now());
    let (senders, mails, sessions) = (rules.senders_before(now), rules.mails_before(now), rules.sessions_before(now));
    let (spam, finished) = (rules.spam_before(now), rules.messages_before(now));
    let messages = async |which| messages::count_expiring(conn, which, MOST).await;
    let counted = [
        ("senderDays", Some(senders), messages(messages::with_sender(senders)).await?),
        ("mailDays", Some(mails), mail::count_before(conn, mails, MOST).await?),
        ("sessionDays", Some(sessions), auth::count_old_sessions(conn, sessions, MOST).await?),
        ("spamDays", spam, if let Some(before) = spam { messages(messages::spam(before)).await? } else { 0 }),
        (
            "messageDays",
            finished,
            if let Some(before) = finished { messages(messages::finished(before)).await? } else { 0 },
        ),
    ];
    let show = |(name, before, count)| Expiring { key: format!("privacy.{name}"), before, count };
    Ok(Data(counted.into_iter().map(show).collect()))
}
