//! Activating, deactivating and deleting a person.

use axum::extract::State;
use database::entity::staff::{ActiveModel, Model, Role};
use sea_orm::Set;
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::act::Pair;
use super::api::shown;
use super::hand_over::{HandOver, Moved, OpenWork};
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
use crate::platform::permission::Permission;
use crate::platform::tokens;
use crate::storage::Tx;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(demand_in_person(Permission::Staff, recently_proven(routes!(activate_staff))))
        .routes(demand_in_person(Permission::Staff, recently_proven(routes!(deactivate_staff))))
        .routes(demand_in_person(Permission::Staff, recently_proven(routes!(delete_staff))))
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

/// Deactivates a person: their requests, pages and sockets end within a second. Open work becomes unassigned unless
/// `reassignTo` says otherwise. With `If-Match`, fails with 412 if the person has changed since.
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
    let work = hand_over.read()?;
    leave(&Act::new(&platform, caller.clone(), info), id, seen, work, End::Deactivated).await?;
    shown(&platform, &caller, id).await
}

/// Deletes a person. Open work becomes unassigned unless `reassignTo` names another person. Their name stays on what
/// they did, and their address can be used again. With `If-Match`, fails with 412 if the person has changed since.
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
    let work = hand_over.read()?;
    if work == OpenWork::Stays {
        return Err(Error::field("reassignTo", "invalid", "A person who is deleted cannot keep open work."));
    }
    leave(&Act::new(&platform, caller, info), id, seen, work, End::Deleted).await?;
    Ok(Data(Nothing))
}

/// How a person leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Deactivated,
    Deleted,
}

/// Ends a person's access and hands over their open work, in as many units as it takes. Whoever must go is out with the
/// first one. If the program dies in between, the person is deactivated and has the rest: the request can be repeated.
async fn leave(act: &Act, id: Uuid, seen: IfMatch, work: OpenWork, end: End) -> Result<()> {
    let (mut moved, mut first) = (Moved::default(), true);
    loop {
        let moved_before = moved.clone();
        let so_far = act
            .platform
            .storage
            .write((act.clone(), seen.clone(), moved), move |tx, (act, seen, moved)| {
                Box::pin(async move {
                    let pair = act.pair(tx, id).await?;
                    pair.may_touch()?;
                    if first {
                        can_leave(act, &pair, seen)?;
                    }
                    let state = StaffState::of(&pair.target);
                    match (state, end) {
                        (StaffState::Invited, End::Deactivated) => return Err(not_accepted()),
                        (StaffState::Invited, End::Deleted) => {
                            invite::withdraw(tx, act, &pair.target).await?;
                            return Ok(None);
                        }
                        _ => {}
                    }
                    let (moved, rest) = work.move_some(tx, act, id, moved.clone()).await?;
                    if state == StaffState::Active && (rest || end == End::Deactivated) {
                        switch(tx, act, &pair.target, false).await?;
                    }
                    if rest {
                        return Ok(Some(moved));
                    }
                    work.finish(tx, act, id, &moved).await?;
                    if end == End::Deleted {
                        delete(tx, act, &pair.target).await?;
                    }
                    Ok(None)
                })
            })
            .await;
        match so_far {
            Ok(None) => return Ok(()),
            Ok(Some(some)) => (moved, first) = (some, false),
            Err(error) if first => return Err(error),
            Err(error) => return Err(left_half_way(act, id, work, moved_before, error).await?),
        }
    }
}

/// Somebody changed one of the people while work was handed over: notes what was, and says so.
async fn left_half_way(act: &Act, id: Uuid, work: OpenWork, moved: Moved, error: Error) -> Result<Error> {
    let number = moved.len();
    act.platform
        .storage
        .write((act.clone(), moved), move |tx, (act, moved)| {
            Box::pin(async move { work.finish(tx, act, id, moved).await })
        })
        .await?;
    tracing::warn!(%error, "open work could be handed over only in part");
    let text =
        format!("{number} were handed over, then one of the two people was changed. Look at both and try again.");
    Ok(Error::Conflict(text.into()))
}

/// Returns an error unless the person can leave and is unchanged since the caller has seen them.
fn can_leave(act: &Act, pair: &Pair, seen: &IfMatch) -> Result<()> {
    if pair.target.id == act.caller.staff_id {
        return Err(Error::Conflict("You cannot deactivate or delete yourself. Ask another admin.".into()));
    }
    pair.keeps_an_admin(&Model { is_active: false, ..pair.target.clone() })?;
    seen.check(&etag(&pair.target))
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
        store::hide_from_site(tx.conn(), person.id).await?;
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
    store::delete_site_profile(tx.conn(), id).await?;
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
