//! Emails about an account, from people who manage staff.

use serde::Serialize;

use crate::platform::mail::Letter;

/// To someone who has no account yet. `by` is the colleague who invites them.
#[derive(Serialize)]
pub struct Invitation {
    pub name: String,
    pub by: String,
    pub link: String,
    pub days: i64,
}

impl Letter for Invitation {
    const TEMPLATE: &'static str = "invitation";
    const SECRET: bool = true;

    fn sample() -> Self {
        Self {
            name: "Cleo & Co".into(),
            by: "Ben Okafor".into(),
            link: "http://localhost:5500/admin/invite#token".into(),
            days: 7,
        }
    }
}

/// To the old address: the account now uses another one.
#[derive(Serialize)]
pub struct EmailChanged {
    pub name: String,
    pub by: String,
}

impl Letter for EmailChanged {
    const TEMPLATE: &'static str = "email_changed";

    fn sample() -> Self {
        Self { name: "Cleo".into(), by: "Ben Okafor".into() }
    }
}
