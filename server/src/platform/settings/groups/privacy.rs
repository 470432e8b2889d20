//! What visitors agree to, and how long what they left is kept.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::kind::Kind;
use super::super::registry::{Group, Key};
use crate::platform::permission::Permission;

pub const GROUP: Group = Group {
    id: "privacy",
    label: "Privacy",
    help: "What clients agree to and how long data is kept. The privacy policy of the site says what stands here.",
    needs: Permission::Privacy,
};

/// Consent and retention. The templates of the site see it as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Privacy {
    pub consent_text: String,
    sender_days: u32,
    mail_days: u32,
    session_days: u32,
    spam_days: Option<u32>,
    message_days: Option<u32>,
}

impl Privacy {
    /// Of messages that came before this, address and browser are forgotten.
    pub fn senders_before(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        days_ago(now, self.sender_days)
    }

    /// Mails that were sent or given up before this are deleted.
    pub fn mails_before(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        days_ago(now, self.mail_days)
    }

    /// Sessions that ended before this are deleted.
    pub fn sessions_before(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        days_ago(now, self.session_days)
    }

    /// Spam that came before this is deleted; none: it stays.
    pub fn spam_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.spam_days.map(|days| days_ago(now, days))
    }

    /// Finished conversations without anything new since this are deleted; none: they stay.
    pub fn messages_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.message_days.map(|days| days_ago(now, days))
    }
}

fn days_ago(now: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    now - Duration::days(days.into())
}

const CONSENT: &str = "You may use these details to answer me and to follow up on this request.";

/// The keys of the group.
pub fn keys() -> Vec<Key> {
    let days = |name: &str, label, min, max, default: Option<u32>| {
        let key = Key::new(&GROUP, name, label, Kind::Integer { min, max, unit: "days" }, json!(default));
        key.under("How long it is kept")
    };
    vec![
        Key::new(&GROUP, "consentText", "Consent in the contact form", Kind::Line { max: 300 }, json!(CONSENT))
            .help("Beside the box that a client may tick. Say what for; a message can be sent without it."),
        days("senderDays", "Address and browser of a message", 1, 365, Some(90))
            .help("From where a message came helps against abuse. After this it is taken out of the message."),
        days("mailDays", "Record of mails", 7, 365, Some(90))
            .help("That a mail went to somebody and when. Its text is gone as soon as it is delivered."),
        days("sessionDays", "Sessions that have ended", 1, 90, Some(7))
            .help("Device and address of a sign-in, for whoever looks into one."),
        days("spamDays", "Spam", 1, 365, None).optional().help("Empty: it stays until somebody deletes it."),
        days("messageDays", "Finished conversations", 30, 3_650, None)
            .optional()
            .help("Answered, converted and archived ones, with answers, notes and tags, after so long without anything new. Empty: they stay."),
    ]
}
