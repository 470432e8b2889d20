//! Who mails come from, and the texts of those that clients get.

use serde::Deserialize;
use serde_json::json;

use super::super::kind::{Kind, Variable};
use super::super::registry::{Group, Key};
use super::super::text::fill;
use super::firm::Firm;
use crate::platform::permission::Permission;

pub const GROUP: Group = Group {
    id: "mail",
    label: "Mail",
    help: "The sender and the words of mails to clients. Links, codes and what the law wants are added by the program.",
    needs: Permission::Settings,
};

/// Sender and texts of mails.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MailTexts {
    /// None: the name of the firm.
    pub sender_name: Option<String>,
    /// Where answers by mail go; none: to the sender.
    pub reply_to: Option<String>,
    signature: String,
    confirmation_subject: String,
    confirmation_text: String,
    reply_subject: String,
    reply_text: String,
}

/// What the texts of one mail can show, beside the firm. Missing parts are empty.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// The usual time to an answer, such as `2 h`.
    pub answer_time: Option<String>,
    /// What a person answered.
    pub answer: String,
    pub client_name: String,
    pub staff_name: String,
}

impl MailTexts {
    /// Subject and text of a mail, if its template is one that the firm words itself.
    pub fn of(&self, template: &str, firm: &Firm, values: &Values) -> Option<(String, String)> {
        let (subject, text) = match template {
            "contact_confirmation" => (&self.confirmation_subject, &self.confirmation_text),
            "reply" => (&self.reply_subject, &self.reply_text),
            _ => return None,
        };
        let plain = |name: &str| match name {
            "firm.name" => firm.name.clone(),
            "firm.legalName" => firm.legal_name.clone(),
            "firm.email" => firm.email.clone(),
            "firm.phone" => firm.phone.clone().unwrap_or_default(),
            "answer" => values.answer.clone(),
            "answer.promise" => match &values.answer_time {
                Some(time) => format!("We usually answer within {time}."),
                None => String::new(),
            },
            "client.name" => values.client_name.clone(),
            "staff.name" => values.staff_name.clone(),
            _ => String::new(),
        };
        let signature = fill(&self.signature, plain);
        let value = |name: &str| if name == "signature" { signature.clone() } else { plain(name) };
        Some((fill(subject, value), fill(text, value)))
    }
}

const NAME: Variable = Variable { name: "firm.name", help: "Name of the firm" };
const LEGAL: Variable = Variable { name: "firm.legalName", help: "Legal name of the firm" };
const EMAIL: Variable = Variable { name: "firm.email", help: "E-mail of the firm" };
const PHONE: Variable = Variable { name: "firm.phone", help: "Phone of the firm" };
const STAFF: Variable = Variable { name: "staff.name", help: "Who answers" };
const CLIENT: Variable = Variable { name: "client.name", help: "The client" };
const PROMISE: Variable = Variable { name: "answer.promise", help: "How fast you usually answer, once that is known" };
const ANSWER: Variable = Variable { name: "answer", help: "What was answered" };
const SIGNATURE: Variable = Variable { name: "signature", help: "The signature" };

/// A confirmation goes to an address that a stranger typed, so it can show nothing that they typed.
const CONFIRMATION: [Variable; 5] = [NAME, LEGAL, EMAIL, PHONE, PROMISE];
const REPLY_SUBJECT: [Variable; 4] = [NAME, LEGAL, STAFF, CLIENT];
const REPLY: [Variable; 8] = [ANSWER, SIGNATURE, STAFF, CLIENT, NAME, LEGAL, EMAIL, PHONE];
const SIGNED: [Variable; 5] = [STAFF, NAME, LEGAL, EMAIL, PHONE];

const CONFIRMATION_TEXT: &str =
    "Hello,\n\nyour message to {{firm.name}} has arrived and a person will read it.\n{{answer.promise}}";

/// The keys of the group.
pub fn keys() -> Vec<Key> {
    let key = |name: &str, label, kind, default: &str| Key::new(&GROUP, name, label, kind, json!(default));
    let subject = |variables| Kind::Template { max: 120, lines: false, variables, required: &[] };
    let text = |max, variables, required| Kind::Template { max, lines: true, variables, required };
    let sender = "Sender";
    let confirmation = "Confirmation of a message";
    let reply = "Answer to a client";
    vec![
        Key::new(&GROUP, "senderName", "Name of the sender", Kind::Line { max: 80 }, json!(null))
            .optional()
            .under(sender)
            .help("Empty: the name of the firm. The address is that of the firm, or the one that the operator chose."),
        Key::new(&GROUP, "replyTo", "Answers go to", Kind::Email, json!(null)).optional().under(sender).help(
            "Empty: to the sender. Answers by mail reach that mailbox and not the dashboard; mails say so and have a link.",
        ),
        key("confirmationSubject", "Subject", subject(&CONFIRMATION), "Your message to {{firm.name}}")
            .under(confirmation)
            .help("What a client reads first after writing to you. That of the answers is the same with Re: before it."),
        key("confirmationText", "Text", text(2_000, &CONFIRMATION, &[]), CONFIRMATION_TEXT)
            .under(confirmation)
            .help("The link to the conversation and its code follow by themselves."),
        key("replySubject", "Subject", subject(&REPLY_SUBJECT), "Re: Your message to {{firm.name}}")
            .under(reply)
            .help("The same for all answers, so that mail programs keep a conversation together."),
        key("replyText", "Text", text(4_000, &REPLY, &["answer"]), "{{answer}}\n\n{{signature}}")
            .under(reply)
            .help("What stands around an answer. The link to the conversation follows by itself."),
        key("signature", "Signature", text(1_000, &SIGNED, &[]), "{{staff.name}}\n{{firm.name}}")
            .under(reply)
            .help("Who signs. It stands where the text says so."),
    ]
}
