//! Invitations: people who have a link but no password yet.

use axum::extract::State;
use database::entity::staff::{ActiveModel, Model, Role};
use sea_orm::Set;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::act::may_give;
use super::letters;
use super::view::{self, StaffDetail, StaffState, StaffSummary, etag};
use super::{create, store};
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::valid::Check;
use crate::http::{Created, Data, Envelope, Id, IfMatch, Json, Nothing, Problem, RequestInfo, Tagged};
use crate::platform::Platform;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{self, Caller, OneTimeKind, demand_in_person, recently_proven};
use crate::platform::entity::Entity;
use crate::platform::idempotency::{self, Claim};
use crate::platform::mail::Mail;
use crate::platform::permission::{Permission, PermissionSet, Standing};
use crate::secrets;
use crate::storage::{Tx, email_key};

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(demand_in_person(Permission::Staff, recently_proven(routes!(invite_staff))))
        .routes(demand_in_person(Permission::Staff, routes!(resend_invitation, withdraw_invitation)))
}

/// The person to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    pub name: String,
    pub email: String,
    pub role: Role,
    /// What the person can do; by default, what the role starts with. An admin can do everything, whatever is given
    /// here.
    #[serde(default)]
    pub permissions: Option<Vec<Permission>>,
}

/// A person to be invited, with the token of their link.
#[derive(Clone)]
pub struct Invited {
    pub person: Model,
    pub token: String,
}

impl Invited {
    /// A row that cannot sign in.
    pub fn new(platform: &Platform, name: String, email: String, standing: Standing) -> Self {
        let now = platform.clock.now();
        let person = Model {
            id: platform.ids.next(now),
            name,
            email_key: email_key(&email),
            email,
            password_hash: String::new(),
            role: standing.role,
            permissions: standing.permissions.to_json(),
            token_version: 1,
            is_active: false,
            time_zone: None,
            locale: None,
            theme: "system".to_owned(),
            created_at: now,
            last_login: None,
            invited_at: Some(now),
            deleted_at: None,
            avatar: None,
            devices_from: None,
        };
        Self { person, token: secrets::new_token() }
    }

    /// The changes for the audit trail.
    pub fn changes(&self) -> Changes {
        Changes::none().fact("role", self.person.role).fact("permissions", &self.person.permissions)
    }
}

/// Invites a person by email. The link works once and expires in 7 days.
#[utoipa::path(post, path = "/api/admin/staff", tag = "staff", request_body = Invitation,
    responses((status = 201, body = Envelope<StaffSummary>), (status = 422, body = Problem)))]
async fn invite_staff(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Json(body): Json<Invitation>,
) -> Result<Created<StaffSummary>> {
    let mut check = Check::new();
    let name = check.line("name", &body.name, 100, "Enter a name.");
    let email = check.email("email", &body.email);
    check.done()?;
    let given = body.permissions.map_or_else(|| PermissionSet::preset(body.role), |list| list.into_iter().collect());
    let invited = Invited::new(&platform, name, email, Standing::new(body.role, given));
    let person = invited.person.clone();
    let created = Created {
        location: format!("/api/admin/staff/{}", person.id),
        data: StaffSummary::of(person, &caller),
        message: Some("The invitation is on its way."),
    };
    let kept = claim.row(&created)?;
    let act = Act::new(&platform, caller, info);
    platform
        .storage
        .write((act, invited, kept), |tx, (act, invited, kept)| {
            Box::pin(async move {
                idempotency::write(tx.conn(), kept.as_ref()).await?;
                may_give(act.giver(tx).await?, Standing::of(&invited.person))?;
                create::insert(tx, &invited.person).await?;
                send(tx, act, &invited.person, &invited.token).await?;
                act.note(tx, "staff.invited", (Entity::Staff, invited.person.id), invited.changes());
                tx.publish(Event::StaffChanged(invited.person.id));
                Ok(())
            })
        })
        .await?;
    Ok(created)
}

/// Revokes a person's older links, and sends a new one to their current address.
pub async fn send(tx: &Tx<'_>, act: &Act, person: &Model, token: &str) -> Result<()> {
    auth::withdraw_one_time(tx.conn(), OneTimeKind::Invite, Some(person.id)).await?;
    let row = auth::one_time_row(&act.platform, OneTimeKind::Invite, token, Some(person.id), None);
    auth::insert_one_time(tx.conn(), &row).await?;
    let change = ActiveModel { id: Set(person.id), invited_at: Set(Some(act.now)), ..Default::default() };
    store::change(tx.conn(), change).await?;
    tx.mail(mail(act, person, token)?);
    Ok(())
}

/// Nobody assigns work to a person who has not accepted yet.
const NO_WORK: u64 = 0;

/// The email with the link.
pub fn mail(act: &Act, person: &Model, token: &str) -> Result<database::entity::outbox::Model> {
    let letter = letters::Invitation {
        name: person.name.clone(),
        by: act.caller.name.clone(),
        link: act.platform.config.server.link(&format!("/admin/invite#{token}")),
        days: OneTimeKind::Invite.lifetime().num_days(),
    };
    Mail::new(&person.email, &letter).about((Entity::Staff, person.id)).row(&act.platform)
}

/// Sends the invitation again. Older links stop working.
#[utoipa::path(post, path = "/api/admin/staff/{id}/invitation", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<StaffDetail>), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn resend_invitation(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Id(id): Id,
) -> Result<Tagged<Data<StaffDetail>>> {
    let act = Act::new(&platform, caller, info);
    act.may_mail(id).await?;
    platform
        .storage
        .write((act, secrets::new_token(), claim), move |tx, (act, token, claim)| {
            Box::pin(async move {
                let person = invited(tx, act, id).await?;
                send(tx, act, &person, token).await?;
                act.note(tx, "staff.invitation_sent_again", (Entity::Staff, id), Changes::none());
                tx.publish(Event::StaffChanged(id));
                let shown = view::detail(tx.conn(), &act.caller, id, act.now, NO_WORK).await?;
                claim.keep(tx.conn(), &shown).await?;
                Ok(shown)
            })
        })
        .await
}

/// Withdraws an invitation. Nothing about the person is kept. With `If-Match`, fails with 412 if the person has changed
/// since.
#[utoipa::path(delete, path = "/api/admin/staff/{id}/invitation", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn withdraw_invitation(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
) -> Result<Data<Nothing>> {
    let act = Act::new(&platform, caller, info);
    platform
        .storage
        .write((act, seen), move |tx, (act, seen)| {
            Box::pin(async move {
                let person = invited(tx, act, id).await?;
                seen.check(&etag(&person))?;
                withdraw(tx, act, &person).await
            })
        })
        .await?;
    Ok(Data(Nothing))
}

/// Deletes a person who never accepted, and their links.
pub async fn withdraw(tx: &Tx<'_>, act: &Act, person: &Model) -> Result<()> {
    auth::withdraw_one_time(tx.conn(), OneTimeKind::Invite, Some(person.id)).await?;
    store::delete_invited(tx.conn(), person.id).await?;
    act.note(tx, "staff.invitation_withdrawn", (Entity::Staff, person.id), Changes::none());
    tx.publish(Event::StaffChanged(person.id));
    Ok(())
}

/// The person, if they are invited and the caller may act on them.
async fn invited(tx: &Tx<'_>, act: &Act, id: Uuid) -> Result<Model> {
    let pair = act.pair(tx, id).await?;
    pair.may_touch()?;
    if StaffState::of(&pair.target) != StaffState::Invited {
        return Err(Error::Conflict("This person has already accepted the invitation.".into()));
    }
    Ok(pair.target)
}
