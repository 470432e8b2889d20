//! Taking a message in: checked, stored with its audit entry and its mails in one unit, answered after the commit.

use database::entity::messages::{self, Status};
use database::entity::{idempotency_keys, message_tags, notifications, outbox};
use sea_orm::IntoActiveModel as _;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::arrival::{Arrival, arrived};
use super::files::{self, Named};
use super::form_token::{self, Drawn};
use super::letters::{self, NoticeOfMessage};
use super::limits::{CONTACT, CONTACT_WITHOUT_TOKEN};
use super::response_time::usual_answer;
use super::rules::{self, Sorting};
use super::settings::Telling;
use super::spam::{self, Sign, Submission, Verdict};
use super::status::is_open;
use super::store::with_words;
use super::{blocked, tally, tell, thread_token};
use crate::app::App;
use crate::config::Guard;
use crate::error::Result;
use crate::http::RequestInfo;
use crate::http::rate_limit::Subject;
use crate::http::valid::Check;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::files::By;
use crate::platform::idempotency;
use crate::platform::limits;
use crate::platform::mail::Mail;
use crate::platform::settings::Snapshot;

/// Characters of one message.
pub const LONGEST: usize = 5_000;

/// What the contact form sends.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactForm {
    #[serde(default)]
    #[schema(required)]
    pub name: String,
    #[serde(default)]
    #[schema(required)]
    pub email: String,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub company: Option<String>,
    /// The slug of a service.
    #[serde(default)]
    pub service: Option<String>,
    /// At most 5,000 characters.
    #[serde(default)]
    #[schema(required)]
    pub message: String,
    #[serde(default)]
    pub visitor_id: Option<Uuid>,
    /// The visitor agrees that these details can be used to follow up.
    #[serde(default)]
    pub consent: bool,
    /// Leave this empty: it is a trap for bots. A message that fills it in is filed as spam.
    #[serde(default)]
    pub website: Option<String>,
    /// Leave this empty too: it is the trap of our own page. On its own, it marks a message as doubtful.
    #[serde(default)]
    pub extra: Option<String>,
    /// From the page, or from `GET /api/form-token`.
    #[serde(default)]
    pub form_token: Option<String>,
    /// Uploaded before with `POST /api/contact/files` and the same form token.
    #[serde(default)]
    pub files: Vec<Uuid>,
}

/// A message that is stored.
pub struct Received {
    pub id: Uuid,
}

/// Checks, limits and stores a message. `keep` makes the row that lets the same request get the same answer again.
pub async fn submit(
    app: &App,
    form: ContactForm,
    info: &RequestInfo,
    keep: impl FnOnce(&Received) -> Result<Option<idempotency_keys::Model>>,
) -> Result<Received> {
    let drawn = form_token::read(app, form.form_token.as_deref());
    let mut message = checked(app, &form, info)?;
    let place = form_token::form(app, form.form_token.as_deref()).unwrap_or_default();
    let files = Named::look_up(app, form.files.clone(), By::Stranger(place)).await?;
    message.search_text = with_words(&message.search_text, &files.words(""));
    // Counted after the check: who mistypes an address must not be shut out for it.
    let address = Subject::Address(info.ip.into());
    // The narrower limit first, so that what it refuses uses up nothing of the other.
    if drawn == Drawn::Unknown {
        app.limits.check(&CONTACT_WITHOUT_TOKEN, &address).await?;
    }
    app.limits.check(&CONTACT, &address).await?;
    let signs = signs(app, &form, &message, drawn).await?;
    let verdict = spam::verdict(&signs);
    message.signs = spam::stored(&signs);
    message.doubtful = verdict == Verdict::Doubtful;
    if verdict == Verdict::Spam {
        message.status = Status::Spam;
        message.waiting_id = None;
    }
    let received = Received { id: message.id };
    let kept = keep(&received)?;
    let id = message.id;
    let came = message.clone();
    let sorted = if verdict == Verdict::Spam { Sorting::default() } else { rules::of_new(app, &message).await? };
    sorted.apply(&mut message);
    let told = told(app, &message, &sorted, files.in_words()).await?;
    let entry = Entry {
        actor: None,
        action: "message.created",
        entity: (Entity::Message, Some(id)),
        changes: Changes::none().fact("status", came.status).fact("service", &message.service).field(
            "files",
            0,
            files.count(),
        ),
        from: info,
    }
    .row(&app.ids, message.created_at);
    let unit = (app.clone(), came, message, files, sorted, told, entry, kept);
    app.storage
        .write(unit, move |tx, (app, came, message, files, sorted, (mails, notices), entry, kept)| {
            Box::pin(async move {
                idempotency::write(tx.conn(), kept.as_ref()).await?;
                let mut message = message.clone();
                files.claim(tx.conn(), id, id, message.created_at).await?;
                rules::check_person(tx.conn(), &mut message).await?;
                tally::added(tx, &message);
                tx.audit(entry.clone());
                rules::note(tx, app, came, &message, sorted);
                tx.add(message.into_active_model());
                for tag in &sorted.tags {
                    tx.add(message_tags::ActiveModel::from(message_tags::Model {
                        message_id: id,
                        tag: tag.clone(),
                        activity_id: id,
                    }));
                }
                for mail in mails {
                    tx.mail(mail.clone());
                }
                tx.notify(notices.clone());
                tx.publish(Entity::Message.notice("message_created", Some(id)));
                Ok(())
            })
        })
        .await?;
    Ok(received)
}

