//! From a letter to a row of the outbox, and from the row to a message on the wire.

use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use serde_json::Value;
use uuid::Uuid;

use super::letter::Letter;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::valid::mailable;
use crate::platform::settings::{MailValues, Snapshot};
use crate::templates::value;
use database::entity::outbox;

/// A mail that a unit of work decides.
pub struct Mail<'a> {
    pub to: &'a str,
    pub letter: &'a Letter,
    /// What it is about: notices and the dashboard find it by that.
    pub entity: Option<(&'static str, Uuid)>,
    /// Message ids of the thread, oldest first; empty begins a thread.
    pub thread: Vec<String>,
    /// RFC 3834: no person wrote it, so no machine should answer it.
    pub automatic: bool,
}

impl Mail<'_> {
    /// The row for the outbox, due at once.
    pub fn row(self, app: &App) -> Result<outbox::Model> {
        let now = app.clock.now();
        let id = app.ids.next(now);
        Ok(outbox::Model {
            id,
            template: self.letter.template().to_owned(),
            recipient: self.to.to_owned(),
            payload: values(self.letter)?,
            message_id: message_id_of(app, id),
            in_reply_to: self.thread.last().cloned(),
            references: (!self.thread.is_empty()).then(|| self.thread.join(" ")),
            auto_submitted: self.automatic,
            entity_type: self.entity.map(|(kind, _)| kind.to_owned()),
            entity_id: self.entity.map(|(_, id)| id),
            state: outbox::State::Pending,
            attempts: 0,
            next_attempt_at: now,
            lease_owner: None,
            lease_until: None,
            last_error: None,
            created_at: now,
            sent_at: None,
        })
    }
}

/// The `Message-ID` that belongs to an id: fixed, so that a mail that goes out twice can be told.
pub fn message_id_of(app: &App, id: Uuid) -> String {
    format!("<{}@{}>", id.simple(), app.config.server.public_url.host_str().unwrap_or("localhost"))
}

/// The values of a letter without the name of its kind.
fn values(letter: &Letter) -> Result<Value> {
    let tagged = serde_json::to_value(letter).map_err(Error::internal)?;
    tagged.get(letter.template()).cloned().ok_or_else(|| Error::internal("a letter without its template's name"))
}

/// A mail with its texts, ready to be sent.
pub struct Rendered {
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
    pub to: Mailbox,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub message_id: String,
    pub in_reply_to: Option<String>,
    pub references: Option<String>,
    pub auto_submitted: bool,
}

/// The templates of one mail with what they see.
struct Texts<'a> {
    app: &'a App,
    template: &'a str,
    context: minijinja::Value,
}

impl<'a> Texts<'a> {
    fn of(app: &'a App, settings: &Snapshot, row: &'a outbox::Model) -> Self {
        let (subject, text) = settings.mail.of(&row.template, &settings.firm, &words(&row.payload)).unwrap_or_default();
        let common = minijinja::context! {
            firm => value(&settings.firm),
            publicUrl => app.config.server.link(""),
            subject => subject,
            text => text,
        };
        let context = minijinja::context! { ..value(&row.payload), ..common };
        Self { app, template: &row.template, context }
    }

    fn part(&self, file: &str) -> Result<String> {
        self.app.templates.render(&format!("email/{}/{file}", self.template), self.context.clone())
    }

    /// A line break in a subject would begin a header.
    fn subject(&self) -> Result<String> {
        Ok(self.part("subject.txt")?.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl Rendered {
    /// The subject that a row of the outbox has with these settings.
    pub fn subject_of(app: &App, settings: &Snapshot, row: &outbox::Model) -> Result<String> {
        Texts::of(app, settings, row).subject()
    }

    /// Renders a row of the outbox with these settings.
    pub fn of(app: &App, settings: &Snapshot, row: &outbox::Model) -> Result<Self> {
        let texts = Texts::of(app, settings, row);
        let reply_to = settings.mail.reply_to.as_deref().map(address);
        Ok(Self {
            from: sender(app, settings)?,
            reply_to: reply_to.transpose()?.map(|address| Mailbox::new(None, address)),
            to: Mailbox::new(None, address(&row.recipient)?),
            subject: texts.subject()?,
            text: texts.part("body.txt")?,
            html: texts.part("body.html")?,
            message_id: row.message_id.clone(),
            in_reply_to: row.in_reply_to.clone(),
            references: row.references.clone(),
            auto_submitted: row.auto_submitted,
        })
    }

    /// The message with its headers and both parts (RFC 5322, multipart/alternative).
    pub fn message(&self, now: chrono::DateTime<chrono::Utc>) -> Result<Message> {
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(self.to.clone())
            .subject(&self.subject)
            .date(now.into())
            .message_id(Some(self.message_id.clone()));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        if let Some(id) = &self.in_reply_to {
            builder = builder.in_reply_to(id.clone());
        }
        if let Some(ids) = &self.references {
            builder = builder.references(ids.clone());
        }
        if self.auto_submitted {
            builder = builder.header(AutoSubmitted);
        }
        builder
            .multipart(MultiPart::alternative_plain_html(self.text.clone(), self.html.clone()))
            .map_err(Error::internal)
    }
}

/// An address for the envelope and the headers. Few servers take a domain that is not ASCII (SMTPUTF8).
fn address(text: &str) -> Result<Address> {
    let ascii = mailable(text).ok_or_else(|| Error::internal("an address whose domain is none"))?;
    ascii.parse().map_err(Error::internal)
}

/// Who mails come from: the address of the operator or of the firm, under the name that the firm wants.
fn sender(app: &App, settings: &Snapshot) -> Result<Mailbox> {
    let wanted = settings.mail.sender_name.clone();
    match &app.config.mail.mail_from {
        Some(from) => Ok(Mailbox::new(wanted.or_else(|| from.name.clone()), address(from.email.as_ref())?)),
        None => {
            let name = wanted.unwrap_or_else(|| settings.firm.name.clone());
            Ok(Mailbox::new(Some(name), address(&settings.firm.email)?))
        }
    }
}

/// What the firm's own texts can show of a letter.
fn words(payload: &Value) -> MailValues {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    MailValues {
        answer_time: text(payload.get("answerTime")),
        answer: text(payload.get("content")).unwrap_or_default(),
        client_name: text(payload.get("clientName")).unwrap_or_default(),
        staff_name: text(payload.pointer("/staff/name")).unwrap_or_default(),
    }
}

/// `Auto-Submitted: auto-generated` (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
