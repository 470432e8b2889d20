//! Decides, before any handler, whether a request is admitted.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::body::BodyLimit;
use super::{Front, origin};
use crate::error::{Error, Result};

/// Responds to a browser's preflight request, rejects what must not come in, and passes on the rest.
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

/// Returns the body limit of the request.
fn check(front: &Front, request: &Request) -> Result<BodyLimit> {
    let uri = request.uri();
    // No PostgreSQL column can contain this character, so it cannot be part of any name.
    if uri.path().contains("%00") || uri.query().is_some_and(|query| query.contains("%00")) {
        return Err(Error::MalformedBody("The address contains a character that cannot be stored.".into()));
    }
    front.origins.check(request.method(), request.headers())?;
    let route = request.extensions().get::<MatchedPath>().map_or(uri.path(), MatchedPath::as_str);
    let limit = front.bodies.of(route);
    limit.check_length(request.headers())?;
    Ok(limit)
}
