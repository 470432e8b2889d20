//! Which events the firm gets by email, and at which addresses.

use serde::Deserialize;
use serde_json::json;

use super::super::kind::Kind;
use super::super::registry::{Group, Key};
use super::firm::Firm;
use crate::platform::permission::Permission;

pub const GROUP: Group = Group {
    id: "notifications",
    label: "Notifications",
    help: "What you are told about by email. The dashboard shows everything at once, whatever you choose here.",
    needs: Permission::Settings,
    place: 70,
    sensitive: false,
};

/// Which events the firm gets by email, and at which addresses.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notifications {
    recipients: Vec<String>,
    /// Notify a person when someone signs in to their account from a new device.
    pub new_device: bool,
}

impl Notifications {
    /// The mailboxes of the firm.
    pub fn recipients(&self, firm: &Firm) -> Vec<String> {
        if self.recipients.is_empty() { vec![firm.email.clone()] } else { self.recipients.clone() }
    }
}

/// The keys of the group.
pub fn keys() -> Vec<Key> {
    vec![
        Key::new(&GROUP, "recipients", "The firm’s mailboxes", Kind::Addresses { max: 10 }, json!([]))
            .opens(Permission::Messages)
            .help("Who gets the firm’s notices. Without any, they go to the firm’s email."),
        Key::new(&GROUP, "newDevice", "Sign-in from a new device", Kind::Boolean, json!(true))
            .sensitive()
            .help("Emails the person whose account it is. Best left on."),
    ]
}
