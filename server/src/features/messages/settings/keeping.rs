//! What clients agree to, and how long what they wrote is kept.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use crate::platform::settings::{Key, Kind, PRIVACY, Part, days, days_ago};

/// For how many days messages are kept.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Keeping {
    #[serde(rename = "privacy.senderDays")]
    senders: u32,
    #[serde(rename = "privacy.spamDays")]
    spam: Option<u32>,
    #[serde(rename = "privacy.messageDays")]
    messages: Option<u32>,
}

impl Keeping {
    /// Of messages that came before this, address and browser are forgotten.
    pub fn senders_before(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        days_ago(now, self.senders)
    }

    /// Spam that came before this is deleted; none: it stays.
    pub fn spam_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.spam.map(|days| days_ago(now, days))
    }

    /// Finished conversations without anything new since this are deleted; none: they stay.
    pub fn messages_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.messages.map(|days| days_ago(now, days))
    }
}

const CONSENT: &str = "You may use these details to reply to me and to follow up on this request.";

impl Part for Keeping {
    fn keys() -> Vec<Key> {
        vec![
            // The contact page shows it.
            Key::new(&PRIVACY, "consentText", "Consent in the contact form", Kind::Line { max: 300 }, json!(CONSENT))
                .help("Shown next to the box that a client can tick. Say what for; a message can be sent without it."),
            days("senderDays", "Sender address and browser", 1, 365, Some(90))
                .help("Where a message came from helps against abuse. After this, it is removed from the message."),
            days("spamDays", "Spam", 1, 365, None).optional().help("Leave empty to keep it until someone deletes it."),
            days("messageDays", "Finished conversations", 30, 3_650, None).optional().help(
                "Replied, converted and archived ones, with their replies, notes and tags, after this long without \
                 anything new. Leave empty to keep them.",
            ),
        ]
    }
}
