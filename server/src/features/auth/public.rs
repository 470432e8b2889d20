//! Signing in, refreshing, signing out.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use database::entity::staff;
use sea_orm::Set;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::cookies;
use super::device::{self, Device};
use super::lockout::{self, Subject};
use super::rotation::{self, Continued, Outcome, Refresh};
use super::sessions::{self, NewSession};
use super::view::{Keeping, SignedIn};
use super::{guard, store};
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::audit::{Changes, Entry};
use crate::features::notify::{Letter, Mail};
use crate::features::staff as people;
use crate::http::rate_limit::{self, Limit};
use crate::http::valid::is_email;
use crate::http::{Envelope, Json, Nothing, Ok, Problem, RequestInfo};
use crate::secrets;
use crate::storage::email_key;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(login))
        .routes(routes!(refresh))
        .routes(routes!(refresh_admin))
        .routes(routes!(logout))
        .routes(routes!(logout_admin))
}

/// What signing in needs.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Login {
    pub email: String,
    pub password: String,
    /// Keep the browser signed in for 7 days without use; otherwise its session ends with the browser.
    #[serde(default)]
    pub remember: bool,
}

/// Signs in. A browser sends `X-Client: web` and gets the refresh token as a cookie.
#[utoipa::path(post, path = "/api/admin/auth/login", tag = "auth", request_body = Login,
    responses((status = 200, body = Envelope<SignedIn>), (status = 401, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn login(
    State(app): State<App>,
    info: RequestInfo,
    headers: HeaderMap,
    Json(login): Json<Login>,
) -> Result<Response> {
    let web = cookies::is_web(&headers);
    if web {
        cookies::check_allowed(&app)?;
    }
    // What is no address is nobody's; the password is checked all the same, so that it takes the same time.
    let found =
        if is_email(login.email.trim()) { people::by_email(app.storage.read(), &login.email).await? } else { None };
    let person = found.filter(|person| person.is_active);
    let mark = cookies::device_mark(&app, &headers);
    let known = person.as_ref().and_then(|person| device::known(&app, person.id, mark.as_deref()?)).map(str::to_owned);
    // A browser that is known counts for itself: neither a stranger nor a neighbour can shut it out.
    let rules = app.settings.get().security.lockout();
    let subjects = match &known {
        Some(device) => vec![Subject::known_device(device, rules)],
        None => vec![Subject::account(&email_key(&login.email), rules), Subject::address(info.ip, rules)],
    };
    let check = async || {
        if app.limits.are_on() {
            lockout::check(app.storage.read(), &subjects, app.clock.now()).await
        } else {
            Result::Ok(())
        }
    };
    check().await?;
    let hash = person.as_ref().map(|person| person.password_hash.clone());
    let right = app.passwords.verify(login.password, hash).await?;
    // Once more: of many guesses that waited for the hash, those after the lock do not count.
    check().await?;
    let whose = person.as_ref().map(|person| person.id);
    let Some(person) = person.filter(|_| right) else { return Err(refuse(&app, whose, subjects, &info).await?) };
    let keeping = Keeping { web, remember: login.remember };
    begin(&app, person, keeping, subjects, known.is_none(), &info).await
}

/// Notes a wrong password and says no. `whose` account it was, if there is one; who tried is not known.
async fn refuse(app: &App, whose: Option<Uuid>, subjects: Vec<Subject>, info: &RequestInfo) -> Result<Error> {
    let now = app.clock.now();
    let entity = (if whose.is_some() { "staff" } else { "auth" }, whose);
    let entry = |action| Entry { actor: None, action, entity, changes: Changes::none(), from: info }.row(&app.ids, now);
    let entries = (entry("auth.sign_in_failed"), entry("auth.locked"));
    let counted = app.limits.are_on();
    app.storage
        .write((subjects, entries), move |tx, (subjects, (failed, locked))| {
            Box::pin(async move {
                tx.audit(failed.clone());
                if counted && lockout::count_failure(tx.conn(), subjects, now).await? {
                    tx.audit(locked.clone());
                }
                Result::Ok(())
            })
        })
        .await?;
    Result::Ok(Error::InvalidCredentials)
}

/// Begins a session for a person whose password was right.
async fn begin(
    app: &App,
    person: staff::Model,
    keeping: Keeping,
    subjects: Vec<Subject>,
    new_device: bool,
    info: &RequestInfo,
) -> Result<Response> {
    let now = app.clock.now();
    let new = NewSession::of(app, &person, keeping.remember, keeping.web, info);
    let session = new.session.id;
    let token = new.token.clone();
    let entry = Entry {
        actor: Some(person.id),
        action: "auth.signed_in",
        entity: ("staff", Some(person.id)),
        changes: Changes::none(),
        from: info,
    }
    .row(&app.ids, now);
    let familiar = store::has_session_like(app.storage.read(), person.id, info).await?;
    let warning = (new_device && !familiar && person.last_login.is_some())
        .then(|| warn_of_device(app, &person, info))
        .transpose()?;
    let account = subjects.into_iter().next();
    let id = person.id;
    let person = app
        .storage
        .write((new, entry, warning, account), move |tx, (new, entry, warning, account)| {
            Box::pin(async move {
                new.insert(tx).await?;
                if let Some(account) = account {
                    lockout::forget(tx.conn(), account).await?;
                }
                let change = staff::ActiveModel { id: Set(id), last_login: Set(Some(now)), ..Default::default() };
                let person = people::change(tx.conn(), change).await?;
                tx.audit(entry.clone());
                if let Some(warning) = warning {
                    tx.mail(warning.clone());
                }
                Result::Ok(person)
            })
        })
        .await?;
    let mut headers = HeaderMap::new();
    if keeping.web && new_device {
        cookies::give_mark(app, &mut headers, &device::mark(app, id));
    }
    SignedIn::answer(app, person, session, token, keeping, headers)
}

/// Signs a person in who has just proved to be one in another way: set-up.
pub(super) async fn sign_in_directly(
    app: &App,
    person: staff::Model,
    web: bool,
    info: &RequestInfo,
) -> Result<Response> {
    let keeping = Keeping { web, remember: false };
    let subjects = vec![Subject::account(&person.email_key, app.settings.get().security.lockout())];
    begin(app, person, keeping, subjects, true, info).await
}

fn warn_of_device(app: &App, person: &staff::Model, info: &RequestInfo) -> Result<database::entity::outbox::Model> {
    let letter = Letter::NewDevice {
        name: person.name.clone(),
        device: Device::of(info.user_agent.as_deref()).name,
        ip_address: info.ip.to_string(),
        when: app.clock.now().format("%-d %B %Y, %-H:%M UTC").to_string(),
        link: app.config.server.link("/admin/profile"),
    };
    Mail { to: &person.email, letter: &letter, entity: Some(("staff", person.id)), thread: Vec::new(), automatic: true }
        .row(app)
}

/// A refresh token, where it is not in a cookie.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefreshToken {
    #[serde(default)]
    pub refresh_token: Option<String>,
}

/// Exchanges a refresh token for a new one and an access token. Asking twice at once gives the same answer.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "auth", request_body = Option<RefreshToken>,
    responses((status = 200, body = Envelope<SignedIn>), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn refresh(
    State(app): State<App>,
    info: RequestInfo,
    headers: HeaderMap,
    body: Option<Json<RefreshToken>>,
) -> Result<Response> {
    exchange(&app, info, &headers, body).await
}

/// The same as `/api/auth/refresh`.
#[utoipa::path(post, path = "/api/admin/auth/refresh", tag = "auth", request_body = Option<RefreshToken>,
    responses((status = 200, body = Envelope<SignedIn>), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn refresh_admin(
    State(app): State<App>,
    info: RequestInfo,
    headers: HeaderMap,
    body: Option<Json<RefreshToken>>,
) -> Result<Response> {
    exchange(&app, info, &headers, body).await
}

async fn exchange(
    app: &App,
    info: RequestInfo,
    headers: &HeaderMap,
    body: Option<Json<RefreshToken>>,
) -> Result<Response> {
    let presented = presented(app, headers, body).ok_or(Error::Unauthenticated)?;
    // By token and not by address: an office behind one address is no attack, a token that comes sixty times is.
    app.limits.check(Limit::Refresh, &rate_limit::Subject::Key(secrets::sha256_hex(&presented)))?;
    // Unknown tokens cost a look and no unit of work.
    if store::session_of_token(app.storage.read(), &presented).await?.is_none() {
        return Err(Error::Unauthenticated);
    }
    let now = app.clock.now();
    let ask = Refresh {
        presented,
        successor: secrets::new_token(),
        successor_id: app.ids.next(now),
        settings: app.settings.get(),
        now,
        info,
        ids: app.ids.clone(),
    };
    let outcome = app.storage.write(ask, |tx, ask| Box::pin(rotation::refresh(tx, ask))).await?;
    match outcome {
        Outcome::Refused => Err(Error::Unauthenticated),
        Outcome::Reused { person, session } => {
            tracing::warn!(staff = %person, %session, "an old refresh token was used again; the session was ended");
            Err(Error::Unauthenticated)
        }
        Outcome::Continued(continued) => {
            let Continued { token, session, person } = *continued;
            let keeping = Keeping { web: session.web, remember: session.remember };
            SignedIn::answer(app, person, session.id, token, keeping, HeaderMap::new())
        }
    }
}

fn presented(app: &App, headers: &HeaderMap, body: Option<Json<RefreshToken>>) -> Option<String> {
    body.and_then(|Json(body)| body.refresh_token).or_else(|| cookies::refresh_token(app, headers))
}

/// Ends this session, told by its access token or its refresh token.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", request_body = Option<RefreshToken>,
    responses((status = 200, body = Envelope<Nothing>), (status = 401, body = Problem)))]
async fn logout(
    State(app): State<App>,
    info: RequestInfo,
    headers: HeaderMap,
    body: Option<Json<RefreshToken>>,
) -> Result<Response> {
    sign_out(&app, &info, &headers, body).await
}

/// The same as `/api/auth/logout`.
#[utoipa::path(post, path = "/api/admin/auth/logout", tag = "auth", request_body = Option<RefreshToken>,
    responses((status = 200, body = Envelope<Nothing>), (status = 401, body = Problem)))]
