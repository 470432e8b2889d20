//! What is decided before any handler: may this request come in at all?

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::body::BodyLimit;
use super::{Front, origin};
use crate::error::{Error, Result};

/// Answers the question of a browser before a cross-origin request, refuses what may not come in, and lets the rest pass.
pub async fn admit(State(front): State<Arc<Front>>, mut request: Request, next: Next) -> Response {
    if origin::is_preflight(request.method(), request.headers()) {
        return StatusCode::NO_CONTENT.into_response();
    }
    match check(&front, &request) {
        Ok(limit) => {
            request.extensions_mut().insert(limit);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

/// Answers with how long the body may be.
fn check(front: &Front, request: &Request) -> Result<BodyLimit> {
    let uri = request.uri();
    // No column of PostgreSQL can hold this character, so nothing that we have is named by it.
    if uri.path().contains("%00") || uri.query().is_some_and(|query| query.contains("%00")) {
        return Err(Error::MalformedBody("The address contains a character that cannot be stored.".into()));
    }
    front.origins.check(request.method(), request.headers())?;
    let route = request.extensions().get::<MatchedPath>().map_or(uri.path(), MatchedPath::as_str);
    let limit = front.bodies.of(route);
    limit.check_length(request.headers())?;
    Ok(limit)
}
