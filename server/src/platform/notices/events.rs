//! What people can be told of, and how.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::permission::Permission;

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NotificationEvent)]
pub enum Event {
    /// Somebody wrote through the contact form.
    MessageCreated,
    /// A client answered: for the assignee, or for everybody while there is none.
    ClientReplied,
    /// A colleague gave me a message, or all open ones of another colleague: then `detail` says how many.
    MessageAssigned,
    /// A mail was given up.
    MailFailed,
    /// My account was used on a device that was not seen before.
    NewDevice,
    /// The weekly head of the audit trail.
    AuditHead,
}

/// A way to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NotificationChannel)]
pub enum Channel {
    App,
    Mail,
}

/// Whether an event goes out by a channel while the person has not chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default {
    On,
    Off,
    /// It always does: who took over an account must not be able to silence it.
    Always,
    /// It never does.
    Never,
}

impl Event {
    pub const ALL: [Self; 6] = [
        Self::MessageCreated,
        Self::ClientReplied,
        Self::MessageAssigned,
        Self::MailFailed,
        Self::NewDevice,
        Self::AuditHead,
    ];

    /// As it stands in the database and in notices.
    pub fn name(self) -> &'static str {
        match self {
            Self::MessageCreated => "message_created",
            Self::ClientReplied => "client_replied",
            Self::MessageAssigned => "message_assigned",
            Self::MailFailed => "mail_failed",
            Self::NewDevice => "new_device",
            Self::AuditHead => "audit_head",
        }
    }

    /// The event of that name, if this version knows it.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    /// What a person must be allowed to be told of it at all; none: nothing.
    pub fn needs(self) -> Option<Permission> {
        match self {
            Self::MessageCreated | Self::ClientReplied | Self::MessageAssigned | Self::MailFailed => {
                Some(Permission::Messages)
            }
            Self::NewDevice => None,
            Self::AuditHead => Some(Permission::Audit),
        }
    }

    /// Mails are off where the firm's mailbox gets one anyway, or where many can come at once.
    pub fn default_for(self, channel: Channel) -> Default {
        match (self, channel) {
            (Self::MessageCreated | Self::MessageAssigned | Self::AuditHead, Channel::Mail) => Default::Off,
            (Self::NewDevice, Channel::Mail) => Default::Always,
            (Self::MailFailed, Channel::Mail) | (Self::AuditHead, Channel::App) => Default::Never,
            (Self::ClientReplied, Channel::Mail) | (_, Channel::App) => Default::On,
        }
    }

    /// Whether it goes out, with what the person chose.
    pub fn goes_out(self, channel: Channel, chosen: Option<bool>) -> bool {
        match self.default_for(channel) {
            Default::Always => true,
            Default::Never => false,
            Default::On => chosen.unwrap_or(true),
            Default::Off => chosen.unwrap_or(false),
        }
    }
}

impl Channel {
    pub const ALL: [Self; 2] = [Self::App, Self::Mail];

    /// As it stands in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Mail => "mail",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_api_and_lead_back() {
        for event in Event::ALL {
            assert_eq!(serde_json::to_value(event).expect("a name"), event.name());
            assert_eq!(Event::of(event.name()), Some(event));
        }
        for channel in Channel::ALL {
            assert_eq!(serde_json::to_value(channel).expect("a name"), channel.name());
        }
    }

    #[test]
    fn nobody_can_silence_the_mail_about_a_new_device() {
        assert!(Event::NewDevice.goes_out(Channel::Mail, Some(false)));
        assert!(!Event::MailFailed.goes_out(Channel::Mail, Some(true)));
        assert!(!Event::MessageCreated.goes_out(Channel::App, Some(false)));
        assert!(Event::MessageCreated.goes_out(Channel::Mail, Some(true)));
        assert!(!Event::MessageCreated.goes_out(Channel::Mail, None));
    }
}
