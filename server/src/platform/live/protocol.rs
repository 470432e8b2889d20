//! The frames: JSON text, `type` first. The AsyncAPI document contains their schemas, generated from these types.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::cluster::Notice;
use crate::platform::auth::Caller;

/// Maximum size of a received frame in bytes.
pub const LARGEST: usize = 16 * 1024;

/// What a client sends.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = ClientFrame)]
pub enum FromClient {
    /// Must come first: the ticket from `POST /api/auth/ws-ticket`.
    Auth { ticket: String },
    /// Every 20 s while the person is viewing it; without an id, they have stopped viewing.
    Viewing {
        /// Such as `message`.
        entity: String,
        id: Option<Uuid>,
        /// The person is writing a reply or a note there.
        #[serde(default)]
        writing: bool,
    },
    /// Every 25 s while the page is visible; the response is `pong`. Shows both sides that the other one is there: a
    /// page that cannot see the socket's own pings, and the server that a person is in the dashboard.
    Ping {},
}

/// What the server sends.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = ServerFrame)]
pub enum ToClient {
    /// The ticket was accepted.
    Ready {
        #[serde(rename = "staffId")]
        staff_id: Uuid,
    },
    /// The people viewing the same thing, including you.
    Viewing { entity: String, id: Uuid, staff: Vec<Viewer> },
    /// Something to reload. `missed`: reload everything.
    Notice { kind: String, entity: String, id: Option<Uuid> },
    /// The response to `ping`.
    Pong {},
    /// The last frame, with the seconds to wait before trying again.
    Bye {
        reason: Goodbye,
        #[serde(rename = "retryAfter", skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    /// A frame that could not be processed. The socket stays open.
    Error {
        code: String,
        detail: String,
        /// The session and the line of the frame, if it named them.
        #[serde(rename = "sessionId", skip_serializing_if = "Option::is_none")]
        session_id: Option<Uuid>,
        #[serde(rename = "clientId", skip_serializing_if = "Option::is_none")]
        client_id: Option<String>,
        /// Seconds after which it can be tried again.
        #[serde(rename = "retryAfter", skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
}

/// Why a socket was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Goodbye {
    /// The session is over, or no ticket was good.
    SignedOut,
    /// The program ends; another one is there soon.
    Shutdown,
    /// The database is away.
    Unavailable,
    /// Nothing was heard for too long.
    Idle,
}

/// A person who is viewing something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Viewer {
    pub id: Uuid,
    pub name: String,
    /// They are writing a reply or a note.
    pub writing: bool,
}

impl Viewer {
    /// The person with their current name.
    pub fn of(caller: &Caller, writing: bool) -> Self {
        Self { id: caller.staff_id, name: caller.name.clone(), writing }
    }
}

impl From<Notice> for ToClient {
    fn from(notice: Notice) -> Self {
        Self::Notice {
            kind: notice.kind.clone().into_owned(),
            entity: notice.entity.clone().into_owned(),
            id: notice.id,
        }
    }
}

impl ToClient {
    /// A frame that could not be processed, and why.
    pub fn error(code: &str, detail: &str) -> Self {
        Self::Error {
            code: code.to_owned(),
            detail: detail.to_owned(),
            session_id: None,
            client_id: None,
            retry_after: None,
        }
    }
}
