//! The signed-in person's account: profile, password, signing out everywhere, WebSocket ticket.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use database::entity::staff;
use sea_orm::Set;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::attempts::Attempt;
use super::guard::{Caller, own_account, signed_in};
use super::one_time::{self, Kind};
use super::passwords::Lane;
use super::view::Me;
use super::{cookies, letters, own_entry, sessions};
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::valid::Check;
use crate::http::{Data, Envelope, Json, Nothing, Problem, RequestInfo};
use crate::platform::Platform;
use crate::platform::audit::Changes;
use crate::platform::entity::Entity;
use crate::platform::mail::Mail;
use crate::platform::staff as people;
use crate::secrets;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(own_account(routes!(get_me, patch_me)))
        .routes(signed_in(routes!(change_password)))
        .routes(own_account(routes!(logout_all)))
        .routes(signed_in(routes!(ws_ticket)))
}

/// Returns the person who is signed in.
#[utoipa::path(get, path = "/api/auth/me", tag = "auth", responses((status = 200, body = Envelope<Me>)))]
async fn get_me(State(platform): State<Platform>, caller: Caller) -> Result<Data<Me>> {
    let person = people::by_id(platform.storage.read(), caller.staff_id).await?.ok_or(Error::Unauthenticated)?;
    Ok(Data(Me::of(&platform, person, caller.second_factor_missing)))
}

/// What a person can change in their own profile.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MePatch {
    #[serde(default)]
    pub name: Option<String>,
    /// IANA name; empty lets the browser decide.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// `system`, `light` or `dark`.
    #[serde(default)]
    pub theme: Option<String>,
    /// BCP 47 tag of a language, optionally with a country, such as `de` or `en-US`; empty means British English.
    #[serde(default)]
    pub locale: Option<String>,
}

/// Changes your own profile.
#[utoipa::path(patch, path = "/api/auth/me", tag = "auth", request_body = MePatch,
    responses((status = 200, body = Envelope<Me>), (status = 422, body = Problem)))]
async fn patch_me(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Json(patch): Json<MePatch>,
) -> Result<Data<Me>> {
    let mut check = Check::new();
    let mut change = staff::ActiveModel { id: Set(caller.staff_id), ..Default::default() };
    if let Some(name) = &patch.name {
        change.name = Set(check.line("name", name, 100, "Enter a name."));
    }
    if let Some(zone) = &patch.time_zone {
        if !zone.is_empty() && zone.parse::<chrono_tz::Tz>().is_err() {
            check.refuse("timeZone", "invalid", "This must be a time zone such as Europe/Berlin.");
        }
        change.time_zone = Set(Some(zone.clone()).filter(|zone| !zone.is_empty()));
    }
    if let Some(theme) = &patch.theme {
        if !matches!(theme.as_str(), "system" | "light" | "dark") {
            check.refuse("theme", "invalid", "This must be system, light or dark.");
        }
        change.theme = Set(theme.clone());
    }
    if let Some(locale) = &patch.locale {
        if !locale.is_empty() && !is_locale(locale) {
            check.refuse("locale", "invalid", "This must be a language tag such as de or en-US.");
        }
        change.locale = Set(Some(locale.clone()).filter(|locale| !locale.is_empty()));
    }
    check.done()?;
    let mut changes = Changes::none();
    if patch.name.is_some() {
        // Not the name itself: the audit trail outlives an erasure.
        changes = changes.fact("name", "changed");
    }
    for (field, value) in [("timeZone", &patch.time_zone), ("theme", &patch.theme), ("locale", &patch.locale)] {
        if let Some(value) = value {
            changes = changes.fact(field, value);
        }
    }
    let entry = own_entry(&platform, &caller, &info, "staff.profile_changed", changes);
    let id = caller.staff_id;
    let person = platform
        .storage
        .write((change, entry), move |tx, (change, entry)| {
            Box::pin(async move {
                tx.audit(entry.clone());
                tx.publish(Event::StaffChanged(id));
                Ok(people::change(tx.conn(), change.clone()).await?)
            })
        })
        .await?;
    Ok(Data(Me::of(&platform, person, caller.second_factor_missing)))
}

/// True for tags that browsers know: a language, a script, a country.
fn is_locale(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let letters = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    letters(language, 2..=3)
        && parts.clone().count() <= 2
        && parts.all(|part| letters(part, 2..=2) || letters(part, 4..=4))
}

/// The old and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasswordChange {
    pub current_password: String,
    pub new_password: String,
}

