//! Mails to a person about the own account's second factors.

use chrono::{DateTime, Utc};
use database::entity::{outbox, staff};

use super::device::Device;
use crate::app::App;
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::mail::{Letter, Mail};

/// What happened; the template has the words for it.
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

/// A mail that says so, ready for the outbox.
pub fn mail(app: &App, person: &staff::Model, event: FactorEvent, info: &RequestInfo) -> Result<outbox::Model> {
    let letter = Letter::FactorChanged {
        name: person.name.clone(),
        event: event.name().to_owned(),
        // Of an admin's device the person learns nothing.
        device: (event != FactorEvent::Reset).then(|| Device::of(info.user_agent.as_deref()).name),
        when: when(app.clock.now()),
        link: app.config.server.link("/admin/profile"),
    };
    Mail { to: &person.email, letter: &letter, entity: Some(("staff", person.id)), thread: Vec::new(), automatic: true }
        .row(app)
}

/// A time as mails write it.
pub fn when(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %-H:%M UTC").to_string()
}
