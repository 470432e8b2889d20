//! Activating, deactivating and deleting a person, and handing over their work.

use axum::extract::State;
use database::entity::site_people;
use database::entity::staff::{ActiveModel, Model, Role};
use sea_orm::{EntityTrait as _, Set};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::act::Pair;
use super::api::shown;
use super::view::{StaffDetail, StaffState, etag};
use super::{invite, store};
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::{Data, Envelope, Id, IfMatch, Nothing, Problem, Query, RequestInfo, Tagged};
use crate::platform::Platform;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{self, Caller, OneTimeKind, demand_in_person, recently_proven};
use crate::platform::entity::Entity;
use crate::platform::marks;
use crate::platform::permission::{Permission, PermissionSet};
use crate::platform::tokens;
use crate::storage::Tx;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(demand_in_person(Permission::Staff, recently_proven(routes!(activate_staff))))
        .routes(demand_in_person(Permission::Staff, recently_proven(routes!(deactivate_staff))))
        .routes(demand_in_person(Permission::Staff, recently_proven(routes!(delete_staff))))
}

/// What becomes of open work.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct HandOver {
    /// Id of the person who takes over the open messages, or `none` for nobody.
    #[serde(default)]
    pub reassign_to: Option<String>,
}

/// The parsed decision about open work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Stays,
    GoesTo(Option<Uuid>),
}

impl HandOver {
    fn read(&self, missing: Work) -> Result<Work> {
        match self.reassign_to.as_deref().map(str::trim) {
            None | Some("") => Ok(missing),
            Some("none") => Ok(Work::GoesTo(None)),
            Some(id) => id
                .parse()
                .map(|id| Work::GoesTo(Some(id)))
                .map_err(|_| Error::field("reassignTo", "invalid", "This must be an id or none.")),
        }
    }
}

/// Reactivates a person who was deactivated. With `If-Match`, fails with 412 if the person has changed since.
#[utoipa::path(post, path = "/api/admin/staff/{id}/activate", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<StaffDetail>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn activate_staff(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
) -> Result<Tagged<Data<StaffDetail>>> {
    let act = Act::new(&platform, caller.clone(), info);
    platform
        .storage
        .write((act, seen), move |tx, (act, seen)| {
            Box::pin(async move {
                let pair = act.pair(tx, id).await?;
                pair.may_touch()?;
                seen.check(&etag(&pair.target))?;
                match StaffState::of(&pair.target) {
                    StaffState::Active => Ok(()),
                    StaffState::Invited => Err(not_accepted()),
                    StaffState::Deactivated => switch(tx, act, &pair.target, true).await,
                }
            })
        })
        .await?;
    shown(&platform, &caller, id).await
}

