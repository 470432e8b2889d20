//! The texts of mails that clients get, as the firm words them.

use serde::Deserialize;
use serde_json::json;

use crate::platform::settings::{Firm, Key, Kind, MAIL, Part, Variable, fill, firm_word};

/// Subjects and texts of the mails to clients.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClientTexts {
    #[serde(rename = "mail.signature")]
    signature: String,
    #[serde(rename = "mail.confirmationSubject")]
    confirmation_subject: String,
    #[serde(rename = "mail.confirmationText")]
    confirmation_text: String,
    #[serde(rename = "mail.replySubject")]
    reply_subject: String,
    #[serde(rename = "mail.replyText")]
    reply_text: String,
}

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    Confirmation,
    Reply,
}

impl ClientTexts {
    /// Subject and text with the values in them. `value` has those of the letter; what it lacks is empty.
    pub fn of(&self, which: Text, firm: &Firm, value: impl Fn(&str) -> Option<String>) -> (String, String) {
        let (subject, text) = match which {
            Text::Confirmation => (&self.confirmation_subject, &self.confirmation_text),
            Text::Reply => (&self.reply_subject, &self.reply_text),
        };
        let plain = |name: &str| firm_word(firm, name).or_else(|| value(name)).unwrap_or_default();
        let signature = fill(&self.signature, plain);
        let all = |name: &str| if name == "signature" { signature.clone() } else { plain(name) };
        (fill(subject, all), fill(text, all))
    }
}

const NAME: Variable = Variable { name: "firm.name", help: "The firm’s name" };
const LEGAL: Variable = Variable { name: "firm.legalName", help: "The firm’s legal name" };
const EMAIL: Variable = Variable { name: "firm.email", help: "The firm’s email" };
const PHONE: Variable = Variable { name: "firm.phone", help: "The firm’s phone" };
const STAFF: Variable = Variable { name: "staff.name", help: "The person who replies" };
const CLIENT: Variable = Variable { name: "client.name", help: "The client" };
const PROMISE: Variable = Variable { name: "answer.promise", help: "How fast you usually reply, once that is known" };
const ANSWER: Variable = Variable { name: "answer", help: "The reply" };
const SIGNATURE: Variable = Variable { name: "signature", help: "The signature" };

/// A confirmation goes to an address that a stranger typed, so it can show nothing that they typed.
const CONFIRMATION: [Variable; 5] = [NAME, LEGAL, EMAIL, PHONE, PROMISE];
const REPLY_SUBJECT: [Variable; 4] = [NAME, LEGAL, STAFF, CLIENT];
const REPLY: [Variable; 8] = [ANSWER, SIGNATURE, STAFF, CLIENT, NAME, LEGAL, EMAIL, PHONE];
const SIGNED: [Variable; 5] = [STAFF, NAME, LEGAL, EMAIL, PHONE];

const CONFIRMATION_TEXT: &str =
    "Hello,\n\nYour message to {{firm.name}} has arrived, and a person will read it.\n{{answer.promise}}";

impl Part for ClientTexts {
    fn keys() -> Vec<Key> {
        let key = |name: &str, label, kind, default: &str| Key::new(&MAIL, name, label, kind, json!(default));
        let subject = |variables| Kind::Template { max: 120, lines: false, variables, required: &[] };
        let text = |max, variables, required| Kind::Template { max, lines: true, variables, required };
        let confirmation = "Message confirmation";
        let reply = "Reply to a client";
        vec![
            key("confirmationSubject", "Subject", subject(&CONFIRMATION), "Your message to {{firm.name}}")
                .under(confirmation)
                .help(
                    "What a client reads first after writing to you. Replies have the same subject with Re: in front.",
                ),
            key("confirmationText", "Text", text(2_000, &CONFIRMATION, &[]), CONFIRMATION_TEXT)
                .under(confirmation)
                .help("The link to the conversation and its code are added automatically."),
            key("replySubject", "Subject", subject(&REPLY_SUBJECT), "Re: Your message to {{firm.name}}")
                .under(reply)
                .help("The same for all replies, so that mail programs keep a conversation together."),
            key("replyText", "Text", text(4_000, &REPLY, &["answer"]), "{{answer}}\n\n{{signature}}")
                .under(reply)
                .help("The text around a reply. The link to the conversation is added automatically."),
            key("signature", "Signature", text(1_000, &SIGNED, &[]), "{{staff.name}}\n{{firm.name}}")
                .under(reply)
                .help("Who signs. It goes where the text says so."),
        ]
    }
}
