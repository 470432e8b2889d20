//! The mails of the inbox: to the firm, to clients, to colleagues.

use serde::Serialize;
use serde_json::Value;

use super::settings::{ClientTexts, Text};
use super::undelivered;
use crate::platform::mail::{Letter, Settled, Words};
use crate::platform::settings::Snapshot;

const LINK: &str = "http://localhost:5500/admin/messages/1?view=all";
const THREAD: &str = "http://localhost:5500/message/1#code";

/// To the firm: somebody wrote.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactNotice {
    pub message: NoticeOfMessage,
    pub link: String,
    /// Something speaks against it, and its sender got no confirmation.
    pub doubtful: bool,
    /// A reply in the mail program goes to the client.
    pub to_client: bool,
}

/// The message as the firm gets to see it in the mail.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeOfMessage {
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub company: Option<String>,
    /// Name of the service.
    pub service: Option<String>,
    pub message: String,
    /// What was sent with it, each with its size.
    pub files: Vec<String>,
    pub created_at: String,
}

impl Letter for ContactNotice {
    const TEMPLATE: &'static str = "contact_notice";

    fn sample() -> Self {
        let message = NoticeOfMessage {
            name: "Anna Müller".into(),
            email: "anna@example.com".into(),
            phone: Some("+49 30 1234".into()),
            company: None,
            service: Some("Web development".into()),
            message: "Hello,\n\nour file server fails every Monday. Can you look at it?".into(),
            files: vec!["server.log (17 kB)".into()],
            created_at: "5 January 2026, 10:30 CET".into(),
        };
        Self { message, link: LINK.into(), doubtful: true, to_client: true }
    }
}

/// To the visitor. Never quotes what a stranger typed, or it would be a relay for spam.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactConfirmation {
    pub answer_time: Option<String>,
    pub thread_link: String,
    pub thread_code: String,
}

impl Letter for ContactConfirmation {
    const TEMPLATE: &'static str = "contact_confirmation";
    const WORDS: Option<Words> = Some(|settings, values| words(settings, Text::Confirmation, values));

    fn sample() -> Self {
        Self { answer_time: Some("2 h".into()), thread_link: THREAD.into(), thread_code: "code".into() }
    }
}

/// To the client: an answer of a person.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    pub content: String,
    /// What was sent with it, each with its size.
    pub files: Vec<String>,
    pub staff: StaffName,
    pub client_name: String,
    pub thread_link: String,
    pub thread_code: String,
    pub quoted: Option<Quoted>,
}

/// Who signs an answer.
#[derive(Serialize)]
pub struct StaffName {
    pub name: String,
}

/// What the client wrote before.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quoted {
    pub text: String,
    pub created_at: String,
}

impl Letter for Reply {
    const TEMPLATE: &'static str = "reply";
    const WORDS: Option<Words> = Some(|settings, values| words(settings, Text::Reply, values));
    const SETTLED: Option<Settled> =
        Some(|tx, platform, mail, delivered| Box::pin(undelivered::settled(tx, platform, mail, delivered)));

    fn sample() -> Self {
        Self {
            content: "Hello Anna,\n\nyes, we can. Would Thursday at ten suit you?".into(),
            files: vec!["Checklist.pdf (240 kB)".into()],
            staff: StaffName { name: "Ben Okafor".into() },
            client_name: "Anna Müller".into(),
            thread_link: THREAD.into(),
            thread_code: "code".into(),
            quoted: Some(Quoted {
                text: "Hello,\n\nour file server fails every Monday. Can you look at it?".into(),
                created_at: "5 January 2026".into(),
            }),
        }
    }
}

/// To the assignee or the firm: the client answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientReplyNotice {
    pub client_name: String,
    pub content: String,
    /// What was sent with it, each with its size.
    pub files: Vec<String>,
    pub link: String,
    /// A reply in the mail program goes to the client.
    pub to_client: bool,
}

impl Letter for ClientReplyNotice {
    const TEMPLATE: &'static str = "client_reply_notice";

    fn sample() -> Self {
        Self {
            client_name: "Anna Müller".into(),
            content: "Thursday at ten suits us.".into(),
            files: vec!["Floor plan.pdf (1.2 MB)".into()],
            link: LINK.into(),
            to_client: true,
        }
    }
}

/// To a person: a colleague gave them messages.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageAssigned {
    pub name: String,
    pub by: String,
    /// None when there are several.
    pub client_name: Option<String>,
    pub count: usize,
    pub link: String,
}

impl Letter for MessageAssigned {
    const TEMPLATE: &'static str = "message_assigned";

    fn sample() -> Self {
        Self {
            name: "Ben".into(),
            by: "Chiara Russo".into(),
            client_name: Some("Anna Müller".into()),
            count: 1,
            link: LINK.into(),
        }
    }
}

/// To a person: a colleague named them in a note.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageMentioned {
    pub name: String,
    pub by: String,
    pub client_name: String,
    /// The note.
    pub content: String,
    pub link: String,
}

impl Letter for MessageMentioned {
    const TEMPLATE: &'static str = "message_mentioned";

    fn sample() -> Self {
        Self {
            name: "Ben".into(),
            by: "Chiara Russo".into(),
            client_name: "Anna Müller".into(),
            content: "@Ben Okafor, can you say something about the file server?".into(),
            link: LINK.into(),
        }
    }
}

/// To the firm: what was taken for spam in the last week.
#[derive(Clone, Serialize)]
pub struct SpamReport {
    pub total: usize,
    /// The newest of them.
    pub messages: Vec<Suspect>,
    pub link: String,
}

/// A message that was taken for spam.
#[derive(Clone, Serialize)]
pub struct Suspect {
    pub name: String,
    pub email: String,
    pub excerpt: String,
    pub link: String,
}

impl Letter for SpamReport {
    const TEMPLATE: &'static str = "spam_report";

    fn sample() -> Self {
        let suspect = Suspect {
            name: "Anna Müller".into(),
            email: "anna@example.com".into(),
            excerpt: "Get first place in every search engine".into(),
            link: LINK.into(),
        };
        Self { total: 2, messages: vec![suspect.clone(), suspect], link: LINK.into() }
    }
}

/// The firm's own words for a mail, with what its values have for them.
fn words(settings: &Snapshot, which: Text, values: &Value) -> (String, String) {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    settings.part::<ClientTexts>().of(which, &settings.firm, |name| match name {
        "answer" => text(values.get("content")),
        "answer.promise" => text(values.get("answerTime")).map(|time| format!("We usually reply within {time}.")),
        "client.name" => text(values.get("clientName")),
        "staff.name" => text(values.pointer("/staff/name")),
        _ => None,
    })
}
