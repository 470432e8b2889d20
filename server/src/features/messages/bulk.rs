//! Many messages at once, and taking it back.

use axum::extract::State;
use chrono::NaiveDate;
use database::entity::messages::Status;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::change::{self, Change, Tagging};
use super::labels;
use super::later;
use super::undo::{self, Undone};
use crate::app::App;
use crate::error::Result;
use crate::http::valid::Check;
use crate::http::{Data, Envelope, Id, IfMatch, Json, Problem, RequestInfo};
use crate::platform::act::Act;
use crate::platform::auth::{Caller, demand};
use crate::platform::idempotency::Claim;
use crate::platform::permission::Permission;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand(Permission::Messages, routes!(change_many)))
        .routes(demand(Permission::Messages, routes!(take_back)))
}

/// One change to many messages. Fields that are left out stay unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bulk {
    /// At most 100.
    pub ids: Vec<Uuid>,
    #[serde(default)]
    pub status: Option<Status>,
    /// An id, or null to remove the assignment.
    #[serde(default, deserialize_with = "change::given")]
    #[schema(value_type = Option<Uuid>)]
    pub assigned_to: Option<Option<Uuid>>,
    /// The day on which they come back among the open messages; null: now.
    #[serde(default, deserialize_with = "change::given")]
    #[schema(value_type = Option<String>, format = Date)]
    pub snoozed_until: Option<Option<NaiveDate>>,
    #[serde(default)]
    pub add_tags: Vec<String>,
    #[serde(default)]
    pub remove_tags: Vec<String>,
}

/// The result of a bulk change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkDone {
    /// Messages that were changed.
    pub changed: usize,
    /// Undoes all of it, within ten seconds; null if nothing changed.
    pub undo_id: Option<Uuid>,
}

/// Changes many messages: all of them or none.
#[utoipa::path(post, path = "/api/admin/messages/bulk", tag = "messages", request_body = Bulk,
    responses((status = 200, body = Envelope<BulkDone>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn change_many(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Json(bulk): Json<Bulk>,
) -> Result<Data<BulkDone>> {
    let mut check = Check::new();
    if bulk.ids.is_empty() || bulk.ids.len() > 100 {
        check.refuse("ids", "invalid", "Choose 1 to 100 messages.");
    }
    let tagging = Tagging {
        add: labels::checked_tags(&mut check, "addTags", &bulk.add_tags),
        remove: labels::checked_tags(&mut check, "removeTags", &bulk.remove_tags),
    };
    let change = Change {
        status: bulk.status,
        assigned_to: bulk.assigned_to,
        snoozed_until: bulk.snoozed_until,
        ..Change::default()
    };
    later::check(&mut check, &change, app.clock.now(), app.settings.get().hours.zone());
    check.done()?;
    change::check_assignee(app.storage.read(), &change).await?;
    // In one order everywhere, so that two of these cannot wait for each other.
    let mut ids = bulk.ids;
    ids.sort_unstable();
    ids.dedup();
    let act = Act::new(&app, caller, info);
    app.storage
        .write((act, ids, change, tagging, claim), |tx, (act, ids, change, tagging, claim)| {
            Box::pin(async move {
                change::check_assignee(tx.conn(), change).await?;
                let mut before = Vec::with_capacity(ids.len());
                for id in ids {
                    before.extend(change::apply(tx, act, *id, change, tagging, &IfMatch::default()).await?);
                }
                change::tell_assignee(tx, act, change, &before).await?;
                let changed = before.len();
                let done = Data(BulkDone { changed, undo_id: undo::keep(tx, act, before).await? });
                claim.keep(tx.conn(), &done).await?;
                Ok(done)
            })
        })
        .await
}

/// Undoes a change, within ten seconds and only if nobody has changed the message since.
#[utoipa::path(post, path = "/api/admin/undo/{id}", tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Undone>), (status = 404, body = Problem)))]
async fn take_back(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Id(id): Id,
) -> Result<Data<Undone>> {
    let act = Act::new(&app, caller, info);
    app.storage
        .write((act, claim), move |tx, (act, claim)| {
            Box::pin(async move {
                let undone = Data(undo::undo(tx, act, id).await?);
                claim.keep(tx.conn(), &undone).await?;
                Ok(undone)
            })
        })
        .await
}
