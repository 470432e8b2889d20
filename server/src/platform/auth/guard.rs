//! Access control: declared with the route, checked before its handler, and written into the OpenAPI document, where
//! the permission test reads it.
//!
//! Unsafe routes of the staff API honour `Idempotency-Key` through their guard: a response is replayed only to callers
//! who are admitted, and, where a fresh proof is required, only with one.

use std::net::{IpAddr, Ipv4Addr};

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Duration, Utc};
use database::entity::staff::Role;
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::SecurityRequirement;
use utoipa_axum::router::{UtoipaMethodRouter, UtoipaMethodRouterExt as _};
use uuid::Uuid;

use super::access;
use super::limits::STAFF;
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::{CallerId, ClientAddress, PersonId, TokenId};
use crate::platform::idempotency::idempotent;
use crate::platform::permission::{Permission, PermissionSet};
use crate::platform::tokens;
use crate::platform::{Platform, State};

/// The calling staff member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The person, or the one for whom a token acts.
    pub staff_id: Uuid,
    /// The session; for a token its id, which is not a session.
    pub session_id: Uuid,
    /// The API token that was used instead of a session.
    pub token: Option<Uuid>,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub permissions: PermissionSet,
    /// The role requires a second factor and the person has none: only [`own_account`] routes are open.
    pub second_factor_missing: bool,
    /// When the person last proved their identity in this session.
    pub proved_at: Option<DateTime<Utc>>,
}

/// How long a proof of identity opens sensitive actions.
pub const PROOF_LASTS: Duration = Duration::minutes(10);

impl Caller {
    /// True if the caller has the permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.has(permission)
    }

    /// Returns [`Error::ReauthenticationRequired`] if the last proof is older than [`PROOF_LASTS`].
    pub fn check_proof(&self, now: DateTime<Utc>) -> Result<()> {
        match self.proved_at {
            Some(at) if now < at + PROOF_LASTS => Ok(()),
            _ => Err(Error::ReauthenticationRequired),
        }
    }

    /// Returns an error if the session or token has ended, or the permission was removed; for long responses.
    ///
    /// # Errors
    /// `Unauthenticated` or `Forbidden`, or the database is unavailable.
    pub async fn still_may(&self, platform: &Platform, permission: Permission) -> Result<()> {
        let now = match self.token {
            Some(token) => tokens::permissions_of(platform, token).await?,
            None => platform.liveness.of(platform, self.session_id).await?.map(|live| live.caller.permissions),
        };
        match now {
            None => Err(Error::Unauthenticated),
            Some(permissions) if permissions.has(permission) => Ok(()),
            Some(_) => Err(Error::Forbidden),
        }
    }

    /// Wraps a response: its body breaks off as soon as the caller loses access, so that nobody mistakes a part for the
    /// whole.
    pub fn while_allowed(self, platform: &Platform, permission: Permission, answer: Response) -> Response {
        let platform = platform.clone();
        answer.map(|body| {
            let parts = stream::try_unfold(
                (self, platform, body.into_data_stream()),
                move |(caller, platform, mut body)| async move {
                    let Some(part) = body.next().await.transpose().map_err(Error::internal)? else { return Ok(None) };
                    caller.still_may(&platform, permission).await?;
                    Ok::<_, Error>(Some((part, (caller, platform, body))))
                },
            );
            Body::from_stream(parts)
        })
    }
}