fn checked(app: &App, form: &ContactForm, info: &RequestInfo) -> Result<messages::Model> {
    let mut check = Check::new();
    let name = check.line("name", &form.name, 100, "Please tell us your name.");
    let email = check.email("email", &form.email);
    let phone = check.optional_line("phone", form.phone.as_deref(), 40);
    let company = check.optional_line("company", form.company.as_deref(), 120);
    let service = check.optional_line("service", form.service.as_deref(), 60);
    let message = check.text("message", &form.message, LONGEST, "Write a few words, so that we know how to help.");
    files::check_count(app, &mut check, &form.files);
    let settings = app.settings.get();
    let service = service.and_then(|slug| {
        let offered = settings.service(&slug).map(|service| service.slug.clone());
        if offered.is_none() {
            check.refuse("service", "invalid", "We do not offer this service. Choose one from the list, or none.");
        }
        offered
    });
    check.done()?;
    let now = app.clock.now();
    Ok(messages::Model {
        service,
        consent: form.consent,
        visitor_id: form.visitor_id,
        ip_address: Some(info.ip.to_string()),
        user_agent: info.user_agent.clone(),
        ..arrived(app.ids.next(now), now, Arrival { name, email, phone, company, message })
    })
}

/// What speaks against a message. A block holds whatever the guard against programs does.
async fn signs(app: &App, form: &ContactForm, message: &messages::Model, drawn: Drawn) -> Result<Vec<Sign>> {
    if blocked::is_blocked(app, &message.email_key).await? {
        return Ok(vec![Sign::Blocked]);
    }
    if app.config.server.bot_guard == Guard::Off {
        return Ok(Vec::new());
    }
    let submission = Submission {
        api_trap: form.website.as_deref().unwrap_or_default(),
        page_trap: form.extra.as_deref().unwrap_or_default(),
        drawn,
        user_agent: message.user_agent.as_deref(),
        names: [&message.name, message.company.as_deref().unwrap_or_default()],
        text: &message.message,
    };
    Ok(spam::signs(submission, || own_words(&app.settings.get())))
}

/// What the firm says of itself and of what it offers.
fn own_words(settings: &Snapshot) -> String {
    let services = settings.services.iter().flat_map(|it| [&it.name, &it.summary, &it.intro]);
    let texts = [&settings.firm.name].into_iter().chain(services);
    texts.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Mails and notices about a new message; none about spam. What a rule has closed concerns nobody of the firm, but its
/// sender hears that it has arrived.
async fn told(
    app: &App,
    message: &messages::Model,
    sorted: &Sorting,
    files: Vec<String>,
) -> Result<(Vec<outbox::Model>, Vec<notifications::Model>)> {
    let (mut mails, mut notices) = (Vec::new(), Vec::new());
    if message.status == Status::Spam {
        return Ok((mails, notices));
    }
    if is_open(message.status) {
        if let Some((person, rule)) = &sorted.assign_to {
            (notices, mails) = tell::of_rule(app, message, *person, rule).await?;
        }
        let told: Vec<String> = mails.iter().map(|mail| mail.recipient.clone()).collect();
        mails.extend(of_firm(app, message, files, told).await?);
        notices.extend(tell::of_new(app, message).await?);
    }
    mails.extend(confirmation(app, message).await?);
    Ok((mails, notices))
}

/// The notice to the firm, and to the people who want it, without those who are told anyway.
async fn of_firm(
    app: &App,
    message: &messages::Model,
    files: Vec<String>,
    mut told: Vec<String>,
) -> Result<Vec<outbox::Model>> {
    let settings = app.settings.get();
    let telling = settings.part::<Telling>();
    let entity = Some((Entity::Message, message.id));
    let notice = letters::ContactNotice {
        message: NoticeOfMessage {
            name: message.name.clone(),
            email: message.email.clone(),
            phone: message.phone.clone(),
            company: message.company.clone(),
            service: message.service.as_deref().and_then(|slug| settings.service_name(slug)).map(str::to_owned),
            message: message.message.clone(),
            files,
            created_at: settings.hours.moment(message.created_at, None),
        },
        link: app.config.server.link(&format!("/admin/messages/{}?view=all", message.id)),
        doubtful: message.doubtful,
        to_client: telling.answers_to_client,
    };
    let firm = if telling.new_message { settings.notifications.recipients(&settings.firm) } else { Vec::new() };
    told.extend(firm.iter().cloned());
    let people = tell::mailed_of_new(app, message, &told).await?;
    let mail = |to: &String| telling.answers(Mail::new(to, &notice).about(entity), &message.email).row(app);
    firm.iter().chain(&people).map(mail).collect()
}

/// The confirmation to the visitor. It goes to an address that a stranger typed, so it is limited and says nothing that
/// they typed.
async fn confirmation(app: &App, message: &messages::Model) -> Result<Option<outbox::Model>> {
    let mailbox = Subject::Mailbox(message.email_key.clone());
    // Whoever is made to look like the sender of advertisements gets no mail of ours.
    if message.doubtful || app.limits.check(&limits::STRANGER_MAIL, &mailbox).await.is_err() {
        return Ok(None);
    }
    let confirmation = letters::ContactConfirmation {
        answer_time: usual_answer(app).await,
        thread_link: thread_token::link(app, message.id),
        thread_code: thread_token::code(app, message.id),
    };
    Mail::new(&message.email, &confirmation).about(Some((Entity::Message, message.id))).row(app).map(Some)
}
