//! A person's own passkeys, and signing in with one instead of a password.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, Utc};
use database::entity::passkeys;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::attempts::Attempt;
use super::guard::{Caller, own_account, recently_proven, signed_in};
use super::letters::{self, FactorEvent};
use super::passkey_store::{self, Purpose};
use super::relying_party::{self, Refusal};
use super::sign_in::{self, Way};
use super::view::{Keeping, SignedIn};
use super::{cookies, factors, own_entry, recovery_codes};
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::valid::Check;
use crate::http::{All, Created, Data, Envelope, Id, Json, Nothing, Problem, RequestInfo};
use crate::platform::Platform;
use crate::platform::audit::Changes;
use crate::platform::limits;
use crate::platform::staff as people;

/// Maximum number of passkeys per person.
const MOST: usize = 20;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(routes!(begin_sign_in))
        .routes(routes!(sign_in_by_passkey))
        .routes(own_account(routes!(list_passkeys)))
        .routes(own_account(recently_proven(routes!(begin_registration))))
        .routes(own_account(routes!(add_passkey)))
        .routes(signed_in(routes!(rename_passkey)))
        .routes(signed_in(recently_proven(routes!(delete_passkey))))
}

/// A challenge for `navigator.credentials`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// Send it back with the response. Works once, for five minutes.
    pub challenge_id: Uuid,
    /// WebAuthn `{publicKey: …}`, with bytes in base64url.
    #[schema(value_type = Object)]
    pub options: Value,
}

/// A passkey.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyView {
    pub id: Uuid,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

impl From<passkeys::Model> for PasskeyView {
    fn from(row: passkeys::Model) -> Self {
        Self { id: row.id, name: row.name, created_at: row.created_at, last_used_at: row.last_used_at }
    }
}

/// The challenge is unknown, used or expired.
pub(super) fn challenge_is_over() -> Error {
    Error::field("challengeId", "invalid", "This timed out or was already used. Start again.")
}

/// The response does not match its challenge.
pub(super) fn not_accepted() -> Error {
    Error::field("credential", "invalid", "This passkey was not accepted.")
}

/// Lists your own passkeys, oldest first.
#[utoipa::path(get, path = "/api/auth/passkeys", tag = "auth", responses((status = 200, body = Envelope<Vec<PasskeyView>>)))]
async fn list_passkeys(State(platform): State<Platform>, caller: Caller) -> Result<All<PasskeyView>> {
    let rows = passkey_store::of(platform.storage.read(), caller.staff_id).await?;
    Ok(All::of(rows.into_iter().map(Into::into).collect()))
}

/// Starts adding a passkey.
#[utoipa::path(post, path = "/api/auth/passkeys/register/begin", tag = "auth",
    responses((status = 200, body = Envelope<Asked>), (status = 409, body = Problem)))]
async fn begin_registration(State(platform): State<Platform>, caller: Caller) -> Result<Data<Asked>> {
    let known = passkey_store::of(platform.storage.read(), caller.staff_id).await?;
    if known.len() >= MOST {
        return Err(Error::Conflict(format!("You already have {MOST} passkeys. Delete one first.").into()));
    }
    let ceremony = relying_party::begin_registration(&platform, caller.staff_id, &caller.email, &caller.name, &known)?;
    let id = passkey_store::begin(&platform, Purpose::Register, Some(caller.session_id), ceremony.state).await?;
    Ok(Data(Asked { challenge_id: id, options: ceremony.options }))
}

/// A new passkey.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPasskey {
    pub challenge_id: Uuid,
    /// Such as "Laptop".
    pub name: String,
    /// `PublicKeyCredential` as JSON, with bytes in base64url.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// The passkey that was added.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyAdded {
    pub passkey: PasskeyView,
    /// With the first second factor: ten recovery codes, in the only response that ever shows them. Otherwise empty.
    pub recovery_codes: Vec<String>,
}

/// Adds a passkey with the response of the authenticator.
#[utoipa::path(post, path = "/api/auth/passkeys/register", tag = "auth", request_body = NewPasskey,
    responses((status = 201, body = Envelope<PasskeyAdded>), (status = 422, body = Problem)))]