/// Who is admitted.
#[derive(Debug, Clone, Copy)]
enum Demand {
    /// Everyone with the permission, by session or by token.
    May(Permission),
    /// Everyone with one of these permissions, by session or by token.
    MayEither(&'static [Permission]),
    /// A person with the permission, by session only.
    MayInPerson(Permission),
    /// Every signed-in person.
    InPerson,
    /// Every signed-in person, even without the second factor that the role requires.
    OwnAccount,
    /// Every signed-in person, and every valid token.
    Anybody,
}

/// These routes require that permission.
pub fn demand<S: State>(permission: Permission, routes: UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S> {
    guarded(Demand::May(permission), routes)
}

/// These routes require one of those permissions: they serve several slices.
pub fn demand_either<S: State>(
    permissions: &'static [Permission],
    routes: UtoipaMethodRouter<S>,
) -> UtoipaMethodRouter<S> {
    guarded(Demand::MayEither(permissions), routes)
}

/// These routes require that permission and a signed-in person; no API token is accepted.
pub fn demand_in_person<S: State>(permission: Permission, routes: UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S> {
    guarded(Demand::MayInPerson(permission), routes)
}

/// These routes require a signed-in person, with any permissions. They concern that person, so no API token is
/// accepted.
pub fn signed_in<S: State>(routes: UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S> {
    guarded(Demand::InPerson, routes)
}

/// These routes require a signed-in person and stay open while a second factor is missing: setting one up, the person's
/// own profile, signing out.
pub fn own_account<S: State>(routes: UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S> {
    guarded(Demand::OwnAccount, routes)
}

/// These routes are sensitive: they require a proof of identity that is at most ten minutes old. Use it inside another
/// guard: `demand_in_person(Permission::Staff, recently_proven(routes!(reset)))`.
pub fn recently_proven<S: State>(routes: UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S> {
    let (schemas, mut paths, handlers) = once(routes);
    for operation in paths.paths.values_mut().flat_map(operations) {
        // The enclosing guard turns this into a requirement.
        operation.extensions.get_or_insert_default().insert("x-proof".to_owned(), json!("recent"));
    }
    (schemas, paths, handlers).layer(from_fn(check_proof))
}

async fn check_proof(request: Request, next: Next) -> Response {
    let fresh = match (request.extensions().get::<Platform>(), request.extensions().get::<Caller>()) {
        (Some(platform), Some(caller)) => caller.check_proof(platform.clock.now()),
        _ => Err(Error::internal("a sensitive route without a guard around it")),
    };
    match fresh {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// These routes require a signed-in person or any API token.
pub fn signed_in_or_token<S: State>(routes: UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S> {
    guarded(Demand::Anybody, routes)
}

fn guarded<S: State>(demand: Demand, routes: UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S> {
    let proven = routes.1.paths.values().any(is_proven);
    let (schemas, mut paths, handlers) = if proven { routes } else { once(routes) };
    for item in paths.paths.values_mut() {
        document(item, demand);
    }
    let step = from_fn(move |request: Request, next: Next| check(demand, request, next));
    (schemas, paths, handlers).layer(step)
}

/// Makes requests of the staff API idempotent; never those of the sign-in.
fn once<S: State>(routes: UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S> {
    let of_staff = |path: &String| path.starts_with("/api/admin/") && !path.starts_with("/api/admin/auth/");
    if routes.1.paths.keys().all(of_staff) { idempotent(routes) } else { routes }
}

/// True if [`recently_proven`] is inside.
fn is_proven(item: &PathItem) -> bool {
    let all = [&item.get, &item.put, &item.post, &item.delete, &item.patch];
    all.into_iter().flatten().any(|it| it.extensions.as_ref().is_some_and(|it| it.contains_key("x-proof")))
}

async fn check(demand: Demand, mut request: Request, next: Next) -> Response {
    let Some(platform) = request.extensions().get::<Platform>().cloned() else {
        return Error::internal("no platform in the request").into_response();
    };
    let authorization = request.headers().get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    let address = request.extensions().get::<ClientAddress>().map_or(Ipv4Addr::UNSPECIFIED.into(), |it| it.0);
    let caller = match admit(&platform, authorization, address, demand).await {
        Ok(caller) => caller,
        Err(error) => return error.into_response(),
    };
    request.extensions_mut().insert(CallerId(caller.token.unwrap_or(caller.staff_id)));
    request.extensions_mut().insert(PersonId(caller.staff_id));
    if let Some(token) = caller.token {
        request.extensions_mut().insert(TokenId(token));
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

async fn admit(platform: &Platform, authorization: Option<&str>, address: IpAddr, demand: Demand) -> Result<Caller> {
    let caller = match authorization.and_then(bearer).filter(|token| token.starts_with(tokens::PREFIX)) {
        Some(token) => platform.liveness.of_token(platform, token, address).await?.ok_or(Error::Unauthenticated)?,
        None => caller_of(platform, authorization).await?,
    };
    platform.limits.check(&STAFF, &Subject::Staff(caller.token.unwrap_or(caller.staff_id))).await?;
    match demand {
        Demand::MayInPerson(_) | Demand::InPerson | Demand::OwnAccount if caller.token.is_some() => {
            Err(Error::NotForTokens)
        }
        Demand::OwnAccount => Ok(caller),
        _ if caller.second_factor_missing => Err(Error::SecondFactorMissing),
        Demand::May(permission) | Demand::MayInPerson(permission) if !caller.may(permission) => Err(Error::Forbidden),
        Demand::MayEither(some) if !some.iter().any(|permission| caller.may(*permission)) => Err(Error::Forbidden),
        _ => Ok(caller),
    }
}

/// The owner of this access token: signature, time, session, activity and version are all checked.
pub async fn caller_of(platform: &Platform, authorization: Option<&str>) -> Result<Caller> {
    let token = authorization.and_then(bearer).ok_or(Error::Unauthenticated)?;
    let claims = access::verify(platform, token)?;
    let live = platform.liveness.of(platform, claims.sid).await?.ok_or(Error::Unauthenticated)?;
    if live.caller.staff_id != claims.sub || live.token_version != claims.ver {
        return Err(Error::Unauthenticated);
    }
    Ok(live.caller)
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<Self>().cloned().ok_or(Error::Unauthenticated)
    }
}

/// The requirement as it appears in the document: the person recently proved their identity.
const RECENT_PROOF: &str = "recent_proof";

/// Adds the requirement to every operation of the path.
fn document(item: &mut PathItem, demand: Demand) {
    let (needs, in_person) = match demand {
        Demand::May(permission) => (json!(permission), false),
        Demand::MayEither(some) => (json!(some), false),
        Demand::MayInPerson(permission) => (json!(permission), true),
        Demand::InPerson => (json!("signed_in"), true),
        Demand::OwnAccount => (json!("own_account"), true),
        Demand::Anybody => (json!("signed_in"), false),
    };
    let scheme = |name, demands: Vec<String>| SecurityRequirement::new(name, demands);
    for operation in operations(item) {
        let proof = operation.extensions.take().is_some_and(|it| it.contains_key("x-proof"));
        let mut schemes = vec![scheme("accessToken", if proof { vec![RECENT_PROOF.to_owned()] } else { Vec::new() })];
        if !in_person {
            schemes.push(scheme("apiToken", Vec::new()));
        }
        operation.security = Some(schemes);
        // Exactly one extension: extensions have no order, and the document must be reproducible.
        operation.extensions = Some(ExtensionsBuilder::new().add("x-permission", needs.clone()).build());
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
        &mut item.options,
        &mut item.head,
        &mut item.trace,
    ]
    .into_iter()
    .flatten()
}
