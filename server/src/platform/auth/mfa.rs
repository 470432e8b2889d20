//! A person's own second factors: status, authenticator app, recovery codes.

use axum::extract::State;
use chrono::{DateTime, Duration, Utc};
use database::entity::totp_secrets;
use sea_orm::EntityTrait as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::factors::{self, Typed};
use super::guard::{Caller, own_account, recently_proven, signed_in};
use super::letters::{self, FactorEvent};
use super::{own_entry, recovery_codes, relying_party, totp};
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::{Data, Envelope, Json, Nothing, Problem, RequestInfo};
use crate::platform::Platform;
use crate::platform::audit::Changes;
use crate::platform::staff as people;
use crate::secrets::Purpose;

/// A new secret must be confirmed within this time.
const PENDING: Duration = Duration::minutes(30);

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(own_account(routes!(factor_state)))
        .routes(own_account(recently_proven(routes!(begin_totp))))
        .routes(own_account(routes!(confirm_totp)))
        .routes(signed_in(recently_proven(routes!(remove_totp))))
        .routes(signed_in(recently_proven(routes!(new_recovery_codes))))
}

/// Your own second factors.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FactorState {
    /// When the authenticator app was turned on; null if it is off.
    pub totp_since: Option<DateTime<Utc>>,
    pub passkeys: u64,
    /// Unused recovery codes.
    pub recovery_codes_left: u64,
    /// The role needs a second factor.
    pub required: bool,
    /// Browsers can use passkeys at this address: it has a name, and is https or this machine.
    pub passkeys_possible: bool,
}

/// Returns your own second factors.
#[utoipa::path(get, path = "/api/auth/mfa", tag = "auth", responses((status = 200, body = Envelope<FactorState>)))]
async fn factor_state(State(platform): State<Platform>, caller: Caller) -> Result<Data<FactorState>> {
    let factors = factors::of(platform.storage.read(), caller.staff_id).await?;
    Ok(Data(FactorState {
        totp_since: factors.totp_since,
        passkeys: factors.passkeys,
        recovery_codes_left: factors.recovery_left,
        required: factors::required(&platform, caller.role),
        passkeys_possible: relying_party::is_possible(&platform),
    }))
}

/// The secret for an authenticator app. Shown only once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TotpBegun {
    /// Base32, for typing it in.
    pub secret: String,
    pub otpauth_url: String,
    /// The same as a QR code: an SVG document.
    pub qr_svg: String,
}

/// Starts setting up an authenticator app. To turn it on, send a code from it to `/api/auth/mfa/totp/confirm` within
/// half an hour.
#[utoipa::path(post, path = "/api/auth/mfa/totp", tag = "auth",
    responses((status = 200, body = Envelope<TotpBegun>), (status = 409, body = Problem)))]
async fn begin_totp(State(platform): State<Platform>, caller: Caller) -> Result<Data<TotpBegun>> {
    let secret = totp::new_secret();
    let firm = platform.settings.get().firm.name.clone();
    let shown = totp::Enrolment::of(&secret, &firm, &caller.email)?;
    let row = totp_secrets::Model {
        staff_id: caller.staff_id,
        secret_sealed: platform.keys.seal(Purpose::TotpSecret, caller.staff_id.as_bytes(), &secret),
        last_step: 0,
        created_at: platform.clock.now(),
        confirmed_at: None,
    };
    let kept = platform
        .storage
        .write(row, |tx, row| Box::pin(async move { Ok(factors::put_pending(tx.conn(), row).await?) }))
        .await?;
    if !kept {
        return Err(Error::Conflict("An authenticator app is already on. Turn it off first to set up another.".into()));
    }
    Ok(Data(TotpBegun { secret: shown.secret, otpauth_url: shown.url, qr_svg: shown.qr_svg }))
}

/// A code from the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpCode {
    /// Six digits.
    pub code: String,
}

/// Recovery codes, in the only response that ever shows them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodes {
    pub recovery_codes: Vec<String>,
}