/// Changes your own password and ends all other sessions.
#[utoipa::path(post, path = "/api/auth/password", tag = "auth", request_body = PasswordChange,
    responses((status = 200, body = Envelope<Nothing>), (status = 422, body = Problem)))]
async fn change_password(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    headers: HeaderMap,
    Json(body): Json<PasswordChange>,
) -> Result<Data<Nothing>> {
    let mut check = Check::new();
    check.new_password("newPassword", &body.new_password, platform.settings.get().security.password_min_length);
    check.done()?;
    let person = people::by_id(platform.storage.read(), caller.staff_id).await?.ok_or(Error::Unauthenticated)?;
    let attempt = Attempt::of(&platform, &headers, &person.email, Some(&person), &info);
    let old_hash = person.password_hash.clone();
    let right = attempt.is_right(&platform, Lane::Known, body.current_password, Some(old_hash.clone())).await?;
    if !right {
        attempt.failed(&platform, Some(person.id), "auth.proof_failed", Some(person.id), &info).await?;
        return Err(Error::field("currentPassword", "invalid", "This is not your current password."));
    }
    let hash = platform
        .passwords
        .hash(Lane::Known, "newPassword", &body.new_password, &people::known_of(&platform, &person.name, &person.email))
        .await?;
    let now = platform.clock.now();
    let when = letters::now_for(&platform, &person);
    let letter = letters::PasswordChanged { name: person.name, when };
    let mail = Mail::new(&person.email, &letter).about((Entity::Staff, person.id)).row(&platform)?;
    let entry = own_entry(&platform, &caller, &info, "auth.password_changed", Changes::none());
    let (id, session) = (caller.staff_id, caller.session_id);
    platform
        .storage
        .write((old_hash, hash, mail, entry), move |tx, (old_hash, hash, mail, entry)| {
            Box::pin(async move {
                // A reset link may have set another password since, and ended this session.
                if !people::has_password(tx.conn(), id, old_hash).await? {
                    return Err(Error::Unauthenticated);
                }
                let change = staff::ActiveModel { id: Set(id), password_hash: Set(hash.clone()), ..Default::default() };
                people::change(tx.conn(), change).await?;
                one_time::withdraw(tx.conn(), Kind::Reset, Some(id)).await?;
                sessions::end_all(tx, id, Some(session), now).await?;
                tx.mail(mail.clone());
                tx.audit(entry.clone());
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

/// Signs out on all devices, including this one.
#[utoipa::path(post, path = "/api/auth/logout-all", tag = "auth", responses((status = 200, body = Envelope<Nothing>)))]
async fn logout_all(State(platform): State<Platform>, caller: Caller, info: RequestInfo) -> Result<Response> {
    let now = platform.clock.now();
    let entry = own_entry(&platform, &caller, &info, "auth.signed_out_everywhere", Changes::none());
    let id = caller.staff_id;
    platform
        .storage
        .write(entry, move |tx, entry| {
            Box::pin(async move {
                tx.audit(entry.clone());
                sessions::end_all(tx, id, None, now).await
            })
        })
        .await?;
    let mut headers = HeaderMap::new();
    cookies::clear_refresh(&platform, &mut headers);
    Ok((headers, Data(Nothing)).into_response())
}

/// A ticket that opens the WebSocket once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    pub ticket: String,
    /// Seconds.
    pub expires_in: i64,
}

/// Issues a ticket for `/ws/chat`, so that no token appears in a URL.
#[utoipa::path(post, path = "/api/auth/ws-ticket", tag = "auth", responses((status = 200, body = Envelope<Ticket>)))]
async fn ws_ticket(State(platform): State<Platform>, caller: Caller) -> Result<Data<Ticket>> {
    let ticket = secrets::new_token();
    let row = one_time::row(&platform, Kind::WsTicket, &ticket, Some(caller.staff_id), Some(caller.session_id));
    platform.storage.write(row, |tx, row| Box::pin(async move { Ok(one_time::insert(tx.conn(), row).await?) })).await?;
    Ok(Data(Ticket { ticket, expires_in: Kind::WsTicket.lifetime().num_seconds() }))
}

#[cfg(test)]
mod tests {
    use super::is_locale;

    #[test]
    fn tags_of_languages_are_told_from_other_text() {
        for good in ["de", "en-US", "zh-Hant-TW", "fil"] {
            assert!(is_locale(good), "{good}");
        }
        for bad in ["", "d", "english", "en_US", "en-", "-US", "en-US-x-y", "en-12", "ü-DE"] {
            assert!(!is_locale(bad), "{bad}");
        }
    }
}
