//! Forgotten passwords: a link by email, with the same response whether the address exists or not.

use axum::extract::State;
use chrono::{DateTime, Utc};
use database::entity::staff;
use sea_orm::Set;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::letters;
use super::limits::REFRESH;
use super::one_time::{self, Kind};
use super::passwords::Lane;
use super::{lockout, sessions};
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::valid::Check;
use crate::http::{Accepted, Data, Envelope, Json, Nothing, Problem, RequestInfo};
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::limits;
use crate::platform::mail::Mail;
use crate::platform::staff as people;
use crate::platform::tokens;
use crate::secrets;
use crate::storage::email_key;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new().routes(routes!(forgot)).routes(routes!(open_reset_link)).routes(routes!(reset))
}

const ON_ITS_WAY: Accepted =
    Accepted("If this address has an account here, an email with a link is on its way or has already arrived.");

/// The person who forgot their password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Forgot {
    pub email: String,
}

/// Sends a reset link, if the address belongs to an active staff member.
#[utoipa::path(post, path = "/api/auth/forgot", tag = "auth", request_body = Forgot,
    responses((status = 202, body = Envelope<Nothing>), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn forgot(State(platform): State<Platform>, info: RequestInfo, Json(body): Json<Forgot>) -> Result<Accepted> {
    let mut check = Check::new();
    let email = check.email("email", &body.email);
    check.done()?;
    // The address first: a client that requests links for many mailboxes must not use up their owners' allowance.
    platform.limits.check(&limits::RESET_MAIL, &Subject::Address(info.ip.into())).await?;
    // The newest link is already in the mailbox and still works, whoever requested it: further emails would help
    // nobody, and a stranger who requests them locks nobody out.
    if platform.limits.check(&limits::RESET_MAIL, &Subject::Mailbox(email_key(&email))).await.is_err() {
        return Ok(ON_ITS_WAY);
    }
    let person = people::by_email(platform.storage.read(), &email).await?.filter(|person| person.is_active);
    let whose = person.as_ref().map(|person| person.id);
    let now = platform.clock.now();
    // Anyone can request a link for any mailbox, so the actor is unknown.
    let entry = Entry {
        actor: None,
        action: "auth.reset_requested",
        entity: (Entity::Staff, whose),
        changes: Changes::none(),
        from: &info,
    }
    .row(&platform.ids, now);
    let link = match person {
        None => None,
        Some(person) => {
            let token = secrets::new_token();
            let letter = letters::PasswordReset {
                name: person.name.clone(),
                link: platform.config.server.link(&format!("/admin/reset#{token}")),
                minutes: Kind::Reset.lifetime().num_minutes(),
            };
            let mail = Mail::new(&person.email, &letter).about((Entity::Staff, person.id));
            Some((one_time::row(&platform, Kind::Reset, &token, Some(person.id), None), mail.row(&platform)?))
        }
    };
    platform
        .storage
        .write((entry, link), |tx, (entry, link)| {
            Box::pin(async move {
                tx.audit(entry.clone());
                if let Some((row, mail)) = link {
                    one_time::withdraw(tx.conn(), Kind::Reset, row.staff_id).await?;
                    one_time::insert(tx.conn(), row).await?;
                    tx.mail(mail.clone());
                }
                Ok(())
            })
        })
        .await?;
    Ok(ON_ITS_WAY)
}

/// The token from the email.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetToken {
    pub token: String,
}

/// The person a reset link is for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResetLink {
    pub email: String,
    pub expires_at: DateTime<Utc>,
}

