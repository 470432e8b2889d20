//! Why a frame could not be processed, in the words of the socket.

use uuid::Uuid;

use super::acts::Outcome;
use super::rules::Refusal;
use crate::error::Error;
use crate::platform::live::ToClient;

/// A refusal, before it is known to which frame it belongs.
#[derive(Debug)]
pub struct Refused {
    pub code: &'static str,
    pub detail: &'static str,
    pub retry_after: Option<u64>,
}

impl Refused {
    pub fn new(code: &'static str, detail: &'static str) -> Self {
        Self { code, detail, retry_after: None }
    }

    /// The frame, for the session and the line that the refused one named.
    pub fn frame(self, session: Option<Uuid>, client_id: Option<String>) -> ToClient {
        ToClient::Error {
            code: self.code.to_owned(),
            detail: self.detail.to_owned(),
            session_id: session,
            client_id,
            retry_after: self.retry_after,
        }
    }

    /// The same for the API.
    pub fn error(self) -> Error {
        match self.code {
            "session_unknown" => Error::NotFound,
            "session_closed" => Error::SessionClosed,
            "precondition_failed" => Error::PreconditionFailed,
            "unavailable" => Error::Unavailable { retry_after: 2 },
            "validation_failed" => Error::field("staffId", "invalid", self.detail),
            _ => Error::Conflict(self.detail.into()),
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::RateLimited(exceeded) => {
                Self { retry_after: Some(exceeded.retry_after), ..Self::new("rate_limited", "too many of these") }
            }
            // Whatever else can be wrong with a frame was checked before its unit.
            Error::Validation(_) => {
                Self::new("validation_failed", "a file is unknown, somebody else's, or was sent before")
            }
            error => {
                tracing::warn!(%error, "a frame of chat could not be processed");
                Self { retry_after: Some(2), ..Self::new("unavailable", "this cannot be stored right now") }
            }
        }
    }
}

/// A frame that names neither session nor line.
pub fn error(code: &'static str, detail: &'static str) -> ToClient {
    ToClient::error(code, detail)
}

/// Staff have blocked the visitor.
pub fn blocked() -> Refused {
    Refused::new("blocked", "this visitor cannot write")
}

/// The number of what is stored, or why it is not.
pub fn number(outcome: Outcome) -> Result<i64, Refused> {
    match outcome {
        Outcome::Stored(seq) | Outcome::Known(seq) => Ok(seq),
        Outcome::Refused(Refusal::Taken) => Err(Refused::new("conflict", "a colleague has this chat")),
        Outcome::Refused(Refusal::Closed) => Err(Refused::new("session_closed", "this chat is over")),
        Outcome::Refused(Refusal::Never) => Err(Refused::new("conflict", "this cannot be done")),
        Outcome::Unknown => Err(Refused::new("session_unknown", "there is no such session")),
        Outcome::Blocked(_) => Err(blocked()),
        Outcome::NotForThem => Err(Refused::new("validation_failed", "this person takes no chats")),
    }
}
