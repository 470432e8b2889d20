//! The one error of the program: what went wrong, in terms that an answer can be made of.
//!
//! `http::problem` turns it into RFC 9457. Text in [`Error::Internal`] and in database errors goes to the
//! log and never to a client.

use std::borrow::Cow;

use sea_orm::{DbErr, SqlErr};

/// What a rule, a store or a handler fails with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input has the right form and breaks rules; one entry for each of them.
    #[error("validation failed")]
    Validation(Vec<FieldError>),
    /// The body is not what its content type says.
    #[error("malformed body: {0}")]
    MalformedBody(Cow<'static, str>),
    #[error("unauthenticated")]
    Unauthenticated,
    #[error("token expired")]
    TokenExpired,
    #[error("invalid credentials")]
    InvalidCredentials,
    /// The password was right and the code was not; `late`: it was right within the last hour.
    #[error("wrong code")]
    WrongCode { late: bool },
    /// The password was right; the account asks for a second factor too.
    #[error("second factor required")]
    SecondFactorRequired,
    /// The person's role needs a second factor, and the person has none yet.
    #[error("second factor missing")]
    SecondFactorMissing,
    /// This needs a proof of who is there that is a few minutes old at most.
    #[error("reauthentication required")]
    ReauthenticationRequired,
    /// Too many wrong passwords: how many are allowed, and seconds until it opens.
    #[error("account locked")]
    AccountLocked { allowed: u32, retry_after: u64 },
    #[error("forbidden")]
    Forbidden,
    /// An API token came where only a person who is signed in is let in.
    #[error("not for API tokens")]
    NotForTokens,
    /// Allowed in general, not for this person or with these rights; the text says why.
    #[error("out of reach: {0}")]
    OutOfReach(Cow<'static, str>),
    #[error("origin forbidden")]
    OriginForbidden { opened: String, own: String },
    #[error("not found")]
    NotFound,
    #[error("method not allowed")]
    MethodNotAllowed,
    /// Somebody else was first; the text says what is in the way.
    #[error("conflict: {0}")]
    Conflict(Cow<'static, str>),
    #[error("precondition failed")]
    PreconditionFailed,
    #[error("body too large")]
    BodyTooLarge { limit: usize },
    #[error("unsupported media type")]
    UnsupportedMediaType,
    #[error("rate limited")]
    RateLimited(Exceeded),
    /// A part we need is down; seconds after which trying again makes sense.
    #[error("unavailable")]
    Unavailable { retry_after: u64 },
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// The audit chain no longer holds what this process sealed at that place.
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

/// A rate limit that was reached.
#[derive(Debug, Clone, Copy)]
pub struct Exceeded {
    /// Requests allowed in a window.
    pub limit: u32,
    /// Length of the window in seconds.
    pub window: u64,
    /// Seconds until the next request passes.
    pub retry_after: u64,
}

/// The result of everything that can fail in front of a client.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// One broken field.
    pub fn field(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Validation(vec![FieldError { field: field.into(), code: code.into(), message: message.into() }])
    }

    /// Something that must not happen; the text is for the log.
    pub fn internal(reason: impl std::fmt::Display) -> Self {
        Self::Internal(reason.to_string())
    }

    /// True when a unique constraint refused the row.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))))
    }

    /// Gives a refused unique constraint the meaning that it has at this place.
    #[must_use]
    pub fn on_unique(self, meaning: impl FnOnce() -> Self) -> Self {
        if self.is_unique_violation() { meaning() } else { self }
    }
}
