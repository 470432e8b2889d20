//! Mails that were given up, for staff.

use axum::extract::State;
use chrono::{DateTime, Utc};
use database::entity::outbox;
use sea_orm::ColumnTrait as _;
use sea_orm::sea_query::Condition;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::draft::Rendered;
use super::store;
use crate::error::{Error, Result};
use crate::http::{All, Data, Envelope, Id, Nothing, Problem, RequestInfo};
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::auth::{Caller, demand};
use crate::platform::entity::Entity;
use crate::platform::idempotency::Claim;
use crate::platform::permission::Permission;

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(demand(Permission::Messages, routes!(list_failed_mails)))
        .routes(demand(Permission::Messages, routes!(retry_failed_mail)))
}

/// An email that could not be delivered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailedMail {
    pub id: Uuid,
    pub template: String,
    pub recipient: String,
    /// As it would be written today; null if its template or values do not allow it.
    pub subject: Option<String>,
    pub attempts: i32,
    /// The last response from the mail server.
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub entity_type: Option<String>,
    pub entity_id: Option<Uuid>,
}

/// Failed mails that are listed.
const MOST: u64 = 100;

/// Lists emails that could not be delivered: the newest 100 about things that the caller can see.
#[utoipa::path(get, path = "/api/admin/mail/failed", tag = "mail",
    responses((status = 200, body = Envelope<Vec<FailedMail>>)))]
async fn list_failed_mails(State(platform): State<Platform>, caller: Caller) -> Result<All<FailedMail>> {
    let mails = store::failed(platform.storage.read(), store::seen_by(&caller), MOST).await?;
    let settings = platform.settings.get();
    Ok(All::up_to(
        MOST,
        mails
            .into_iter()
            .map(|mail| FailedMail {
                subject: Rendered::subject_of(&platform, &settings, &mail).ok(),
                id: mail.id,
                template: mail.template,
                recipient: mail.recipient,
                attempts: mail.attempts,
                last_error: mail.last_error,
                created_at: mail.created_at,
                entity_type: mail.entity_type,
                entity_id: mail.entity_id,
            })
            .collect(),
    ))
}

/// Resends an email that could not be delivered.
#[utoipa::path(post, path = "/api/admin/mail/{id}/retry", tag = "mail", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem)))]
async fn retry_failed_mail(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Id(id): Id,
) -> Result<Data<Nothing>> {
    let now = platform.clock.now();
    let which = Condition::all().add(outbox::Column::Id.eq(id)).add(store::seen_by(&caller));
    let entry = Entry {
        actor: Some(caller.staff_id),
        action: "mail.retried",
        entity: (Entity::Mail, Some(id)),
        changes: Changes::none(),
        from: &info,
    }
    .row(&platform.ids, now);
    platform
        .storage
        .write((entry, claim, which), move |tx, (entry, claim, which)| {
            Box::pin(async move {
                if store::retry(tx.conn(), which.clone(), now).await? == 0 {
                    return Err(Error::NotFound);
                }
                tx.audit(entry.clone());
                tx.publish(crate::cluster::Event::MailQueued);
                claim.keep(tx.conn(), &Data(Nothing)).await
            })
        })
        .await?;
    Ok(Data(Nothing))
}
