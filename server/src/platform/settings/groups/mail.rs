//! The sender of emails. The slices that send emails declare their texts.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::kind::Kind;
use super::super::registry::{Group, Key};
use crate::http::valid::Check;
use crate::platform::permission::Permission;

pub const GROUP: Group = Group {
    id: "mail",
    label: "Mail",
    help: "The sender and the words of mails to clients. Links, codes and what the law wants are added by the program.",
    needs: Permission::Settings,
    place: 60,
    sensitive: false,
};

/// The sender of emails.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sender {
    /// None: the name of the firm.
    pub sender_name: Option<String>,
    /// Where replies by email go; none: to the sender.
    pub reply_to: Option<String>,
}

/// The keys of the group.
pub fn keys() -> Vec<Key> {
    let sender = "Sender";
    vec![
        Key::new(&GROUP, "senderName", "Name of the sender", Kind::Line { max: 80 }, json!(null))
            .optional()
            .under(sender)
            .help("Empty: the name of the firm. The address is that of the firm, or the one that the operator chose."),
        Key::new(&GROUP, "replyTo", "Answers go to", Kind::Email, json!(null)).optional().under(sender).opens(Permission::Messages).help(
            "Empty: to the sender. Answers by mail reach that mailbox and not the dashboard; mails say so and have a link.",
        ),
    ]
}

/// A name that looks like an address would be taken for the actual sender, which it is not.
pub fn check_together(check: &mut Check, values: &Map<String, Value>) {
    let name = values.get("mail.senderName").and_then(Value::as_str);
    if name.is_some_and(|name| name.contains('@')) {
        check.refuse("mail.senderName", "invalid", "This must be a name and no address.");
    }
}