async fn add_passkey(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Json(body): Json<NewPasskey>,
) -> Result<Created<PasskeyAdded>> {
    let mut check = Check::new();
    let name = check.line("name", &body.name, 60, "Give the passkey a name.");
    check.done()?;
    let state = passkey_store::redeem(&platform, Purpose::Register, Some(caller.session_id), body.challenge_id)
        .await?
        .ok_or_else(challenge_is_over)?;
    let registered =
        relying_party::finish_registration(&platform, &body.credential, state)?.ok_or_else(not_accepted)?;
    let person = people::by_id(platform.storage.read(), caller.staff_id).await?.ok_or(Error::Unauthenticated)?;
    let now = platform.clock.now();
    let row = passkeys::Model {
        id: platform.ids.next(now),
        staff_id: caller.staff_id,
        credential_id: registered.credential_id,
        credential: registered.credential,
        sign_count: 0,
        name,
        created_at: now,
        last_used_at: None,
    };
    let entry = own_entry(&platform, &caller, &info, "auth.passkey_added", Changes::none().fact("passkeyId", row.id));
    let mail = letters::mail(&platform, &person, FactorEvent::PasskeyAdded, &info)?;
    let (with, view) = (platform.clone(), PasskeyView::from(row.clone()));
    let recovery_codes = platform
        .storage
        .write((row, recovery_codes::draw(), entry, mail), move |tx, (row, codes, entry, mail)| {
            let platform = with.clone();
            Box::pin(async move {
                let conn = tx.conn();
                let first = factors::of(conn, row.staff_id).await?.recovery_left == 0;
                passkeys::Entity::insert(row.clone().into_active_model())
                    .exec_without_returning(conn)
                    .await
                    .map_err(|error| Error::from(error).on_unique(not_accepted))?;
                if first {
                    factors::put_codes(conn, &platform.keys, &platform.ids, row.staff_id, codes, now).await?;
                }
                tx.audit(entry.clone());
                tx.mail(mail.clone());
                tx.publish(Event::StaffChanged(row.staff_id));
                Ok(if first { codes.clone() } else { Vec::new() })
            })
        })
        .await?;
    Ok(Created {
        location: format!("/api/auth/passkeys/{}", view.id),
        data: PasskeyAdded { passkey: view, recovery_codes },
        message: None,
    })
}

/// A new name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyName {
    pub name: String,
}

