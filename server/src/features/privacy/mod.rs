//! Which personal data is kept, and for how long: a preview of what other retention periods would delete.
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
use crate::http::{Data, Envelope, Json, Problem};
use crate::platform::auth::{Caller, demand};
use crate::platform::permission::Permission;
use crate::platform::settings;
use crate::platform::slice::Slice;

pub const SLICE: Slice<App> = Slice { api: routes, ..Slice::new("privacy") };

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(demand(Permission::Privacy, routes!(preview_retention)))
}

/// Counting stops here: a larger number would add no information.
const MOST: u64 = 10_000;

/// Retention times that are not saved yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionTrial {
    /// Setting keys with their values.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    pub values: Map<String, Value>,
}

/// What one retention time would delete.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Expiring {
    /// The key of the setting.
    pub key: String,
    /// Everything older would be deleted; null means nothing would.
    pub before: Option<DateTime<Utc>>,
    /// Rows that would be deleted, at most 10,000, which means 10,000 or more.
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
    let draft = settings::draft(&app, &trial.values, |permission| caller.may(permission))?;
    let (conn, now) = (app.storage.read(), app.clock.now());
    let mut expiring = Vec::new();
    for rule in app.brings.iter().flat_map(|part| part.retention) {
        let before = (rule.before)(&draft, now);
        let count = match before {
            Some(before) => (rule.count)(conn, before, MOST).await?,
            None => 0,
        };
        expiring.push(Expiring { key: rule.key.to_owned(), before, count });
    }
    Ok(Data(expiring))
}