/// Returns who a reset link is for. The link stays valid.
#[utoipa::path(post, path = "/api/auth/reset/link", tag = "auth", request_body = ResetToken,
    responses((status = 200, body = Envelope<ResetLink>), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn open_reset_link(
    State(platform): State<Platform>,
    info: RequestInfo,
    Json(body): Json<ResetToken>,
) -> Result<Data<ResetLink>> {
    platform.limits.check(&REFRESH, &Subject::Address(info.ip.into())).await?;
    let conn = platform.storage.read();
    let row = one_time::peek(conn, Kind::Reset, &body.token, platform.clock.now()).await?.ok_or_else(link_is_over)?;
    let id = row.staff_id.ok_or_else(link_is_over)?;
    let person = people::by_id(conn, id).await?.filter(|person| person.is_active).ok_or_else(link_is_over)?;
    Ok(Data(ResetLink { email: person.email, expires_at: row.expires_at }))
}

/// A new password, with the token from the email.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reset {
    pub token: String,
    pub password: String,
    /// Also revoke the API tokens that act in the person's name: someone else may have created one.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub end_tokens: bool,
}

fn yes() -> bool {
    true
}

/// Sets a new password and signs the person out everywhere.
#[utoipa::path(post, path = "/api/auth/reset", tag = "auth", request_body = Reset,
    responses((status = 200, body = Envelope<Nothing>), (status = 422, body = Problem), (status = 503, body = Problem)))]
async fn reset(State(platform): State<Platform>, info: RequestInfo, Json(body): Json<Reset>) -> Result<Data<Nothing>> {
    // Before any work: a stranger must not delay staff.
    platform.limits.check(&REFRESH, &Subject::Address(info.ip.into())).await?;
    let mut check = Check::new();
    check.new_password("password", &body.password, platform.settings.get().security.password_min_length);
    check.done()?;
    let now = platform.clock.now();
    let person = one_time::owner(platform.storage.read(), Kind::Reset, &body.token, now).await?;
    let person = person.filter(|person| person.is_active).ok_or_else(link_is_over)?;
    // One at a time per link, and after people who sign in.
    let _turn = platform.turns.take_alone(&format!("link\n{}", person.id))?;
    let hash = platform
        .passwords
        .hash(Lane::Stranger, "password", &body.password, &people::known_of(&platform, &person.name, &person.email))
        .await?;
    let when = letters::now_for(&platform, &person);
    // The email needs the person, who is known only inside the unit; its other parts are created here.
    let make = platform.clone();
    platform
        .storage
        .write((body.token, hash, when, info, body.end_tokens), move |tx, (token, hash, when, info, end_tokens)| {
            let platform = make.clone();
            Box::pin(async move {
                let row = one_time::redeem(tx.conn(), Kind::Reset, token, now).await?.ok_or_else(link_is_over)?;
                let id = row.staff_id.ok_or_else(link_is_over)?;
                let person =
                    people::by_id(tx.conn(), id).await?.filter(|person| person.is_active).ok_or_else(link_is_over)?;
                let change = staff::ActiveModel {
                    id: Set(id),
                    password_hash: Set(hash.clone()),
                    token_version: Set(person.token_version + 1),
                    ..Default::default()
                };
                people::change(tx.conn(), change).await?;
                sessions::end_all(tx, id, None, now).await?;
                let mut changes = Changes::none();
                if *end_tokens {
                    match tokens::revoke_all_of(tx.conn(), id, id, now).await? {
                        0 => {}
                        number => changes = changes.fact("tokens", number),
                    }
                }
                // Whoever reads the mailbox is the owner: failed attempts by strangers no longer lock them out.
                lockout::unlock(tx.conn(), &person.email_key).await?;
                let letter = letters::PasswordChanged { name: person.name.clone(), when: when.clone() };
                let mail = Mail::new(&person.email, &letter).about((Entity::Staff, id));
                tx.mail(mail.row(&platform)?);
                let entry = Entry {
                    actor: Some(id),
                    action: "auth.password_reset",
                    entity: (Entity::Staff, Some(id)),
                    changes,
                    from: info,
                };
                tx.audit(entry.row(&platform.ids, now));
                tx.publish(Event::StaffChanged(id));
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

fn link_is_over() -> Error {
    Error::field("token", "invalid", "This link was already used or has expired. Request a new one.")
}