/// Renames one of your own passkeys.
#[utoipa::path(patch, path = "/api/auth/passkeys/{id}", tag = "auth", params(("id" = Uuid, Path)), request_body = PasskeyName,
    responses((status = 200, body = Envelope<PasskeyView>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn rename_passkey(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
    Json(body): Json<PasskeyName>,
) -> Result<Data<PasskeyView>> {
    let mut check = Check::new();
    let name = check.line("name", &body.name, 60, "Give the passkey a name.");
    check.done()?;
    let entry = own_entry(&platform, &caller, &info, "auth.passkey_renamed", Changes::none().fact("passkeyId", id));
    let staff = caller.staff_id;
    let renamed = platform
        .storage
        .write((name, entry), move |tx, (name, entry)| {
            Box::pin(async move {
                let renamed = passkeys::Entity::update_many()
                    .col_expr(passkeys::Column::Name, Expr::value(name.as_str()))
                    .filter(passkeys::Column::Id.eq(id))
                    .filter(passkeys::Column::StaffId.eq(staff))
                    .exec_with_returning(tx.conn())
                    .await?;
                let row = renamed.into_iter().next().ok_or(Error::NotFound)?;
                tx.audit(entry.clone());
                Ok(row)
            })
        })
        .await?;
    Ok(Data(renamed.into()))
}

/// Deletes one of your own passkeys.
#[utoipa::path(delete, path = "/api/auth/passkeys/{id}", tag = "auth", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem)))]
async fn delete_passkey(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
) -> Result<Data<Nothing>> {
    let person = people::by_id(platform.storage.read(), caller.staff_id).await?.ok_or(Error::Unauthenticated)?;
    let entry = own_entry(&platform, &caller, &info, "auth.passkey_removed", Changes::none().fact("passkeyId", id));
    let mail = letters::mail(&platform, &person, FactorEvent::PasskeyRemoved, &info)?;
    let staff = caller.staff_id;
    platform
        .storage
        .write((entry, mail), move |tx, (entry, mail)| {
            Box::pin(async move {
                let gone = passkeys::Entity::delete_many()
                    .filter(passkeys::Column::Id.eq(id))
                    .filter(passkeys::Column::StaffId.eq(staff))
                    .exec(tx.conn())
                    .await?;
                if gone.rows_affected == 0 {
                    return Err(Error::NotFound);
                }
                factors::remove_idle_codes(tx.conn(), staff).await?;
                tx.audit(entry.clone());
                tx.mail(mail.clone());
                tx.publish(Event::StaffChanged(staff));
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

/// Starts signing in without a password, with a passkey that the browser finds.
#[utoipa::path(post, path = "/api/auth/passkeys/sign-in/begin", tag = "auth",
    responses((status = 200, body = Envelope<Asked>), (status = 409, body = Problem), (status = 429, body = Problem)))]
async fn begin_sign_in(State(platform): State<Platform>, info: RequestInfo) -> Result<Data<Asked>> {
    platform.limits.check(&limits::PUBLIC_READ, &Subject::Address(info.ip.into())).await?;
    let ceremony = relying_party::begin_sign_in(&platform)?;
    let id = passkey_store::begin(&platform, Purpose::SignIn, None, ceremony.state).await?;
    Ok(Data(Asked { challenge_id: id, options: ceremony.options }))
}

/// The response of the passkey.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasskeyLogin {
    pub challenge_id: Uuid,
    /// `PublicKeyCredential` as JSON, with bytes in base64url.
    #[schema(value_type = Object)]
    pub credential: Value,
    /// Stay signed in for 7 days without use; otherwise the session ends with the browser.
    #[serde(default)]
    pub remember: bool,
}

/// Signs in with a passkey. It replaces password and second factor, and works even if the account is locked.
#[utoipa::path(post, path = "/api/auth/passkeys/sign-in", tag = "auth", request_body = PasskeyLogin,
    responses((status = 200, body = Envelope<SignedIn>), (status = 401, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
async fn sign_in_by_passkey(
    State(platform): State<Platform>,
    info: RequestInfo,
    headers: HeaderMap,
    Json(body): Json<PasskeyLogin>,
) -> Result<Response> {
    let web = cookies::is_web(&headers);
    if web {
        cookies::check_allowed(&platform)?;
    }
    platform.limits.check(&limits::PUBLIC_READ, &Subject::Address(info.ip.into())).await?;
    let state = passkey_store::redeem(&platform, Purpose::SignIn, None, body.challenge_id)
        .await?
        .ok_or_else(challenge_is_over)?;
    let (credential, staff) = relying_party::named_by(&body.credential).ok_or(Error::InvalidCredentials)?;
    let row = passkey_store::by_credential(platform.storage.read(), &credential)
        .await?
        .filter(|row| row.staff_id == staff)
        .ok_or(Error::InvalidCredentials)?;
    let person = people::by_id(platform.storage.read(), staff)
        .await?
        .filter(|person| person.is_active)
        .ok_or(Error::InvalidCredentials)?;
    let attempt = Attempt::of(&platform, &headers, &person.email, Some(&person), &info);
    match relying_party::finish_sign_in(&platform, &body.credential, state, &row)? {
        Ok(used) => {
            let keeping = Keeping { web, remember: body.remember };
            sign_in::begin(&platform, person, keeping, Way::Passkey(used), attempt, &info).await
        }
        Err(Refusal::Copied) => {
            passkey_store::note_counter(&platform, staff, &info).await?;
            Err(Error::InvalidCredentials)
        }
        Err(Refusal::Wrong) => {
            passkey_store::note_refusal(&platform, "auth.passkey_refused", staff, &info).await?;
            Err(Error::InvalidCredentials)
        }
    }
}
