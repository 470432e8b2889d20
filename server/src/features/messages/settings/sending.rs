//! How replies leave.

use serde::Deserialize;
use serde_json::json;

use crate::platform::settings::{Key, Kind, MAIL, Part};

/// How replies leave.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sending {
    /// Seconds for which the dashboard holds a reply back, so that it can be undone; 0: not at all.
    #[serde(rename = "mail.undoSendSeconds")]
    pub undo_send_seconds: u64,
}

impl Part for Sending {
    fn keys() -> Vec<Key> {
        let seconds = Kind::Integer { min: 0, max: LONGEST.into(), unit: "seconds" };
        vec![Key::new(&MAIL, "undoSendSeconds", "Undo sending", seconds, json!(10)).under("Reply to a client").help(
            "How long the dashboard waits before it sends a reply, so that whoever wrote it can undo that. 0 sends \
             immediately. Replies through the API are not delayed unless they ask to be.",
        )]
    }
}

/// The longest time in seconds for which a reply is held back.
pub const LONGEST: u16 = 60;
