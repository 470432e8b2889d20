//! How often one may write in chats.

use crate::http::rate_limit::{Allowed, Limit};

/// Lines of one visitor, and of one person of the staff.
pub static LINES: Limit =
    Limit { name: "chat_lines", window: 60, allowed: Allowed::BySetting("security.limitChatMessages") };
/// New sessions, of one address.
pub static SESSIONS: Limit =
    Limit { name: "chat_sessions", window: 3_600, allowed: Allowed::BySetting("security.limitChatSessions") };
/// Lines of one address: people can share one.
pub static LINES_OF_ADDRESS: Limit =
    Limit { name: "chat_lines_of_address", window: 60, allowed: Allowed::Fixed(300) };
/// All frames of one socket, whatever they say.
pub static FRAMES: Limit = Limit { name: "chat_frames", window: 10, allowed: Allowed::Fixed(200) };
