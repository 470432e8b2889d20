//! The error envelope: RFC 9457 `application/problem+json`.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::RequestId;
use crate::error::{Error, Exceeded, FieldError};
use crate::storage;

/// The body of every API error.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Always false.
    #[schema(example = false)]
    pub success: bool,
    /// The kind of problem: an address below `/api/docs`.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: Cow<'static, str>,
    pub status: u16,
    /// For people: what happened, why, and what to do.
    pub detail: Cow<'static, str>,
    /// Stable, for programs.
    pub code: Cow<'static, str>,
    /// One entry for each invalid field; empty if the error is not about a field.
    pub errors: Vec<FieldError>,
    pub request_id: String,
}

/// The error behind a response; the pipeline writes the body, when the request is known.
#[derive(Clone)]
pub struct Failure(pub Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status(&self);
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}

/// Writes the body of an error response, unless it has one.
pub fn render(response: &mut Response, request_id: RequestId) {
    let Some(Failure(error)) = response.extensions_mut().remove::<Failure>() else { return };
    log(&error, request_id.as_str());
    let problem = Problem::of(&error, request_id.to_string());
    let headers = response.headers_mut();
    // The router set this for the empty body that was here.
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    announce(&error, headers);
    *response.body_mut() = Body::from(serde_json::to_vec(&problem).unwrap_or_default());
}

/// The headers of an error: when to retry, what is allowed, what to send.
pub fn announce(error: &Error, headers: &mut HeaderMap) {
    if let Some(seconds) = retry_after(error) {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    let limit = match error {
        Error::RateLimited(exceeded) => Some((exceeded.limit, exceeded.retry_after)),
        Error::AccountLocked { allowed, retry_after } => Some((*allowed, *retry_after)),
        _ => None,
    };
    if let Some((limit, reset)) = limit {
        headers.insert("ratelimit-limit", limit.into());
        headers.insert("ratelimit-remaining", 0.into());
        headers.insert("ratelimit-reset", reset.into());
    }
    if matches!(error, Error::Unauthenticated | Error::TokenExpired) {
        headers.insert("www-authenticate", HeaderValue::from_static("Bearer"));
    }
}

/// Logs what the client is not told.
pub fn log(error: &Error, request_id: &str) {
    match error {
        Error::Database(cause) if !storage::is_unavailable(cause) => {
            tracing::error!(request_id, error = %cause, "a query failed");
        }
        Error::Database(cause) => tracing::warn!(request_id, error = %cause, "the database is not available"),
        Error::Internal(_) | Error::ChainReplaced(_) => tracing::error!(request_id, %error, "a request failed"),
        _ => {}
    }
}

fn retry_after(error: &Error) -> Option<u64> {
    match error {
        Error::RateLimited(exceeded) => Some(exceeded.retry_after),
        Error::AccountLocked { retry_after, .. } | Error::Unavailable { retry_after } => Some(*retry_after),
        Error::Database(cause) if storage::is_unavailable(cause) => Some(5),
        _ => None,
    }
}

/// The status of an error.
pub fn status(error: &Error) -> StatusCode {
    describe(error).0
}

impl Problem {
    /// The body for that error.
    pub fn of(error: &Error, request_id: String) -> Self {
        let (status, code, title, detail) = describe(error);
        let errors = match error {
            Error::Validation(errors) => errors.clone(),
            _ => Vec::new(),
        };
        Self {
            success: false,
            kind: format!("/api/docs#problem-{code}"),
            title: title.into(),
            status: status.as_u16(),
            detail,
            code: code.into(),
            errors,
            request_id,
        }
    }
}

#[expect(clippy::too_many_lines, reason = "one error after the other")]
fn describe(error: &Error) -> (StatusCode, &'static str, &'static str, Cow<'static, str>) {
    use StatusCode as S;
    match error {
        Error::Validation(_) => (
            S::UNPROCESSABLE_ENTITY,
            "validation_failed",
            "Some fields are invalid",
            "Some fields are invalid. See the error next to each field.".into(),
        ),
        Error::MalformedBody(detail) => (S::BAD_REQUEST, "malformed_body", "The body cannot be read", detail.clone()),
        Error::Unauthenticated => (
            S::UNAUTHORIZED,
            "unauthenticated",
            "Sign in first",
            "This needs a valid access token. Sign in and try again.".into(),
        ),
        Error::TokenExpired => (
            S::UNAUTHORIZED,
            "token_expired",
            "The access token has expired",
            "The access token has expired. Refresh it and try again.".into(),
        ),
        Error::InvalidCredentials => (
            S::UNAUTHORIZED,
            "invalid_credentials",
            "Email or password is wrong",
            "Email or password is wrong.".into(),
        ),
        Error::WrongCode { late } => (
            S::UNAUTHORIZED,
            "invalid_credentials",
            "The code is wrong",
            if *late {
                "This code has expired. If your app shows it now, your device’s clock is slow: set it automatically."
            } else {
                "This code is wrong or has already been used. Wait for the next one and try again."
            }
            .into(),
        ),
        Error::SecondFactorRequired => (
            S::UNAUTHORIZED,
            "second_factor_required",
            "A second factor is required",
            "The password is correct. Send it again with `otp` (a code from your app or a recovery code), or use a passkey."
                .into(),
        ),
        Error::SecondFactorMissing => (
            S::FORBIDDEN,
            "second_factor_missing",
            "Set up a second factor first",
            "Your role needs a second factor. Add a passkey or an authenticator app, then continue.".into(),
        ),
        Error::ReauthenticationRequired => (
            S::FORBIDDEN,
            "reauthentication_required",
            "Confirm it’s you",
            "Confirm it’s you with your password, a code or a passkey: send it to /api/auth/prove, then try again."
                .into(),
        ),
        Error::AccountLocked { retry_after, .. } => (
            S::TOO_MANY_REQUESTS,
            "rate_limited",
            "Too many failed attempts",
            format!("Too many failed attempts. Try again in {}, or reset your password.", spell(*retry_after)).into(),
        ),
        Error::Forbidden => (
            S::FORBIDDEN,
            "forbidden",
            "You don’t have permission",
            "You don’t have permission to do this. Ask an admin.".into(),
        ),
        Error::NotForTokens => (
            S::FORBIDDEN,
            "not_for_tokens",
            "API tokens cannot do this",
            "API tokens cannot do this. Sign in as a person.".into(),
        ),
        Error::OutOfReach(detail) => (S::FORBIDDEN, "forbidden", "This is not allowed", detail.clone()),
        Error::OriginForbidden { opened, own } => (
            S::FORBIDDEN,
            "origin_forbidden",
            "This origin is not allowed",
            format!(
                "This page was opened at {opened}, but the public address is {own}. Open it there. If that is wrong, ask the \
                 operator to set TEKVWARHO_PUBLIC_URL."
            )
            .into(),
        ),
        Error::NotFound => {
            (S::NOT_FOUND, "not_found", "Not found", "There is nothing at this address, or it has been deleted.".into())
        }
        Error::MethodNotAllowed => (
            S::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "This method is not allowed",
            "This address does not support this method.".into(),
        ),
        Error::Conflict(detail) => (S::CONFLICT, "conflict", "The request conflicts with another change", detail.clone()),
        Error::SessionClosed => {
            (S::CONFLICT, "session_closed", "This chat is over", "Reopen it first, then repeat your change.".into())
        }
        Error::PreconditionFailed => (
            S::PRECONDITION_FAILED,
            "precondition_failed",
            "Someone else changed it first",
            "Someone changed this since you loaded it. Load it again, then repeat your change.".into(),
        ),
        Error::BodyTooLarge { limit } => (
            S::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "The body is too large",
            format!("This is too large. The limit is {}.", size(*limit)).into(),
        ),
        Error::UnsupportedMediaType => (
            S::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "This content type is not supported",
            "Send the body as application/json.".into(),
        ),
        Error::RateLimited(exceeded) => (
            S::TOO_MANY_REQUESTS,
            "rate_limited",
            "Too many requests",
            format!("Too many requests. Try again in {}.", spell(exceeded.retry_after)).into(),
        ),
        Error::Unavailable { .. } => unavailable(),
        Error::Database(cause) if storage::is_unavailable(cause) => unavailable(),
        Error::Database(_) | Error::Internal(_) | Error::ChainReplaced(_) => (
            S::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side",
            "Something went wrong on our side. Our log has the details under the request id.".into(),
        ),
    }
}

fn unavailable() -> (StatusCode, &'static str, &'static str, Cow<'static, str>) {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        "unavailable",
        "Part of the service is down",
        "Part of the service is down for a moment. Nothing was changed. Try again shortly.".into(),
    )
}

