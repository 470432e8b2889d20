//! The error type of the program: what went wrong, in terms from which a response can be built.
//!
//! `http::problem` turns it into RFC 9457. The text of [`Error::Internal`] and of database errors goes to the log,
//! never to a client.

use std::borrow::Cow;

use sea_orm::{DbErr, SqlErr};

/// What a rule, a store or a handler fails with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is well-formed but breaks rules; one entry per broken rule.
    #[error("validation failed")]
    Validation(Vec<FieldError>),
    /// The body does not match its content type.
    #[error("malformed body: {0}")]
    MalformedBody(Cow<'static, str>),
    #[error("unauthenticated")]
    Unauthenticated,
    #[error("token expired")]
    TokenExpired,
    #[error("invalid credentials")]
    InvalidCredentials,
    /// The password was correct but the code was not; `late`: the code was valid within the last hour.
    #[error("wrong code")]
    WrongCode { late: bool },
    /// The password was correct; the account also requires a second factor.
    #[error("second factor required")]
    SecondFactorRequired,
    /// The person's role requires a second factor, and the person has none yet.
    #[error("second factor missing")]
    SecondFactorMissing,
    /// The action requires a proof of identity that is at most a few minutes old.
    #[error("reauthentication required")]
    ReauthenticationRequired,
    /// Too many wrong passwords: the allowance, and the seconds until the account unlocks.
    #[error("account locked")]
    AccountLocked { allowed: u32, retry_after: u64 },
    #[error("forbidden")]
    Forbidden,
    /// An API token was used where only a signed-in person is accepted.
    #[error("not for API tokens")]
    NotForTokens,
    /// The caller has the permission in general, but not for this person or these permissions; the text says why.
    #[error("out of reach: {0}")]
    OutOfReach(Cow<'static, str>),
    #[error("origin forbidden")]
    OriginForbidden { opened: String, own: String },
    #[error("not found")]
    NotFound,
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The current state does not allow it; the text says why.
    #[error("conflict: {0}")]
    Conflict(Cow<'static, str>),
    /// The chat is over.
    #[error("session closed")]
    SessionClosed,
    #[error("precondition failed")]
    PreconditionFailed,
    #[error("body too large")]
    BodyTooLarge { limit: usize },
    #[error("unsupported media type")]
    UnsupportedMediaType,
    #[error("rate limited")]
    RateLimited(Exceeded),
    /// A required part is down; seconds after which a retry makes sense.
    #[error("unavailable")]
    Unavailable { retry_after: u64 },
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// The audit chain no longer contains what this process sealed at that position.
    #[error("the audit chain was replaced: entry {0} is not the one that was sealed here")]
    ChainReplaced(i64),
    #[error("internal: {0}")]
    Internal(String),
}

/// One validation error.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Name of the field as in the JSON body, with dots for nested fields.
    pub field: String,
    /// Stable: `required`, `too_long`, `too_short`, `too_common`, `invalid`, `unknown`, `taken`, `reused`.
    pub code: Cow<'static, str>,
    /// For people.
    pub message: String,
}

/// An exceeded rate limit.
#[derive(Debug, Clone, Copy)]
pub struct Exceeded {
    /// Requests allowed per window.
    pub limit: u32,
    /// Length of the window in seconds.
    pub window: u64,
    /// Seconds until the next request is allowed.
    pub retry_after: u64,
}

/// The result of everything that can fail in front of a client.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// One invalid field.
    pub fn field(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Validation(vec![FieldError { field: field.into(), code: code.into(), message: message.into() }])
    }

    /// Something that must not happen; the text is for the log.
    pub fn internal(reason: impl std::fmt::Display) -> Self {
        Self::Internal(reason.to_string())
    }

    /// True if a unique constraint rejected the row.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))))
    }

    /// Replaces a unique violation with the error that it means here.
    #[must_use]
    pub fn on_unique(self, meaning: impl FnOnce() -> Self) -> Self {
        if self.is_unique_violation() { meaning() } else { self }
    }
}
