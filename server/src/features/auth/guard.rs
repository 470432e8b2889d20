//! Who may call a route: said on the route's own line, checked before its handler, and written into the OpenAPI
//! document, where the permission test reads it.

use axum::extract::{FromRequestParts, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use database::entity::staff::Role;
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::SecurityRequirement;
use utoipa_axum::router::{UtoipaMethodRouter, UtoipaMethodRouterExt as _};
use uuid::Uuid;

use super::access;
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::staff::{Permission, PermissionSet};
use crate::http::CallerId;
use crate::http::rate_limit::{Limit, Subject};

/// The staff member who calls.
#[derive(Debug, Clone)]
pub struct Caller {
    pub staff_id: Uuid,
    pub session_id: Uuid,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub permissions: PermissionSet,
}

impl Caller {
    /// True when the person may do that.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.has(permission)
    }
}

/// These routes need that permission.
pub fn demand(permission: Permission, routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    guarded(Some(permission), routes)
}

/// These routes need a signed-in person, whatever they may do.
pub fn signed_in(routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    guarded(None, routes)
}

fn guarded(permission: Option<Permission>, routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    let (schemas, mut paths, handlers) = routes;
    for item in paths.paths.values_mut() {
        document(item, permission);
    }
    let step = from_fn(move |request: Request, next: Next| check(permission, request, next));
    (schemas, paths, handlers).layer(step)
}

async fn check(permission: Option<Permission>, mut request: Request, next: Next) -> Response {
    let Some(app) = request.extensions().get::<App>().cloned() else {
        return Error::internal("no app in the request").into_response();
    };
    let caller =
        match admit(&app, request.headers().get(AUTHORIZATION).and_then(|it| it.to_str().ok()), permission).await {
            Ok(caller) => caller,
            Err(error) => return error.into_response(),
        };
    request.extensions_mut().insert(CallerId(caller.staff_id));
    request.extensions_mut().insert(caller);
    next.run(request).await
}

async fn admit(app: &App, authorization: Option<&str>, permission: Option<Permission>) -> Result<Caller> {
    let caller = caller_of(app, authorization).await?;
    app.limits.check(Limit::Staff, &Subject::Staff(caller.staff_id))?;
    match permission {
        Some(permission) if !caller.may(permission) => Err(Error::Forbidden),
        _ => Ok(caller),
    }
}

/// The person whose access token this is: signature, time, session, activity and version all hold now.
pub async fn caller_of(app: &App, authorization: Option<&str>) -> Result<Caller> {
    let token = authorization.and_then(bearer).ok_or(Error::Unauthenticated)?;
    let claims = access::verify(app, token)?;
    let live = app.liveness.of(app, claims.sid).await?.ok_or(Error::Unauthenticated)?;
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

/// Writes the demand into every operation of the path.
fn document(item: &mut PathItem, permission: Option<Permission>) {
    let operations = [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
        &mut item.options,
        &mut item.head,
        &mut item.trace,
    ];
    for operation in operations.into_iter().flatten() {
        operation.security = Some(vec![SecurityRequirement::new("accessToken", Vec::<String>::new())]);
        let needs = permission.map_or_else(|| json!("signed_in"), |permission| json!(permission));
        operation.extensions = Some(ExtensionsBuilder::new().add("x-permission", needs).build());
    }
}