/// A problem as the reference lists it.
#[derive(Debug, Serialize)]
pub struct Known {
    pub code: &'static str,
    pub status: u16,
    pub title: &'static str,
    pub detail: Cow<'static, str>,
}

/// Every problem that a response can contain.
pub fn known() -> Vec<Known> {
    let exceeded = Exceeded { limit: 5, window: 3_600, retry_after: 720 };
    [
        Error::Validation(Vec::new()),
        Error::MalformedBody("The body does not match its content type.".into()),
        Error::Unauthenticated,
        Error::TokenExpired,
        Error::InvalidCredentials,
        Error::SecondFactorRequired,
        Error::Forbidden,
        Error::NotForTokens,
        Error::SecondFactorMissing,
        Error::ReauthenticationRequired,
        Error::OriginForbidden {
            opened: "https://elsewhere.example".to_owned(),
            own: "https://example.com".to_owned(),
        },
        Error::NotFound,
        Error::MethodNotAllowed,
        Error::Conflict("Someone else was first, or the same request is still in progress.".into()),
        Error::SessionClosed,
        Error::PreconditionFailed,
        Error::BodyTooLarge { limit: 10_000 },
        Error::UnsupportedMediaType,
        Error::RateLimited(exceeded),
        Error::Internal(String::new()),
        Error::Unavailable { retry_after: 5 },
    ]
    .iter()
    .map(|error| {
        let (status, code, title, detail) = describe(error);
        Known { code, status: status.as_u16(), title, detail }
    })
    .collect()
}

/// A number of bytes in words.
fn size(bytes: usize) -> String {
    if bytes >= 1_000_000 { format!("{} MB", bytes / 1_000_000) } else { format!("{} kB", bytes / 1_000) }
}

/// A duration in words.
pub fn spell(seconds: u64) -> String {
    match seconds {
        0 | 1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        91..=5_400 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3_600)),
    }
}
