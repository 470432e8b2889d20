//! Of what the firm is told by mail, and who is told.

use serde::Deserialize;
use serde_json::json;

use super::super::kind::{Choice, Kind};
use super::super::registry::{Group, Key};
use super::firm::Firm;
use crate::platform::permission::Permission;

pub const GROUP: Group = Group {
    id: "notifications",
    label: "Notifications",
    help: "Of what you are told by mail. The dashboard shows everything at once, whatever stands here.",
    needs: Permission::Settings,
};

/// Of what the firm is told, and who.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notifications {
    recipients: Vec<String>,
    /// Tell of each new message.
    pub new_message: bool,
    /// Whom to tell when a client answers.
    pub client_reply: ReplyTo,
    /// Tell a person when somebody signs in to the account from a device that is new.
    pub new_device: bool,
}

/// Whom to tell when a client answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyTo {
    /// Whose message it is; nobody's: the firm.
    Assignee,
    Firm,
    Both,
    Nobody,
}

impl Notifications {
    /// The mailboxes of the firm.
    pub fn recipients(&self, firm: &Firm) -> Vec<String> {
        if self.recipients.is_empty() { vec![firm.email.clone()] } else { self.recipients.clone() }
    }

    /// Who is told of a client's answer, each mailbox once. `assignee` is whose message it is.
    pub fn of_client_reply(&self, firm: &Firm, assignee: Option<String>) -> Vec<String> {
        let firm_too = match self.client_reply {
            ReplyTo::Nobody => return Vec::new(),
            ReplyTo::Firm => return self.recipients(firm),
            ReplyTo::Assignee => assignee.is_none(),
            ReplyTo::Both => true,
        };
        let mut told: Vec<String> = assignee.into_iter().collect();
        if firm_too {
            for address in self.recipients(firm) {
                if !told.iter().any(|known| known.eq_ignore_ascii_case(&address)) {
                    told.push(address);
                }
            }
        }
        told
    }
}

const REPLY_TO: [Choice; 4] = [
    Choice { value: "assignee", label: "Whose message it is, else the firm" },
    Choice { value: "firm", label: "The firm" },
    Choice { value: "both", label: "Both" },
    Choice { value: "nobody", label: "Nobody" },
];

/// The keys of the group.
pub fn keys() -> Vec<Key> {
    vec![
        Key::new(&GROUP, "recipients", "Mailboxes of the firm", Kind::Addresses { max: 10 }, json!([]))
            .help("Who gets the notices to the firm. Without any it is the e-mail of the firm."),
        Key::new(&GROUP, "newMessage", "A new message", Kind::Boolean, json!(true))
            .help("A mail to the firm for each message of the contact form, without spam."),
        Key::new(&GROUP, "clientReply", "A client answers", Kind::Choice { options: &REPLY_TO }, json!("assignee"))
            .help("Who gets a mail when a client adds something on the conversation page."),
        Key::new(&GROUP, "newDevice", "Sign-in from a new device", Kind::Boolean, json!(true))
            .help("A mail to the person whose account it is. Best left on."),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::super::{Snapshot, registry};
    use super::*;

    #[test]
    fn each_mailbox_is_told_once() {
        let settings = Snapshot::of(registry::defaults(), 0, None).expect("typed");
        let told = |to, assignee: Option<&str>| {
            let rules = Notifications {
                recipients: vec!["ben@firm.example".to_owned(), "desk@firm.example".to_owned()],
                client_reply: to,
                ..settings.notifications.clone()
            };
            rules.of_client_reply(&settings.firm, assignee.map(str::to_owned))
        };
        assert_eq!(told(ReplyTo::Assignee, Some("ben@firm.example")), ["ben@firm.example"]);
        assert_eq!(told(ReplyTo::Assignee, None), ["ben@firm.example", "desk@firm.example"]);
        assert_eq!(told(ReplyTo::Both, Some("Ben@firm.example")), ["Ben@firm.example", "desk@firm.example"]);
        assert_eq!(told(ReplyTo::Firm, Some("eve@firm.example")), ["ben@firm.example", "desk@firm.example"]);
        assert!(told(ReplyTo::Nobody, Some("eve@firm.example")).is_empty());
        assert_eq!(settings.notifications.recipients(&settings.firm), vec![settings.firm.email]);
    }
}
