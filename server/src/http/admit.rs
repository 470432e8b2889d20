//! What is decided before any handler: may this request come in at all?

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::{body, origin};
use crate::app::App;
use crate::error::{Error, Result};

/// Answers the question of a browser before a cross-origin request, refuses what may not come in, and lets the rest pass.
pub async fn admit(State(app): State<App>, request: Request, next: Next) -> Response {
    if origin::is_preflight(request.method(), request.headers()) {
        return StatusCode::NO_CONTENT.into_response();
    }
    match check(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn check(app: &App, request: &Request) -> Result<()> {
    let uri = request.uri();
    // No column of PostgreSQL can hold this character, so nothing that we have is named by it.
    if uri.path().contains("%00") || uri.query().is_some_and(|query| query.contains("%00")) {
        return Err(Error::MalformedBody("The address contains a character that cannot be stored.".into()));
    }
    app.origins.check(request.method(), request.headers())?;
    body::check_length(uri.path(), request.headers())
}
