//! Emails to a person about their account.

use database::entity::{outbox, staff};
use serde::Serialize;

use super::device::Device;
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::Platform;
use crate::platform::entity::Entity;
use crate::platform::mail::{Letter, Mail};

/// To a person: a password reset link.
#[derive(Serialize)]
pub struct PasswordReset {
    pub name: String,
    pub link: String,
    pub minutes: i64,
}

impl Letter for PasswordReset {
    const TEMPLATE: &'static str = "password_reset";
    const SECRET: bool = true;

    fn sample() -> Self {
        Self { name: "Ben".into(), link: "http://localhost:5500/admin/reset#token".into(), minutes: 60 }
    }
}

/// To a person: the password was changed.
#[derive(Serialize)]
pub struct PasswordChanged {
    pub name: String,
    pub when: String,
}

impl Letter for PasswordChanged {
    const TEMPLATE: &'static str = "password_changed";

    fn sample() -> Self {
        Self { name: "Ben".into(), when: "5 January 2026, 10:30 CET".into() }
    }
}

/// To a person: someone signed in from a new device.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewDevice {
    pub name: String,
    pub device: String,
    pub ip_address: String,
    /// The location of that address, if a geolocation database is configured.
    pub place: Option<String>,
    pub when: String,
    pub link: String,
}

impl Letter for NewDevice {
    const TEMPLATE: &'static str = "new_device";

    fn sample() -> Self {
        Self {
            name: "Ben".into(),
            device: "Firefox on Linux".into(),
            ip_address: "203.0.113.9".into(),
            place: Some("Berlin, Germany".into()),
            when: "5 January 2026, 10:30 CET".into(),
            link: "http://localhost:5500/admin/profile".into(),
        }
    }
}

/// To a person: the second factors of the account changed.
#[derive(Serialize)]
pub struct FactorChanged {
    pub name: String,
    /// The name of a [`FactorEvent`].
    pub event: String,
    /// None: somebody else did it.
    pub device: Option<String>,
    pub when: String,
    pub link: String,
}

impl Letter for FactorChanged {
    const TEMPLATE: &'static str = "factor_changed";

    fn sample() -> Self {
        Self {
            name: "Ben".into(),
            event: "recovery_code_used".into(),
            device: Some("Firefox on Linux".into()),
            when: "5 January 2026, 10:30 CET".into(),
            link: "http://localhost:5500/admin/profile".into(),
        }
    }
}

/// What happened; the template has the wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorEvent {
    TotpAdded,
    TotpRemoved,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    PasskeyAdded,
    PasskeyRemoved,
    /// By an admin.
    Reset,
}

impl FactorEvent {
    fn name(self) -> &'static str {
        match self {
            Self::TotpAdded => "totp_added",
            Self::TotpRemoved => "totp_removed",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::Reset => "reset",
        }
    }
}

/// An email about it, ready for the outbox.
pub fn mail(
    platform: &Platform,
    person: &staff::Model,
    event: FactorEvent,
    info: &RequestInfo,
) -> Result<outbox::Model> {
    let letter = FactorChanged {
        name: person.name.clone(),
        event: event.name().to_owned(),
        // The person learns nothing about an admin's device.
        device: (event != FactorEvent::Reset).then(|| Device::of(info.user_agent.as_deref()).name),
        when: now_for(platform, person),
        link: platform.config.server.link("/admin/profile"),
    };
    Mail::new(&person.email, &letter).about((Entity::Staff, person.id)).row(platform)
}

/// This moment, as that person reads it in an email.
pub fn now_for(platform: &Platform, person: &staff::Model) -> String {
    platform.settings.get().hours.moment(platform.clock.now(), person.time_zone.as_deref())
}
