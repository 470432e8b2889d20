//! Signing in, refreshing, signing out.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::attempts::Attempt;
use super::cookies;
use super::factors::Typed;
use super::limits::REFRESH;
use super::rotation::{self, Continued, Outcome, Refresh};
use super::sign_in::{self, Way};
use super::view::{Keeping, SignedIn};
use super::{guard, sessions, store};
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::valid::is_email;
use crate::http::{Data, Envelope, Json, Nothing, Problem, RequestInfo};
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::staff as people;
use crate::secrets;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(routes!(login))
        .routes(routes!(refresh))
        .routes(routes!(refresh_admin))
        .routes(routes!(logout))
        .routes(routes!(logout_admin))
}

/// Sign-in credentials.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Login {
    pub email: String,
    pub password: String,
    /// Stay signed in for 7 days without use; otherwise the session ends with the browser.
    #[serde(default)]
    pub remember: bool,
    /// A code from the authenticator app or a recovery code, for accounts with a second factor.
    #[serde(default)]
    #[schema(nullable = false)]
    pub otp: Option<String>,
}

/// Signs in. A browser sends `X-Client: web` and gets the refresh token as a cookie.
///
/// If the account has a second factor, the correct password returns 401 `second_factor_required`: ask for a code and
/// send everything again with `otp`, or sign in with a passkey. A wrong code returns 401 `invalid_credentials` and
/// counts as a wrong password.
#[utoipa::path(post, path = "/api/admin/auth/login", tag = "auth", request_body = Login,
    responses((status = 200, body = Envelope<SignedIn>), (status = 401, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn login(
    State(platform): State<Platform>,
    info: RequestInfo,
    headers: HeaderMap,
    Json(login): Json<Login>,
) -> Result<Response> {
    let web = cookies::is_web(&headers);
    if web {
        cookies::check_allowed(&platform)?;
    }
    // An invalid address belongs to nobody; the password is checked anyway, so that the response takes the same time.
    let found = if is_email(login.email.trim()) {
        people::by_email(platform.storage.read(), &login.email).await?
    } else {
        None
    };
    let person = found.filter(|person| person.is_active);
    let attempt = Attempt::of(&platform, &headers, &login.email, person.as_ref(), &info);
    let hash = person.as_ref().map(|person| person.password_hash.clone());
    let right = attempt.is_right(&platform, attempt.lane(), login.password, hash).await?;
    let whose = person.as_ref().map(|person| person.id);
    let Some(person) = person.filter(|_| right) else {
        attempt.failed(&platform, None, "auth.sign_in_failed", whose, &info).await?;
        return Err(Error::InvalidCredentials);
    };
    let keeping = Keeping { web, remember: login.remember };
    let way = match login.otp.as_deref().map(str::trim) {
        None | Some("") => Way::Password,
        Some(typed) => Way::PasswordAndCode(Typed::of(typed)),
    };
    sign_in::begin(&platform, person, keeping, way, attempt, &info).await
}

/// A refresh token, if it is not in a cookie.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefreshToken {
    #[serde(default)]
    pub refresh_token: Option<String>,
}

/// Exchanges a refresh token for a new one and an access token. Two requests at the same time get the same response.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "auth", request_body = Option<RefreshToken>,
    responses((status = 200, body = Envelope<SignedIn>), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn refresh(
    State(platform): State<Platform>,
    info: RequestInfo,
    headers: HeaderMap,
    body: Option<Json<RefreshToken>>,
) -> Result<Response> {
    exchange(&platform, info, &headers, body).await
}

/// The same as `/api/auth/refresh`.
#[utoipa::path(post, path = "/api/admin/auth/refresh", tag = "auth", request_body = Option<RefreshToken>,
    responses((status = 200, body = Envelope<SignedIn>), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn refresh_admin(
    State(platform): State<Platform>,
    info: RequestInfo,
    headers: HeaderMap,
    body: Option<Json<RefreshToken>>,
) -> Result<Response> {
    exchange(&platform, info, &headers, body).await
}

async fn exchange(
    platform: &Platform,
    info: RequestInfo,
    headers: &HeaderMap,
    body: Option<Json<RefreshToken>>,
) -> Result<Response> {
    let presented = presented(platform, headers, body).ok_or(Error::Unauthenticated)?;
    // By session and not by address: an office behind one address is not an attack. Unknown tokens cost a read but no
    // unit of work, and are counted per address.
    let known = store::session_of_token(platform.storage.read(), &presented).await?;
    let counted = match &known {
        Some(token) => Subject::Key(token.session_id.to_string()),
        None => Subject::Address(info.ip.into()),
    };
    platform.limits.check(&REFRESH, &counted).await?;
    if known.is_none() {
        return Err(Error::Unauthenticated);
    }
    let now = platform.clock.now();
    let ask = Refresh {
        presented,
        successor: secrets::new_token(),
        successor_id: platform.ids.next(now),
        settings: platform.settings.get(),
        now,
        info,
        ids: platform.ids.clone(),
    };
    let outcome = platform.storage.write(ask, |tx, ask| Box::pin(rotation::refresh(tx, ask))).await?;
    match outcome {
        Outcome::Refused => Err(Error::Unauthenticated),
        Outcome::Reused { person, session } => {
            tracing::warn!(staff = %person, %session, "an old refresh token was reused; the session was ended");
            Err(Error::Unauthenticated)
        }
        Outcome::Continued(continued) => {
            let Continued { token, session, person } = *continued;
            let keeping = Keeping { web: session.web, remember: session.remember };
            SignedIn::answer(platform, person, session.id, token, keeping, HeaderMap::new()).await
        }
    }
}

fn presented(platform: &Platform, headers: &HeaderMap, body: Option<Json<RefreshToken>>) -> Option<String> {
    body.and_then(|Json(body)| body.refresh_token).or_else(|| cookies::refresh_token(platform, headers))
}

/// Ends this session, identified by its access token or refresh token.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", request_body = Option<RefreshToken>,
    responses((status = 200, body = Envelope<Nothing>), (status = 401, body = Problem)))]
async fn logout(
    State(platform): State<Platform>,
    info: RequestInfo,
    headers: HeaderMap,
    body: Option<Json<RefreshToken>>,
) -> Result<Response> {
    sign_out(&platform, &info, &headers, body).await
}

/// The same as `/api/auth/logout`.
#[utoipa::path(post, path = "/api/admin/auth/logout", tag = "auth", request_body = Option<RefreshToken>,
    responses((status = 200, body = Envelope<Nothing>), (status = 401, body = Problem)))]
