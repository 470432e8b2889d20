//! How often one may write in chats.

use uuid::Uuid;

use crate::app::App;
use crate::error::Result;
use crate::http::rate_limit::{Allowed, Limit, Subject};

/// Lines of one visitor.
pub static LINES: Limit =
    Limit { name: "chat_lines", window: 60, allowed: Allowed::BySetting("security.limitChatMessages") };
/// Lines of one address: people can share one.
pub static LINES_OF_ADDRESS: Limit = Limit { name: "chat_lines_of_address", window: 60, allowed: Allowed::Fixed(300) };
/// New sessions, of one address.
pub static SESSIONS: Limit =
    Limit { name: "chat_sessions", window: 3_600, allowed: Allowed::BySetting("security.limitChatSessions") };
/// Lines and notes of one person of the staff.
pub static STAFF_LINES: Limit = Limit { name: "chat_staff_lines", window: 60, allowed: Allowed::Fixed(600) };
/// Copies of one session by mail, and of all sessions of one address.
pub static COPIES: Limit = Limit { name: "chat_copies", window: 3_600, allowed: Allowed::Fixed(3) };
pub static COPIES_OF_ADDRESS: Limit =
    Limit { name: "chat_copies_of_address", window: 3_600, allowed: Allowed::Fixed(10) };
/// Mails to staff that one session waits: a visitor can come and go.
pub static WAITING_MAILS: Limit = Limit { name: "chat_waiting_mails", window: 600, allowed: Allowed::Fixed(1) };
/// Replies of staff by mail to one mailbox. They are counted apart from what strangers cause, which must not use them up.
pub static REPLIES_BY_MAIL: Limit = Limit { name: "chat_replies_by_mail", window: 3_600, allowed: Allowed::Fixed(20) };

/// Files of one session.
pub static FILES: Limit = Limit { name: "chat_files", window: 600, allowed: Allowed::Fixed(30) };
/// Files of one address: people can share one, and one can begin many sessions.
pub static FILES_OF_ADDRESS: Limit =
    Limit { name: "chat_files_of_address", window: 3_600, allowed: Allowed::Fixed(120) };

/// Files that a visitor gets of one session: each picture of a long conversation is one.
pub static FILE_READS: Limit = Limit { name: "chat_file_reads", window: 60, allowed: Allowed::Fixed(300) };
/// Earlier lines that a visitor asks for.
pub static HISTORY: Limit = Limit { name: "chat_history", window: 60, allowed: Allowed::Fixed(120) };
/// Pages, details, ratings and ends that a visitor sends for one session.
pub static EDITS: Limit = Limit { name: "chat_edits", window: 60, allowed: Allowed::Fixed(60) };

/// All of them.
pub const ALL: &[&Limit] = &[
    &LINES,
    &LINES_OF_ADDRESS,
    &SESSIONS,
    &STAFF_LINES,
    &COPIES,
    &COPIES_OF_ADDRESS,
    &WAITING_MAILS,
    &REPLIES_BY_MAIL,
    &FILES,
    &FILES_OF_ADDRESS,
    &FILE_READS,
    &HISTORY,
    &EDITS,
];

/// Counts a line of a visitor; `first`: it begins a session.
pub async fn of_line(app: &App, session: Uuid, address: Option<&str>, first: bool) -> Result<()> {
    let address = Subject::Key(address.unwrap_or_default().to_owned());
    if first {
        check(app, &SESSIONS, &address).await?;
    }
    check(app, &LINES_OF_ADDRESS, &address).await?;
    check(app, &LINES, &Subject::Key(session.to_string())).await
}

/// Counts something of a subject.
pub async fn check(app: &App, limit: &'static Limit, subject: &Subject) -> Result<()> {
    app.limits.check(limit, subject).await
}
