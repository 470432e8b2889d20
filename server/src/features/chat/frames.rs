//! The frames of chat: JSON text, `type` first. The AsyncAPI document contains their schemas, generated from these types.
//!
//! They travel on the socket of `platform/live`, whose own frames (`auth`, `viewing`, `ping`; `ready`, `notice`, `pong`,
//! `bye`, `error`) go with them. Every line that the server stores has the session's own `seq` (1, 2, 3 …). Each socket
//! that follows a session gets every line once and in order, also those that were sent over it.

use chrono::{DateTime, Utc};
use database::entity::chat_sessions::Status;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use super::shapes::{ChatColleague, ChatLine, ChatNote, ChatPage, ChatSession, Presence, Side};
use crate::platform::live::Frames;

/// The frames for the AsyncAPI document.
pub const FRAMES: [Frames; 4] = [
    Frames::from_client::<FromVisitor>("What the page of a visitor sends; `hello` comes first"),
    Frames::from_client::<FromStaff>("What a dashboard sends about chats, after `auth`"),
    Frames::to_client::<ToVisitor>("What the page of a visitor gets, besides `pong`, `error` and `bye`"),
    Frames::to_client::<ToStaff>("What a dashboard gets about chats, after `ready`"),
];

/// What the page of a visitor sends.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = VisitorFrame)]
pub enum FromVisitor {
    /// Comes first. The response is `welcome`, and after it, with `resume`, `session` and `history`.
    Hello {
        /// As an earlier `welcome` named it. It authorises nothing.
        #[serde(rename = "visitorId", default)]
        visitor_id: Option<Uuid>,
        /// At most 120 characters.
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        email: Option<String>,
        /// The address of a service.
        #[serde(default)]
        topic: Option<String>,
        /// The page on which the visitor is, and from where they came to it.
        #[serde(default)]
        url: Option<String>,
        #[serde(default)]
        referrer: Option<String>,
        /// IANA name, such as `Europe/Berlin`.
        #[serde(default)]
        timezone: Option<String>,
        /// To go on with a session; if it cannot be, `error` with `session_unknown` precedes the `welcome` of a new one.
        #[serde(default)]
        resume: Option<Resume>,
    },
    /// A line. The first one makes the session. The response is `ack`; with the same `clientId`, the same one again.
    Message {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        /// The client's own name of the line, 1 to 64 characters.
        #[serde(rename = "clientId", default)]
        client_id: Option<String>,
        /// At most 4,000 characters; can be empty if there are files.
        content: String,
        /// At most 5, uploaded before with `POST /api/chat/files`.
        #[serde(default)]
        files: Vec<Uuid>,
    },
    /// Who they are, once they say so. Missing fields stay as they were.
    Details {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        email: Option<String>,
        #[serde(default)]
        topic: Option<String>,
    },
    /// Earlier lines; the response is `history`.
    History {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        #[serde(rename = "beforeSeq")]
        before_seq: i64,
        /// 1 to 200.
        limit: u32,
    },
    /// They write, or no longer. Without another such frame it is over after 6 s.
    Typing {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        on: bool,
    },
    /// They have seen all lines up to this one.
    Read {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        seq: i64,
    },
    /// They went to another page.
    Page {
        url: String,
        #[serde(default)]
        title: Option<String>,
        #[serde(default)]
        referrer: Option<String>,
    },
    /// They end the session.
    Close {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
    },
    /// How it was. Can be sent again.
    Rate {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        /// 1 to 5.
        rating: u8,
        /// At most 2,000 characters.
        #[serde(default)]
        feedback: Option<String>,
    },
    /// The conversation by email, once staff have replied. The response is `copied`.
    Copy {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        email: String,
    },
    /// Answered with `pong`: a page cannot see the socket's own pings.
    Ping {},
}

/// Which session to go on with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChatResume)]
pub struct Resume {
    pub session_id: Uuid,
    /// As `welcome` gave it, or as it stands in the address of a mailed link; with the latter, what is written reopens
    /// a session of any age.
    pub token: String,
    /// The last line that the client has; 0: none. All after it follow.
    #[serde(default)]
    pub last_seq: i64,
}

