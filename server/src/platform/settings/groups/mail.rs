//! The sender of emails. The slices that send emails declare their texts.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::kind::Kind;
use super::super::registry::{Group, Key};
use crate::http::valid::Check;
use crate::platform::permission::Permission;

pub const GROUP: Group = Group {
    id: "mail",
    label: "Email",
    help: "The sender and the text of emails to clients. Links, codes and legal details are added automatically.",
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
        Key::new(&GROUP, "senderName", "Sender name", Kind::Line { max: 80 }, json!(null))
            .optional()
            .under(sender)
            .help("Leave empty to use the firm’s name. The address is the firm’s, or the one that the operator chose."),
        Key::new(&GROUP, "replyTo", "Replies go to", Kind::Email, json!(null)).optional().under(sender).opens(Permission::Messages).help(
            "Leave empty to use the sender. Replies by email reach that mailbox, not the dashboard; emails say so and include a link.",
        ),
    ]
}

/// A name that looks like an address would be taken for the actual sender, which it is not.
pub fn check_together(check: &mut Check, values: &Map<String, Value>) {
    let name = values.get("mail.senderName").and_then(Value::as_str);
    if name.is_some_and(|name| name.contains('@')) {
        check.refuse("mail.senderName", "invalid", "This must be a name, not an address.");
    }
}