/// Deactivates a person: their requests, pages and sockets end within a second. Open work stays with them unless it is
/// reassigned. With `If-Match`, fails with 412 if the person has changed since.
#[utoipa::path(post, path = "/api/admin/staff/{id}/deactivate", tag = "staff", params(("id" = Uuid, Path), HandOver),
    responses((status = 200, body = Envelope<StaffDetail>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn deactivate_staff(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    Query(hand_over): Query<HandOver>,
) -> Result<Tagged<Data<StaffDetail>>> {
    let work = hand_over.read(Work::Stays)?;
    let act = Act::new(&platform, caller.clone(), info);
    platform
        .storage
        .write((act, seen), move |tx, (act, seen)| {
            Box::pin(async move {
                let pair = leaving(tx, act, id, seen).await?;
                match StaffState::of(&pair.target) {
                    StaffState::Deactivated => {}
                    StaffState::Invited => return Err(not_accepted()),
                    StaffState::Active => switch(tx, act, &pair.target, false).await?,
                }
                move_work(tx, act, id, work).await
            })
        })
        .await?;
    shown(&platform, &caller, id).await
}

/// Deletes a person. Open work goes to the person in `reassignTo`, or to nobody. Their name stays on what they did, and
/// their address can be used again. With `If-Match`, fails with 412 if the person has changed since.
#[utoipa::path(delete, path = "/api/admin/staff/{id}", tag = "staff", params(("id" = Uuid, Path), HandOver),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn delete_staff(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    Query(hand_over): Query<HandOver>,
) -> Result<Data<Nothing>> {
    let work = hand_over.read(Work::GoesTo(None))?;
    let act = Act::new(&platform, caller, info);
    platform
        .storage
        .write((act, seen), move |tx, (act, seen)| {
            Box::pin(async move {
                let pair = leaving(tx, act, id, seen).await?;
                if StaffState::of(&pair.target) == StaffState::Invited {
                    return invite::withdraw(tx, act, &pair.target).await;
                }
                move_work(tx, act, id, work).await?;
                delete(tx, act, &pair.target).await
            })
        })
        .await?;
    Ok(Data(Nothing))
}

/// The pair, if the person can be removed and is unchanged since the caller has seen them.
async fn leaving(tx: &Tx<'_>, act: &Act, id: Uuid, seen: &IfMatch) -> Result<Pair> {
    let pair = act.pair(tx, id).await?;
    pair.may_touch()?;
    if id == act.caller.staff_id {
        return Err(Error::Conflict("You cannot deactivate or delete yourself. Ask another admin.".into()));
    }
    pair.keeps_an_admin(&Model { is_active: false, ..pair.target.clone() })?;
    seen.check(&etag(&pair.target))?;
    Ok(pair)
}

/// Activates or deactivates a person. Sessions end either way: one that started at the moment of deactivation must not
/// revive later.
async fn switch(tx: &Tx<'_>, act: &Act, person: &Model, on: bool) -> Result<()> {
    let change = ActiveModel {
        id: Set(person.id),
        is_active: Set(on),
        token_version: Set(person.token_version + 1),
        ..Default::default()
    };
    store::change(tx.conn(), change).await?;
    auth::withdraw_one_time(tx.conn(), OneTimeKind::Reset, Some(person.id)).await?;
    auth::end_all_sessions(tx, person.id, None, act.now).await?;
    if !on {
        end_tokens(tx, act, person.id).await?;
    }
    let action = if on { "staff.activated" } else { "staff.deactivated" };
    act.note(tx, action, (Entity::Staff, person.id), Changes::none().field("active", !on, on));
    tx.publish(Event::StaffChanged(person.id));
    Ok(())
}

/// Revokes a person's API tokens. After a reactivation they have to create new ones.
async fn end_tokens(tx: &Tx<'_>, act: &Act, person: Uuid) -> Result<()> {
    let ended = tokens::revoke_all_of(tx.conn(), person, act.caller.staff_id, act.now).await?;
    if ended > 0 {
        act.note(tx, "staff.tokens_revoked", (Entity::Staff, person), Changes::none().fact("tokens", ended));
    }
    Ok(())
}

/// Gives open work to somebody who can do it.
async fn move_work(tx: &Tx<'_>, act: &Act, from: Uuid, work: Work) -> Result<()> {
    let Work::GoesTo(to) = work else { return Ok(()) };
    if let Some(to) = to {
        let taker = store::by_id(tx.conn(), to).await?.filter(|person| person.is_active && person.id != from);
        let may = taker.map(|person| PermissionSet::of(&person)).unwrap_or_default();
        if let Some(work) = act.platform.work().find(|work| !may.has(work.needs)) {
            let text = format!("This person cannot be assigned {}.", work.of);
            return Err(Error::field("reassignTo", "invalid", text));
        }
    }
    let mut changes = Changes::none();
    for work in act.platform.work() {
        let moved = (work.hand_over)(tx, act, from, to).await?;
        if moved > 0 {
            changes = changes.fact(work.of, moved);
        }
    }
    if !changes.is_empty() {
        act.note(tx, "staff.work_handed_over", (Entity::Staff, from), changes.fact("reassignedTo", to));
    }
    Ok(())
}

/// Clears everything in the row except the name.
async fn delete(tx: &Tx<'_>, act: &Act, person: &Model) -> Result<()> {
    let id = person.id;
    auth::unlock(tx.conn(), &person.email_key).await?;
    auth::withdraw_one_time(tx.conn(), OneTimeKind::Reset, Some(id)).await?;
    auth::end_all_sessions(tx, id, None, act.now).await?;
    end_tokens(tx, act, id).await?;
    marks::forget(tx.conn(), &[id]).await?;
    auth::remove_factors(tx.conn(), id).await?;
    store::delete_avatar(tx.conn(), id).await?;
    site_people::Entity::delete_by_id(id).exec(tx.conn()).await?;
    let change = ActiveModel {
        id: Set(id),
        email: Set(String::new()),
        // No address looks like this, so it never matches at sign-in, and the old address can be invited again.
        email_key: Set(format!("deleted:{id}")),
        password_hash: Set(String::new()),
        role: Set(Role::Staff),
        permissions: Set(json!([])),
        token_version: Set(person.token_version + 1),
        is_active: Set(false),
        time_zone: Set(None),
        deleted_at: Set(Some(act.now)),
        avatar: Set(None),
        ..Default::default()
    };
    store::change(tx.conn(), change).await?;
    act.note(tx, "staff.deleted", (Entity::Staff, id), Changes::none().field("role", Some(person.role), None::<Role>));
    tx.publish(Event::StaffChanged(id));
    Ok(())
}

fn not_accepted() -> Error {
    Error::Conflict("This person has not accepted the invitation yet. Send it again, or withdraw it.".into())
}
