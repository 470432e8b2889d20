//! The frames: JSON text, `type` first.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::cluster::Notice;

/// Bytes of a frame that we read.
pub const LARGEST: usize = 16 * 1024;

/// What a client sends.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromClient {
    /// First: the ticket of `POST /api/auth/ws-ticket`.
    Auth { ticket: String },
    /// Every 20 s as long as the person looks at it; without an id, the person looks away.
    Viewing { entity: String, id: Option<Uuid> },
}

/// What the server sends.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ToClient<'a> {
    Ready {
        staff_id: Uuid,
    },
    Viewing {
        entity: &'a str,
        id: Uuid,
        staff: Vec<Viewer>,
    },
    Notice {
        kind: &'a str,
        entity: &'a str,
        id: Option<Uuid>,
    },
    Bye {
        reason: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    Error {
        code: &'a str,
        detail: &'a str,
    },
}

/// A person who looks at something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Viewer {
    pub id: Uuid,
    pub name: String,
}

impl From<Notice> for ToClient<'_> {
    fn from(notice: Notice) -> Self {
        Self::Notice { kind: notice.kind, entity: notice.entity, id: notice.id }
    }
}

impl ToClient<'_> {
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
