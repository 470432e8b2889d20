//! Accepting an invitation: the link of the mail and a password make an account.

use axum::extract::State;
use chrono::{DateTime, Utc};
use database::entity::staff;
use sea_orm::{ConnectionTrait, Set};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::one_time::{self, Kind};
use crate::app::App;
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::rate_limit::{Limit, Subject};
use crate::http::valid::Check;
use crate::http::{Data, Envelope, Json, Problem, RequestInfo};
use crate::platform::audit::{Changes, Entry};
use crate::platform::staff as people;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(open_invitation)).routes(routes!(accept_invitation))
}

/// The token of the mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationToken {
    pub token: String,
}

/// Whom an invitation is for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationView {
    pub name: String,
    pub email: String,
    pub firm_name: String,
    pub expires_at: DateTime<Utc>,
}

/// Says whom the link of an invitation is for. It stays as it is.
#[utoipa::path(post, path = "/api/auth/invitation", tag = "auth", request_body = InvitationToken,
    responses((status = 200, body = Envelope<InvitationView>), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn open_invitation(
    State(app): State<App>,
    info: RequestInfo,
    Json(body): Json<InvitationToken>,
) -> Result<Data<InvitationView>> {
    app.limits.check(Limit::Refresh, &Subject::Address(info.ip.into()))?;
    let conn = app.storage.read();
    let row = one_time::peek(conn, Kind::Invite, &body.token, app.clock.now()).await?.ok_or_else(link_is_over)?;
    let person = invited(conn, row.staff_id).await?;
    Ok(Data(InvitationView {
        name: person.name,
        email: person.email,
        firm_name: app.settings.get().firm.name.clone(),
        expires_at: row.expires_at,
    }))
}

/// A password, with the token of the mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    pub token: String,
    pub password: String,
}

/// Who can sign in now.
#[derive(Serialize, ToSchema)]
pub struct Accepted {
    pub email: String,
}

/// Sets the first password of an invited person, who can then sign in.
#[utoipa::path(post, path = "/api/auth/accept-invite", tag = "auth", request_body = Acceptance,
    responses((status = 200, body = Envelope<Accepted>), (status = 422, body = Problem), (status = 503, body = Problem)))]
async fn accept_invitation(
    State(app): State<App>,
    info: RequestInfo,
    Json(body): Json<Acceptance>,
) -> Result<Data<Accepted>> {
    let mut check = Check::new();
    check.new_password("password", &body.password, app.settings.get().security.password_min_length);
    check.done()?;
    let now = app.clock.now();
    // Before any work, as with reset links: hashing takes its time.
    app.limits.check(Limit::Refresh, &Subject::Address(info.ip.into()))?;
    if !one_time::is_open(app.storage.read(), Kind::Invite, &body.token, now).await? {
        return Err(link_is_over());
    }
    let hash = app.passwords.hash(body.password).await?;
    let make = app.clone();
    let email = app
        .storage
        .write((body.token, hash, info), move |tx, (token, hash, info)| {
            let app = make.clone();
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
                    entity: ("staff", Some(id)),
                    changes: Changes::none().field("active", false, true),
                    from: info,
                };
                tx.audit(entry.row(&app.ids, now));
                tx.publish(Event::StaffChanged(id));
                Ok(person.email)
            })
        })
        .await?;
    app.liveness.forget_all();
    Ok(Data(Accepted { email }))
}

/// The person, as long as the invitation stands.
async fn invited(conn: &impl ConnectionTrait, id: Option<uuid::Uuid>) -> Result<staff::Model> {
    let person = match id {
        Some(id) => people::by_id(conn, id).await?,
        None => None,
    };
    person.filter(|person| !person.is_active && person.invited_at.is_some()).ok_or_else(link_is_over)
}

fn link_is_over() -> Error {
    Error::field("token", "invalid", "This invitation was used already, is over or was withdrawn. Ask for a new one.")
}
