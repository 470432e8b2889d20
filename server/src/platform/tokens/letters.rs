//! The mail to the person in whose name a token acts.

use serde::Serialize;

use crate::platform::mail::Letter;

/// To a person: a token was made that acts in their name.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenMade {
    pub name: String,
    /// What the token is for.
    pub token: String,
    /// Their names, with commas between them.
    pub permissions: String,
    pub ends: String,
    pub device: String,
    pub ip_address: String,
    pub link: String,
}

impl Letter for TokenMade {
    const TEMPLATE: &'static str = "token_made";

    fn sample() -> Self {
        Self {
            name: "Ben".into(),
            token: "Import of <old> messages".into(),
            permissions: "messages, settings".into(),
            ends: "5 January 2027".into(),
            device: "Firefox on Linux".into(),
            ip_address: "203.0.113.9".into(),
            link: "http://localhost:5500/admin/tokens".into(),
        }
    }
}
