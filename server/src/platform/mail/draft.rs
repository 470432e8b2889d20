//! From a letter to a row of the outbox, and from the row to a message on the wire.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use serde_json::{Value, json};
use uuid::Uuid;

use super::letter::{Letter, LetterKind, SAMPLE_URL};
use super::look::Look;
use crate::error::{Error, Result};
use crate::http::valid::{has_plain_name, in_order, mailable};
use crate::platform::Platform;
use crate::platform::entity::Entity;
use crate::platform::settings::Snapshot;
use crate::secrets::Purpose;
use crate::templates::value;
use chrono::{DateTime, Utc};
use database::entity::audit_logs;
use database::entity::outbox::{self, Lane};

/// A mail that a unit of work decides. As it begins, a program wrote it, it starts a thread, and it is due at once.
pub struct Mail<'a> {
    to: &'a str,
    template: &'static str,
    values: serde_json::Result<Value>,
    secret: bool,
    entity: Option<(Entity, Uuid)>,
    reply_to: Option<String>,
    thread: Vec<String>,
    automatic: bool,
    due: Option<DateTime<Utc>>,
    lane: Lane,
}

impl<'a> Mail<'a> {
    pub fn new<L: Letter>(to: &'a str, letter: &L) -> Self {
        Self { secret: L::SECRET, ..Self::of(to, L::TEMPLATE, serde_json::to_value(letter)) }
    }

    /// The sample of a kind of letter; its links lead where those of real ones do.
    pub fn sample(platform: &Platform, to: &'a str, kind: &LetterKind) -> Self {
        let here = platform.config.server.link("");
        let values = (kind.sample)().map(|values| with_links(values, &here));
        Self::of(to, kind.template, values)
    }

    fn of(to: &'a str, template: &'static str, values: serde_json::Result<Value>) -> Self {
        Self {
            to,
            template,
            values,
            secret: false,
            entity: None,
            reply_to: None,
            thread: Vec::new(),
            automatic: true,
            due: None,
            lane: Lane::Prompt,
        }
    }

    /// What it is about: notices and the dashboard find it by that.
    #[must_use]
    pub fn about(mut self, entity: impl Into<Option<(Entity, Uuid)>>) -> Self {
        self.entity = entity.into();
        self
    }

    /// Answers go to that address, and not to that of the settings.
    #[must_use]
    pub fn answered_to(mut self, address: &str) -> Self {
        self.reply_to = Some(address.to_owned());
        self
    }

    /// Message ids of the thread that it goes on, oldest first.
    #[must_use]
    pub fn in_thread(mut self, ids: Vec<String>) -> Self {
        self.thread = ids;
        self
    }

    /// A person wrote it. All others say that no machine should answer them (RFC 3834).
    #[must_use]
    pub fn by_a_person(mut self) -> Self {
        self.automatic = false;
        self
    }

    /// It leaves at that moment and not before; none: at once.
    #[must_use]
    pub fn due(mut self, at: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.due = at.into();
        self
    }

    /// It is one of many that nobody waits for: those that somebody waits for go past it.
    #[must_use]
    pub fn in_bulk(mut self) -> Self {
        self.lane = Lane::Bulk;
        self
    }

    /// The row for the outbox.
    pub fn row(self, platform: &Platform) -> Result<outbox::Model> {
        let now = platform.clock.now();
        let (id, due) = (platform.ids.next(now), self.due.unwrap_or(now));
        let values = self.values.map_err(Error::internal)?;
        Ok(outbox::Model {
            id,
            template: self.template.to_owned(),
            recipient: self.to.to_owned(),
            payload: if self.secret { seal(platform, id, &values) } else { values },
            message_id: message_id_of(platform, id),
            reply_to: self.reply_to,
            in_reply_to: self.thread.last().cloned(),
            references: (!self.thread.is_empty()).then(|| self.thread.join(" ")),
            auto_submitted: self.automatic,
            entity_type: self.entity.map(|(kind, _)| kind.name().to_owned()),
            entity_id: self.entity.map(|(_, id)| id),
            state: outbox::State::Pending,
            lane: self.lane,
            attempts: 0,
            due_at: Some(due),
            next_attempt_at: due,
            lease_owner: None,
            lease_until: None,
            last_error: None,
            fault: None,
            created_at: now,
            sent_at: None,
        })
    }
}

