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
    /// First: the ticket of `POST /api/auth/ws-ticket`.
    Auth { ticket: String },
    /// Every 20 s as long as the person looks at it; without an id, the person looks away.
    Viewing {
        /// Such as `message`.
        entity: String,
        id: Option<Uuid>,
    },
    /// Asks for a sign of life, where the client cannot see the pings of the socket: `pong` answers.
    Ping {},
}

/// What the server sends.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = ServerFrame)]
pub enum ToClient {
    /// The ticket was good.
    Ready {
        #[serde(rename = "staffId")]
        staff_id: Uuid,
    },
    /// Who looks at the same thing, oneself included.
    Viewing { entity: String, id: Uuid, staff: Vec<Viewer> },
    /// Something to load again. `missed`: everything.
    Notice { kind: String, entity: String, id: Option<Uuid> },
    /// The response to `ping`.
    Pong {},
    /// The last frame, with the seconds after which trying again makes sense.
    Bye {
        reason: Goodbye,
        #[serde(rename = "retryAfter", skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    /// A frame that could not be followed. The socket stays open.
    Error { code: String, detail: String },
}

/// Why a socket ends.
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

/// A person who looks at something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Viewer {
    pub id: Uuid,
    pub name: String,
}

impl Viewer {
    /// The person with their current name.
    pub fn of(caller: &Caller) -> Self {
        Self { id: caller.staff_id, name: caller.name.clone() }
    }
}

impl From<Notice> for ToClient {
    fn from(notice: Notice) -> Self {
        Self::Notice { kind: notice.kind.to_owned(), entity: notice.entity.to_owned(), id: notice.id }
    }
}

impl ToClient {
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
