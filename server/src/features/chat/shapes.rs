//! What frames and API have in common: lines, notes and sessions as they travel.

use chrono::{DateTime, Utc};
use database::entity::chat_messages::{Happened, Sender};
use database::entity::chat_sessions::Status;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::platform::files::SentFile;

/// A side of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChatSide)]
pub enum Side {
    Visitor,
    Staff,
}

/// Whether a visitor has the site open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChatPresence)]
pub enum Presence {
    Online,
    Offline,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatLine {
    pub session_id: Uuid,
    /// Its place in the session, without gaps.
    pub seq: i64,
    pub id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    pub from: Sender,
    /// Who wrote it or did it, for staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff_name: Option<String>,
    /// As written; empty if there are only files, if it was redacted, and in a line of the system, which `event` describes.
    pub content: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Happened>,
    /// What was sent with it; missing if there is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<SentFile>,
    /// Its text was removed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
    pub created_at: DateTime<Utc>,
}

/// A note of staff in a session, which visitors never see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatNote {
    pub session_id: Uuid,
    /// Its place among the notes of the session.
    pub note_seq: i64,
    pub id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    pub staff_id: Option<Uuid>,
    pub staff_name: Option<String>,
    pub content: String,
    pub created_at: DateTime<Utc>,
}

/// The page on which a visitor is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatPage {
    pub url: String,
    pub title: Option<String>,
    pub referrer: Option<String>,
}

/// A session, for staff.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatSession {
    pub session_id: Uuid,
    pub status: Status,
    pub staff_id: Option<Uuid>,
    pub staff_name: Option<String>,
    pub visitor_name: Option<String>,
    pub visitor_email: Option<String>,
    /// The address of a service.
    pub topic: Option<String>,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub last_activity: DateTime<Utc>,
    /// Since when the visitor waits for words of staff; none: they do not.
    pub waiting_since: Option<DateTime<Utc>>,
    /// The same in seconds, at the time of this response.
    pub waiting_seconds: Option<i64>,
    /// Lines of the visitor beyond what staff have read.
    pub unread: i32,
    pub last_seq: i64,
    pub visitor_read_seq: i64,
    pub staff_read_seq: i64,
    /// The beginning of the newest line that somebody wrote; the name of its first file if it has only files.
    pub last_line: Option<String>,
    pub last_from: Option<Sender>,
    /// Who wrote it, if that was one of the staff.
    pub last_staff_name: Option<String>,
    pub rating: Option<i16>,
    pub feedback: Option<String>,
    /// The page on which the visitor was last.
    pub page: Option<ChatPage>,
    pub tags: Vec<String>,
    pub is_spam: bool,
    /// It was closed before staff wrote anything.
    pub missed: bool,
    /// The visitor has the site open.
    pub online: bool,
    /// Increases with every change: of two states of a session, the higher one is newer.
    pub version: i64,
}

/// A person who may take chats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatColleague {
    pub staff_id: Uuid,
    pub name: String,
    /// They take chats, and there was a sign of life of them lately.
    pub available: bool,
    /// The active sessions that they have.
    pub active: i32,
}
