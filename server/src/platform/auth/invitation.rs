//! Accepting an invitation: the emailed link and a password create an account.

use axum::extract::State;
use chrono::{DateTime, Utc};
use database::entity::staff;
use sea_orm::{ConnectionTrait, Set};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::limits::REFRESH;
use super::one_time::{self, Kind};
use super::passwords::Lane;
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::valid::Check;
use crate::http::{Data, Envelope, Json, Problem, RequestInfo};
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::staff as people;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new().routes(routes!(open_invitation)).routes(routes!(accept_invitation))
}

/// The token from the email.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationToken {
    pub token: String,
}

/// The person an invitation is for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationView {
    pub name: String,
    pub email: String,
    pub firm_name: String,
    pub expires_at: DateTime<Utc>,
}

/// Returns who an invitation link is for. The link stays valid.
#[utoipa::path(post, path = "/api/auth/invitation", tag = "auth", request_body = InvitationToken,
    responses((status = 200, body = Envelope<InvitationView>), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn open_invitation(
    State(platform): State<Platform>,
    info: RequestInfo,
    Json(body): Json<InvitationToken>,
) -> Result<Data<InvitationView>> {
    platform.limits.check(&REFRESH, &Subject::Address(info.ip.into())).await?;
    let conn = platform.storage.read();
    let row = one_time::peek(conn, Kind::Invite, &body.token, platform.clock.now()).await?.ok_or_else(link_is_over)?;
    let person = invited(conn, row.staff_id).await?;
    Ok(Data(InvitationView {
        name: person.name,
        email: person.email,
        firm_name: platform.settings.get().firm.name.clone(),
        expires_at: row.expires_at,
    }))
}

/// A password, with the token from the email.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    pub token: String,
    pub password: String,
}

/// The person who can now sign in.
#[derive(Serialize, ToSchema)]
pub struct Accepted {
    pub email: String,
}

/// Sets the first password of an invited person, who can then sign in.
#[utoipa::path(post, path = "/api/auth/accept-invite", tag = "auth", request_body = Acceptance,
    responses((status = 200, body = Envelope<Accepted>), (status = 422, body = Problem), (status = 503, body = Problem)))]
async fn accept_invitation(
    State(platform): State<Platform>,
    info: RequestInfo,
    Json(body): Json<Acceptance>,
) -> Result<Data<Accepted>> {
    // Before any work, as with reset links.
    platform.limits.check(&REFRESH, &Subject::Address(info.ip.into())).await?;
    let mut check = Check::new();
    check.new_password("password", &body.password, platform.settings.get().security.password_min_length);
    check.done()?;
    let now = platform.clock.now();
    let person = one_time::owner(platform.storage.read(), Kind::Invite, &body.token, now).await?;
    let person = person.ok_or_else(link_is_over)?;
    // One at a time per link, and after people who sign in.
    let _turn = platform.turns.take_alone(&format!("link\n{}", person.id))?;
    let hash = platform
        .passwords
        .hash(Lane::Stranger, "password", &body.password, &people::known_of(&platform, &person.name, &person.email))
        .await?;
    let make = platform.clone();
    let email = platform
        .storage
        .write((body.token, hash, info), move |tx, (token, hash, info)| {
            let platform = make.clone();
            Box::pin(async move {
                let row = one_time::redeem(tx.conn(), Kind::Invite, token, now).await?.ok_or_else(link_is_over)?;
                let person = invited(tx.conn(), row.staff_id).await?;
                let id = person.id;
                let change = staff::ActiveModel {
                    id: Set(id),
                    password_hash: Set(hash.clone()),
                    is_active: Set(true),
                    invited_at: Set(None),
                    token_version: Set(person.token_version + 1),
                    ..Default::default()
                };
                people::change(tx.conn(), change).await?;
                let entry = Entry {
                    actor: Some(id),
                    action: "staff.invitation_accepted",
                    entity: (Entity::Staff, Some(id)),
                    changes: Changes::none().field("active", false, true),
                    from: info,
                };
                tx.audit(entry.row(&platform.ids, now));
                tx.publish(Event::StaffChanged(id));
                Ok(person.email)
            })
        })
        .await?;
    Ok(Data(Accepted { email }))
}

/// The invited person, while the invitation is valid.
async fn invited(conn: &impl ConnectionTrait, id: Option<uuid::Uuid>) -> Result<staff::Model> {
    let person = match id {
        Some(id) => people::by_id(conn, id).await?,
        None => None,
    };
    person.filter(|person| !person.is_active && person.invited_at.is_some()).ok_or_else(link_is_over)
}

fn link_is_over() -> Error {
    Error::field(
        "token",
        "invalid",
        "This invitation was already used, has expired or was withdrawn. Ask for a new one.",
    )
}