async fn logout_admin(
    State(platform): State<Platform>,
    info: RequestInfo,
    headers: HeaderMap,
    body: Option<Json<RefreshToken>>,
) -> Result<Response> {
    sign_out(&platform, &info, &headers, body).await
}

async fn sign_out(
    platform: &Platform,
    info: &RequestInfo,
    headers: &HeaderMap,
    body: Option<Json<RefreshToken>>,
) -> Result<Response> {
    let authorization = headers.get("authorization").and_then(|value| value.to_str().ok());
    let (person, session) = match guard::caller_of(platform, authorization).await {
        Ok(caller) => (caller.staff_id, caller.session_id),
        Err(error) => match presented(platform, headers, body) {
            Some(token) => {
                let row = store::session_of_token(platform.storage.read(), &token).await?.ok_or(error)?;
                (row.user_id, row.session_id)
            }
            None => return Err(error),
        },
    };
    end_session(platform, person, session, "auth.signed_out", info).await?;
    let mut out = HeaderMap::new();
    cookies::clear_refresh(platform, &mut out);
    Ok((out, Data(Nothing)).into_response())
}

/// Ends a session and records why; true if it was active.
pub(super) async fn end_session(
    platform: &Platform,
    person: Uuid,
    session: Uuid,
    action: &'static str,
    info: &RequestInfo,
) -> Result<bool> {
    let now = platform.clock.now();
    let changes = Changes::none().fact("sessionId", session);
    let entry = Entry { actor: Some(person), action, entity: (Entity::Staff, Some(person)), changes, from: info }
        .row(&platform.ids, now);
    let ended = platform
        .storage
        .write(entry, move |tx, entry| {
            Box::pin(async move {
                let alive = sessions::end(tx, session, now).await?;
                if alive {
                    tx.audit(entry.clone());
                }
                Ok(alive)
            })
        })
        .await?;
    Ok(ended)
}
