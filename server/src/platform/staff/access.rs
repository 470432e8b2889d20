//! Restoring and ending a person's access: reset link, unlock, devices.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::api::shown;
use super::store;
use super::view::{StaffDetail, StaffState};
use crate::error::{Error, Result};
use crate::http::{Accepted, Data, Envelope, Id, Listed, Nothing, Paging, Problem, Query, RequestInfo, Tagged};
use crate::platform::Platform;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{self, Caller, OneTimeKind, SessionView, demand, demand_in_person, recently_proven};
use crate::platform::entity::Entity;
use crate::platform::idempotency::Claim;
use crate::platform::mail::Mail;
use crate::platform::permission::Permission;
use crate::secrets;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(demand_in_person(Permission::Staff, recently_proven(routes!(send_reset_link))))
        .routes(demand(Permission::Staff, routes!(unlock_staff)))
        .routes(demand(Permission::Staff, routes!(list_staff_sessions, end_staff_sessions)))
        .routes(demand(Permission::Staff, routes!(end_staff_session)))
}

/// Sends a person a password reset link. Nobody can set another person's password.
#[utoipa::path(post, path = "/api/admin/staff/{id}/reset-link", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 202, body = Envelope<Nothing>), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn send_reset_link(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Id(id): Id,
) -> Result<Accepted> {
    const SENT: Accepted = Accepted("A password reset link is on its way.");
    let act = Act::new(&platform, caller, info);
    act.may_mail(id).await?;
    platform
        .storage
        .write((act, secrets::new_token(), claim), move |tx, (act, token, claim)| {
            Box::pin(async move {
                let pair = act.pair(tx, id).await?;
                pair.may_touch()?;
                let person = pair.target;
                if StaffState::of(&person) != StaffState::Active {
                    return Err(Error::Conflict("Only active people can be sent a password reset link.".into()));
                }
                auth::withdraw_one_time(tx.conn(), OneTimeKind::Reset, Some(id)).await?;
                let row = auth::one_time_row(&act.platform, OneTimeKind::Reset, token, Some(id), None);
                auth::insert_one_time(tx.conn(), &row).await?;
                let letter = auth::PasswordReset {
                    name: person.name.clone(),
                    link: act.platform.config.server.link(&format!("/admin/reset#{token}")),
                    minutes: OneTimeKind::Reset.lifetime().num_minutes(),
                };
                let mail = Mail::new(&person.email, &letter).about((Entity::Staff, id));
                tx.mail(mail.row(&act.platform)?);
                act.note(tx, "staff.reset_link_sent", (Entity::Staff, id), Changes::none());
                claim.keep(tx.conn(), &SENT).await?;
                Ok(())
            })
        })
        .await?;
    Ok(SENT)
}

/// Unlocks an account that was locked after too many wrong passwords.
#[utoipa::path(post, path = "/api/admin/staff/{id}/unlock", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<StaffDetail>), (status = 404, body = Problem)))]
async fn unlock_staff(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
) -> Result<Tagged<Data<StaffDetail>>> {
    let act = Act::new(&platform, caller.clone(), info);
    platform
        .storage
        .write(act, move |tx, act| {
            Box::pin(async move {
                let pair = act.pair(tx, id).await?;
                pair.may_touch()?;
                auth::unlock(tx.conn(), &pair.target.email_key).await?;
                act.note(tx, "staff.unlocked", (Entity::Staff, id), Changes::none());
                Ok(())
            })
        })
        .await?;
    shown(&platform, &caller, id).await
}

/// Lists the devices of a person, most recently used first, page by page.
#[utoipa::path(get, path = "/api/admin/staff/{id}/sessions", tag = "staff", params(("id" = Uuid, Path), Paging),
    responses((status = 200, body = Envelope<Vec<SessionView>>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn list_staff_sessions(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id,
    Query(paging): Query<Paging>,
) -> Result<Listed<SessionView>> {
    let person = store::by_id(platform.storage.read(), id).await?.filter(|person| person.deleted_at.is_none());
    person.ok_or(Error::NotFound)?;
    auth::session_views(&platform, id, caller.session_id, &paging).await
}

/// Signs a person out on all devices.
#[utoipa::path(delete, path = "/api/admin/staff/{id}/sessions", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem)))]
async fn end_staff_sessions(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
) -> Result<Data<Nothing>> {
    let act = Act::new(&platform, caller, info);
    platform
        .storage
        .write(act, move |tx, act| {
            Box::pin(async move {
                act.pair(tx, id).await?.may_touch()?;
                let ended = auth::end_all_sessions(tx, id, None, act.now).await?;
                if ended > 0 {
                    act.note(tx, "staff.signed_out", (Entity::Staff, id), Changes::none().fact("sessions", ended));
                }
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

/// Signs out one device of a person.
#[utoipa::path(delete, path = "/api/admin/staff/{id}/sessions/{sessionId}", tag = "staff",
    params(("id" = Uuid, Path), ("sessionId" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem)))]
async fn end_staff_session(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    path: Result<Path<(Uuid, Uuid)>, PathRejection>,
) -> Result<Data<Nothing>> {
    let Path((id, session)) = path.map_err(|_| Error::NotFound)?;
    let act = Act::new(&platform, caller, info);
    platform
        .storage
        .write(act, move |tx, act| {
            Box::pin(async move {
                act.pair(tx, id).await?.may_touch()?;
                if !auth::end_session_of(tx, id, session, act.now).await? {
                    return Err(Error::NotFound);
                }
                act.note(
                    tx,
                    "staff.device_signed_out",
                    (Entity::Staff, id),
                    Changes::none().fact("sessionId", session),
                );
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}
