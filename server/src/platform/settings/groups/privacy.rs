//! How long personal data is kept.

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use serde_json::json;

use super::super::kind::Kind;
use super::super::registry::{Group, Key};
use crate::platform::permission::Permission;

pub const GROUP: Group = Group {
    id: "privacy",
    label: "Privacy",
    help: "What clients agree to and how long data is kept. The site’s privacy policy shows these values.",
    needs: Permission::Privacy,
    place: 90,
    sensitive: false,
};

/// How long the platform keeps personal data.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Privacy {
    mail_days: u32,
    session_days: u32,
}

impl Privacy {
    /// Emails that were sent or given up before this are deleted.
    pub fn mails_before(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        days_ago(now, self.mail_days)
    }

    /// Sessions that ended before this are deleted.
    pub fn sessions_before(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        days_ago(now, self.session_days)
    }
}

/// The time `days` days before.
pub fn days_ago(now: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    now - Duration::days(days.into())
}

/// The keys of the group.
pub fn keys() -> Vec<Key> {
    vec![
        days("mailDays", "Email records", 7, 365, Some(90))
            .help("Who was sent an email, and when. Its text is deleted as soon as it is delivered."),
        days("sessionDays", "Ended sessions", 1, 90, Some(7))
            .help("Device and address of each sign-in, in case you need to look into one."),
    ]
}

/// A key for a retention period in days.
pub fn days(name: &str, label: &'static str, min: u64, max: u64, default: Option<u32>) -> Key {
    let key = Key::new(&GROUP, name, label, Kind::Integer { min, max, unit: "days" }, json!(default));
    key.under("How long data is kept")
}