/// Values whose links lead to `here` and not to the place that samples name.
fn with_links(values: Value, here: &str) -> Value {
    match values {
        Value::String(text) => Value::String(match text.strip_prefix(SAMPLE_URL) {
            Some(path) => format!("{here}{path}"),
            None => text,
        }),
        Value::Array(all) => all.into_iter().map(|one| with_links(one, here)).collect(),
        Value::Object(all) => all.into_iter().map(|(name, one)| (name, with_links(one, here))).collect(),
        other => other,
    }
}

/// The one field of values that are sealed.
const SEALED: &str = "sealed";

/// The values of a letter that opens something, for nobody but this program and that mail.
fn seal(platform: &Platform, id: Uuid, values: &Value) -> Value {
    let sealed = platform.keys.seal(Purpose::Letter, id.as_bytes(), values.to_string().as_bytes());
    json!({ SEALED: URL_SAFE_NO_PAD.encode(sealed) })
}

/// The values of a mail. Sealed ones that no key opens are none.
fn opened<'r>(platform: &Platform, row: &'r outbox::Model) -> Cow<'r, Value> {
    let Some(sealed) = row.payload.get(SEALED).and_then(Value::as_str) else { return Cow::Borrowed(&row.payload) };
    let open = |sealed: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let plain = platform.keys.open_sealed(Purpose::Letter, row.id.as_bytes(), &bytes)?;
        serde_json::from_slice(&plain).ok()
    };
    Cow::Owned(open(sealed).unwrap_or_default())
}

/// Sends these mails and notes it in the audit trail, in one unit: a job that runs twice does both once.
pub async fn send_noted(platform: &Platform, mails: Vec<outbox::Model>, entry: audit_logs::Model) -> Result<()> {
    platform
        .storage
        .write((mails, entry), |tx, (mails, entry)| {
            Box::pin(async move {
                for mail in mails {
                    tx.mail(mail.clone());
                }
                tx.audit(entry.clone());
                Ok(())
            })
        })
        .await
}

/// The `Message-ID` that belongs to an id: fixed, so that a mail that goes out twice can be told.
pub fn message_id_of(platform: &Platform, id: Uuid) -> String {
    format!("<{}@{}>", id.simple(), platform.config.server.host())
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
    platform: &'a Platform,
    template: &'a str,
    context: minijinja::Value,
}

impl<'a> Texts<'a> {
    fn of(platform: &'a Platform, settings: &Snapshot, row: &'a outbox::Model) -> Self {
        let kind = platform.letter(&row.template);
        let words = kind.and_then(|kind| kind.words);
        let values = opened(platform, row);
        let (subject, text) = words.map(|words| words(settings, &values)).unwrap_or_default();
        let common = minijinja::context! {
            firm => value(&settings.firm),
            look => value(Look::of(&settings.firm)),
            publicUrl => platform.config.server.link(""),
            subject => subject,
            text => text,
        };
        let context = minijinja::context! { ..value(&*values), ..common };
        Self { platform, template: &row.template, context }
    }

    fn part(&self, file: &str) -> Result<String> {
        self.platform.templates.render(&format!("email/{}/{file}", self.template), self.context.clone())
    }

    /// A line break in a subject would begin a header. What looks like an encoded word (RFC 2047) is parted by a letter that
    /// nobody sees: a mail program would show something else than what is written there.
    fn subject(&self) -> Result<String> {
        let line = self.part("subject.txt")?.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(in_order(&line).replace("=?", "=\u{2060}?"))
    }
}

impl Rendered {
    /// The subject that a row of the outbox has with these settings.
    pub fn subject_of(platform: &Platform, settings: &Snapshot, row: &outbox::Model) -> Result<String> {
        Texts::of(platform, settings, row).subject()
    }

    /// Renders a row of the outbox with these settings.
    pub fn of(platform: &Platform, settings: &Snapshot, row: &outbox::Model) -> Result<Self> {
        let texts = Texts::of(platform, settings, row);
        // An address of a visitor that no header can hold is left out; the mail has it in its text.
        let own = row.reply_to.as_deref().filter(|to| has_plain_name(to)).and_then(|to| address(to).ok()).map(Ok);
        let reply_to = own.or_else(|| settings.mail.reply_to.as_deref().map(address));
        Ok(Self {
            from: sender(platform, settings)?,
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
fn sender(platform: &Platform, settings: &Snapshot) -> Result<Mailbox> {
    let wanted = settings.mail.sender_name.clone();
    match &platform.config.mail.mail_from {
        Some(from) => Ok(Mailbox::new(wanted.or_else(|| from.name.clone()), address(from.email.as_ref())?)),
        None => {
            let name = wanted.unwrap_or_else(|| settings.firm.name.clone());
            Ok(Mailbox::new(Some(name), address(&settings.firm.email)?))
        }
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