/// Turns on the authenticator app with a code that it shows. Returns ten recovery codes; older ones stop working.
#[utoipa::path(post, path = "/api/auth/mfa/totp/confirm", tag = "auth", request_body = TotpCode,
    responses((status = 200, body = Envelope<RecoveryCodes>), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn confirm_totp(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Json(body): Json<TotpCode>,
) -> Result<Data<RecoveryCodes>> {
    let now = platform.clock.now();
    let begun = totp_secrets::Entity::find_by_id(caller.staff_id)
        .one(platform.storage.read())
        .await?
        .filter(|row| row.confirmed_at.is_none() && now < row.created_at + PENDING)
        .ok_or_else(|| Error::Conflict("There is no setup to finish, or it timed out. Start again.".into()))?;
    let wrong = || {
        Error::field("code", "invalid", "That code is wrong or has expired. Check that your device has the right time.")
    };
    let Typed::App(code) = Typed::of(&body.code) else { return Err(wrong()) };
    let person = people::by_id(platform.storage.read(), caller.staff_id).await?.ok_or(Error::Unauthenticated)?;
    let codes = recovery_codes::draw();
    let entry = own_entry(&platform, &caller, &info, "auth.totp_added", Changes::none());
    let mail = letters::mail(&platform, &person, FactorEvent::TotpAdded, &info)?;
    let unit = (begun, code, codes.clone(), entry, mail);
    let with = platform.clone();
    let right = platform
        .storage
        .write(unit, move |tx, (begun, code, codes, entry, mail)| {
            let platform = with.clone();
            Box::pin(async move {
                let (conn, staff) = (tx.conn(), begun.staff_id);
                if !factors::use_step(conn, &platform.keys, begun, code, now, Some(now)).await? {
                    return Ok(false);
                }
                factors::put_codes(conn, &platform.keys, &platform.ids, staff, codes, now).await?;
                tx.audit(entry.clone());
                tx.mail(mail.clone());
                tx.publish(Event::StaffChanged(staff));
                Ok(true)
            })
        })
        .await?;
    if right { Ok(Data(RecoveryCodes { recovery_codes: codes })) } else { Err(wrong()) }
}

/// Turns off the authenticator app.
#[utoipa::path(delete, path = "/api/auth/mfa/totp", tag = "auth",
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem)))]
async fn remove_totp(State(platform): State<Platform>, caller: Caller, info: RequestInfo) -> Result<Data<Nothing>> {
    let person = people::by_id(platform.storage.read(), caller.staff_id).await?.ok_or(Error::Unauthenticated)?;
    let entry = own_entry(&platform, &caller, &info, "auth.totp_removed", Changes::none());
    let mail = letters::mail(&platform, &person, FactorEvent::TotpRemoved, &info)?;
    let staff = caller.staff_id;
    platform
        .storage
        .write((entry, mail), move |tx, (entry, mail)| {
            Box::pin(async move {
                if !factors::remove_totp(tx.conn(), staff).await? {
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

/// Creates ten new recovery codes. Older ones stop working.
#[utoipa::path(post, path = "/api/auth/mfa/recovery-codes", tag = "auth",
    responses((status = 200, body = Envelope<RecoveryCodes>), (status = 409, body = Problem)))]
async fn new_recovery_codes(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
) -> Result<Data<RecoveryCodes>> {
    let person = people::by_id(platform.storage.read(), caller.staff_id).await?.ok_or(Error::Unauthenticated)?;
    let codes = recovery_codes::draw();
    let entry = own_entry(&platform, &caller, &info, "auth.recovery_codes_made", Changes::none());
    let mail = letters::mail(&platform, &person, FactorEvent::RecoveryCodesMade, &info)?;
    let (with, staff, now) = (platform.clone(), caller.staff_id, platform.clock.now());
    platform
        .storage
        .write((codes.clone(), entry, mail), move |tx, (codes, entry, mail)| {
            let platform = with.clone();
            Box::pin(async move {
                if !factors::of(tx.conn(), staff).await?.any() {
                    return Err(Error::Conflict(
                        "Recovery codes replace a lost second factor. Set one up first.".into(),
                    ));
                }
                factors::put_codes(tx.conn(), &platform.keys, &platform.ids, staff, codes, now).await?;
                tx.audit(entry.clone());
                tx.mail(mail.clone());
                Ok(())
            })
        })
        .await?;
    Ok(Data(RecoveryCodes { recovery_codes: codes }))
}
