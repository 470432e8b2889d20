//! Removing a colleague's second factors, when they lost the phone and the recovery codes.

use axum::extract::State;
use database::entity::staff;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::guard::{Caller, demand_in_person, recently_proven};
use super::letters::{self, FactorEvent};
use super::{factors, sessions};
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::{Data, Envelope, Id, Nothing, Problem, RequestInfo};
use crate::platform::Platform;
use crate::platform::act::Act;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::permission::{Permission, Standing};
use crate::platform::staff as people;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(demand_in_person(Permission::Staff, routes!(show_factors)))
        .routes(demand_in_person(Permission::Staff, recently_proven(routes!(reset_factors))))
}

/// Which second factors a colleague has.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColleagueFactors {
    pub totp: bool,
    pub passkeys: u64,
    pub recovery_codes_left: u64,
    /// The role needs a second factor.
    pub required: bool,
    /// You can remove them: the person is not you and has no permission that you don't have.
    pub may_reset: bool,
}

/// Returns which second factors a staff member has.
#[utoipa::path(get, path = "/api/admin/staff/{id}/factors", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<ColleagueFactors>), (status = 404, body = Problem)))]
async fn show_factors(State(platform): State<Platform>, caller: Caller, Id(id): Id) -> Result<Data<ColleagueFactors>> {
    let person = existing(platform.storage.read(), id).await?;
    let found = factors::of(platform.storage.read(), id).await?;
    Ok(Data(ColleagueFactors {
        totp: found.totp_since.is_some(),
        passkeys: found.passkeys,
        recovery_codes_left: found.recovery_left,
        required: factors::required(&platform, person.role),
        may_reset: found.any()
            && caller.staff_id != id
            && Standing::new(caller.role, caller.permissions).covers(Standing::of(&person)),
    }))
}

/// Removes all second factors of a staff member and signs them out everywhere. They get an email.
#[utoipa::path(delete, path = "/api/admin/staff/{id}/factors", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn reset_factors(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
) -> Result<Data<Nothing>> {
    if caller.staff_id == id {
        return Err(Error::Conflict("These second factors are your own. Change them in your profile.".into()));
    }
    let act = Act::new(&platform, caller, info.clone());
    reset_factors_of(&platform, Some(act), id, &info).await?;
    Ok(Data(Nothing))
}

/// Removes all second factors of a person, signs them out everywhere and notifies them by email. The acting person must
/// have every permission that the other has; on the command line there is none.
///
/// # Errors
/// `NotFound`, `OutOfReach`, or `Conflict` if there is nothing to remove.
pub async fn reset_factors_of(platform: &Platform, act: Option<Act>, id: Uuid, info: &RequestInfo) -> Result<()> {
    let person = existing(platform.storage.read(), id).await?;
    let now = platform.clock.now();
    let by = if act.is_some() { "staff" } else { "command line" };
    let entry = Entry {
        actor: act.as_ref().map(|act| act.caller.staff_id),
        action: "staff.factors_reset",
        entity: (Entity::Staff, Some(id)),
        changes: Changes::none().fact("by", by),
        from: info,
    }
    .row(&platform.ids, now);
    let mail = letters::mail(platform, &person, FactorEvent::Reset, info)?;
    platform
        .storage
        .write((entry, mail, act), move |tx, (entry, mail, act)| {
            Box::pin(async move {
                if let Some(act) = act {
                    act.pair(tx, id).await?.may_touch()?;
                }
                if !factors::remove_all(tx.conn(), id).await? {
                    return Err(Error::Conflict("There is no second factor to remove.".into()));
                }
                sessions::end_all(tx, id, None, now).await?;
                tx.audit(entry.clone());
                tx.mail(mail.clone());
                tx.publish(Event::StaffChanged(id));
                Ok(())
            })
        })
        .await?;
    Ok(())
}

async fn existing(conn: &impl ConnectionTrait, id: Uuid) -> Result<staff::Model> {
    people::by_id(conn, id).await?.filter(|person| person.deleted_at.is_none()).ok_or(Error::NotFound)
}
