//! Whom the firm tells of messages by mail.

use serde::Deserialize;
use serde_json::json;

use crate::platform::mail::Mail;
use crate::platform::settings::{Choice, Key, Kind, NOTIFICATIONS, Part};

/// Of what the firm is told by mail.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Telling {
    /// Tell of each new message.
    #[serde(rename = "notifications.newMessage")]
    pub new_message: bool,
    /// Whom to tell when a client answers.
    #[serde(rename = "notifications.clientReply")]
    client_reply: ReplyTo,
    /// Who answers such a mail writes to the client.
    #[serde(rename = "notifications.answersToClient")]
    pub answers_to_client: bool,
    /// Tell once a week what was taken for spam.
    #[serde(rename = "notifications.spamReport")]
    pub spam_report: bool,
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

impl Telling {
    /// Where answers to a notice of a client's words go, if not to the firm.
    pub fn answers<'m>(&self, mail: Mail<'m>, client: &str) -> Mail<'m> {
        if self.answers_to_client { mail.answered_to(client) } else { mail }
    }

    /// Who is told of a client's answer, each mailbox once. `firm` are the mailboxes of the firm, `assignee` is that of the
    /// person whose message it is.
    pub fn of_client_reply(&self, firm: Vec<String>, assignee: Option<String>) -> Vec<String> {
        let firm_too = match self.client_reply {
            ReplyTo::Nobody => return Vec::new(),
            ReplyTo::Firm => return firm,
            ReplyTo::Assignee => assignee.is_none(),
            ReplyTo::Both => true,
        };
        let mut told: Vec<String> = assignee.into_iter().collect();
        if firm_too {
            for address in firm {
                if !told.iter().any(|known| known.eq_ignore_ascii_case(&address)) {
                    told.push(address);
                }
            }
        }
        told
    }
}

const REPLY_TO: [Choice; 4] = [
    Choice { value: "assignee", label: "The assignee, or else the firm" },
    Choice { value: "firm", label: "The firm" },
    Choice { value: "both", label: "Both" },
    Choice { value: "nobody", label: "Nobody" },
];

impl Part for Telling {
    fn keys() -> Vec<Key> {
        vec![
            Key::new(&NOTIFICATIONS, "newMessage", "New message", Kind::Boolean, json!(true))
                .help("Emails the firm about each message from the contact form, except spam."),
            Key::new(
                &NOTIFICATIONS,
                "clientReply",
                "Client reply",
                Kind::Choice { options: &REPLY_TO },
                json!("assignee"),
            )
            .help("Who gets an email when a client adds something on the conversation page."),
            Key::new(&NOTIFICATIONS, "answersToClient", "Replies go to the client", Kind::Boolean, json!(true)).help(
                "A reply to such an email goes to the client and does not show up in the dashboard. If this is off, it \
                 goes to the firm.",
            ),
            Key::new(&NOTIFICATIONS, "spamReport", "Weekly list of spam", Kind::Boolean, json!(true)).help(
                "On Monday morning, what was filed as spam in the week before, so that no client is overlooked. No mail \
                 when there was none.",
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mailbox_is_told_once() {
        let told = |client_reply, assignee: Option<&str>| {
            let firm = vec!["ben@firm.example".to_owned(), "desk@firm.example".to_owned()];
            Telling { new_message: true, client_reply, answers_to_client: true, spam_report: true }
                .of_client_reply(firm, assignee.map(str::to_owned))
        };
        assert_eq!(told(ReplyTo::Assignee, Some("ben@firm.example")), ["ben@firm.example"]);
        assert_eq!(told(ReplyTo::Assignee, None), ["ben@firm.example", "desk@firm.example"]);
        assert_eq!(told(ReplyTo::Both, Some("Ben@firm.example")), ["Ben@firm.example", "desk@firm.example"]);
        assert_eq!(told(ReplyTo::Firm, Some("eve@firm.example")), ["ben@firm.example", "desk@firm.example"]);
        assert!(told(ReplyTo::Nobody, Some("eve@firm.example")).is_empty());
    }
}