/// What a dashboard sends about chats.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = StaffFrame)]
pub enum FromStaff {
    /// The person takes chats, or does not. The response is `staff`, for everybody.
    Available { on: bool },
    /// Takes a session that waits. The response is `session`, or `error` with `conflict` if somebody else has it.
    Claim {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
    },
    /// Gives it back to the queue.
    Release {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
    },
    /// Gives it to a colleague, with a note for them.
    Transfer {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        #[serde(rename = "staffId")]
        staff_id: Uuid,
        #[serde(default)]
        note: Option<String>,
    },
    /// Follows the lines of a session: `history` with all after `lastSeq`, the notes after `lastNoteSeq`, then what
    /// comes. A socket can follow 32 sessions; a further one replaces the oldest.
    Open {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        #[serde(rename = "lastSeq", default)]
        last_seq: i64,
        #[serde(rename = "lastNoteSeq", default)]
        last_note_seq: i64,
    },
    /// Follows it no longer.
    Leave {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
    },
    /// A line for the visitor. Only whoever has the session can write; writing into one that waits claims it. The
    /// response is `ack`; with the same `clientId`, the same one again.
    Message {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        /// The client's own name of the line, 1 to 64 characters.
        #[serde(rename = "clientId")]
        client_id: String,
        /// At most 4,000 characters; can be empty if there are files.
        content: String,
        /// At most 5, uploaded before with `POST /api/admin/files?for=chat`.
        #[serde(default)]
        files: Vec<Uuid>,
    },
    /// A note for colleagues; `@` and the name of one tells them. The response is `ack`.
    Note {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        #[serde(rename = "clientId")]
        client_id: String,
        content: String,
    },
    /// Earlier lines; the response is `history`.
    History {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        #[serde(rename = "beforeSeq")]
        before_seq: i64,
        /// 1 to 200.
        limit: u32,
    },
    /// The person writes, or no longer. Without another such frame it is over after 6 s.
    Typing {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        on: bool,
    },
    /// The firm has seen all lines up to this one.
    Read {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        seq: i64,
    },
    /// Ends the session.
    Close {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
    },
}

/// What the page of a visitor gets.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = VisitorServerFrame)]
pub enum ToVisitor {
    /// The session of this page. Its row is made with the first line; until then it can be resumed as well.
    Welcome {
        #[serde(rename = "visitorId")]
        visitor_id: Uuid,
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        /// Opens the session; belongs in frames only.
        token: String,
        #[serde(rename = "serverTime")]
        server_time: DateTime<Utc>,
        /// It was resumed.
        resumed: bool,
    },
    /// The session as it stands, when it was resumed or changes.
    Session {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        status: Status,
        #[serde(rename = "staffName")]
        staff_name: Option<String>,
        #[serde(rename = "startedAt")]
        started_at: DateTime<Utc>,
        #[serde(rename = "lastActivity")]
        last_activity: DateTime<Utc>,
        /// Lines of staff beyond what the visitor has read.
        unread: i32,
        #[serde(rename = "lastSeq")]
        last_seq: i64,
        /// What the visitor has read, and what staff have read.
        #[serde(rename = "visitorReadSeq")]
        visitor_read_seq: i64,
        #[serde(rename = "staffReadSeq")]
        staff_read_seq: i64,
        #[serde(rename = "visitorName")]
        visitor_name: Option<String>,
        #[serde(rename = "visitorEmail")]
        visitor_email: Option<String>,
        rating: Option<i16>,
        feedback: Option<String>,
    },
    /// Lines in order. `complete`: there is no further frame of this response.
    History {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        messages: Vec<ChatLine>,
        complete: bool,
    },
    /// A new line, or one that was redacted since.
    Message(ChatLine),
    /// The line is stored.
    Ack {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        #[serde(rename = "clientId", skip_serializing_if = "Option::is_none")]
        client_id: Option<String>,
        seq: i64,
    },
    /// Somebody on the other side writes, or no longer.
    Typing {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        from: Side,
        #[serde(rename = "staffName", skip_serializing_if = "Option::is_none")]
        staff_name: Option<String>,
        on: bool,
    },
    /// What that side has read.
    Read {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        by: Side,
        seq: i64,
    },
    /// The copy is on its way to that address.
    Copied {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        email: String,
    },
}

/// What a dashboard gets about chats.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = StaffServerFrame)]
#[expect(clippy::large_enum_variant, reason = "a frame lives only until it is written")]
pub enum ToStaff {
    /// The sessions that wait or are active, oldest first; follows `ready`, and again if the socket has missed
    /// something. What is not in it is over.
    Sessions {
        sessions: Vec<ChatSession>,
        /// There is no further frame of this list.
        complete: bool,
    },
    /// A session was made or has changed.
    Session(ChatSession),
    /// Who takes chats.
    Staff { staff: Vec<ChatColleague> },
    /// Lines in order. `complete`: there is no further frame of this response.
    History {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        messages: Vec<ChatLine>,
        complete: bool,
    },
    /// A new line of a session that the socket follows, or one that was redacted since.
    Message(ChatLine),
    /// A note of a session that the socket follows.
    Note(ChatNote),
    /// The line is stored, as `seq`, or the note, as `noteSeq`.
    Ack {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        #[serde(rename = "clientId")]
        client_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        seq: Option<i64>,
        #[serde(rename = "noteSeq", skip_serializing_if = "Option::is_none")]
        note_seq: Option<i64>,
    },
    /// Somebody writes in a session that the socket follows, or no longer.
    Typing {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        from: Side,
        #[serde(rename = "staffId", skip_serializing_if = "Option::is_none")]
        staff_id: Option<Uuid>,
        #[serde(rename = "staffName", skip_serializing_if = "Option::is_none")]
        staff_name: Option<String>,
        on: bool,
    },
    /// What that side has read, in a session that the socket follows.
    Read {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        by: Side,
        seq: i64,
    },
    /// Whether the visitor has the site open, and the page on which they are.
    Presence {
        #[serde(rename = "sessionId")]
        session_id: Uuid,
        visitor: Presence,
        #[serde(skip_serializing_if = "Option::is_none")]
        page: Option<ChatPage>,
    },
}