async fn logout_admin(
    State(app): State<App>,
    info: RequestInfo,
    headers: HeaderMap,
    body: Option<Json<RefreshToken>>,
) -> Result<Response> {
    sign_out(&app, &info, &headers, body).await
}

async fn sign_out(
    app: &App,
    info: &RequestInfo,
    headers: &HeaderMap,
    body: Option<Json<RefreshToken>>,
) -> Result<Response> {
    let authorization = headers.get("authorization").and_then(|value| value.to_str().ok());
    let (person, session) = match guard::caller_of(app, authorization).await {
        Result::Ok(caller) => (caller.staff_id, caller.session_id),
        Err(error) => match presented(app, headers, body) {
            Some(token) => {
                let row = store::session_of_token(app.storage.read(), &token).await?.ok_or(error)?;
                (row.user_id, row.session_id)
            }
            None => return Err(error),
        },
    };
    end_session(app, person, session, "auth.signed_out", info).await?;
    let mut out = HeaderMap::new();
    cookies::clear_refresh(app, &mut out);
    Result::Ok((out, Ok(Nothing)).into_response())
}

/// Ends a session and notes why; true when it was alive.
pub(super) async fn end_session(
    app: &App,
    person: Uuid,
    session: Uuid,
    action: &'static str,
    info: &RequestInfo,
) -> Result<bool> {
    let now = app.clock.now();
    let changes = Changes::none().fact("sessionId", session);
    let entry =
        Entry { actor: Some(person), action, entity: ("staff", Some(person)), changes, from: info }.row(&app.ids, now);
    let ended = app
        .storage
        .write(entry, move |tx, entry| {
            Box::pin(async move {
                let alive = sessions::end(tx, session, now).await?;
                if alive {
                    tx.audit(entry.clone());
                }
                Result::Ok(alive)
            })
        })
        .await?;
    app.liveness.forget_all();
    Result::Ok(ended)
}
