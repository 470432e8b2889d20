//! The thread as the client sees it, and the client's answers into it.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use database::entity::idempotency_keys;
use database::entity::message_replies;
use database::entity::messages::{self, Status};
use sea_orm::{ActiveModelTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::contact::LONGEST;
use super::files::{self, Named};
use super::letters;
use super::limits::CLIENT_REPLY;
use super::settings::Telling;
use super::{store, tell, thread_token};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::RequestInfo;
use crate::http::rate_limit::Subject;
use crate::http::valid::Check;
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::files::{By, SentFile};
use crate::platform::idempotency;
use crate::platform::mail::Mail;
use crate::platform::staff as people;

/// A message with its replies, without anything internal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClientThread {
    pub id: Uuid,
    pub name: String,
    /// Name of the service.
    pub service: Option<String>,
    pub message: String,
    /// What was sent with it.
    pub files: Vec<SentFile>,
    pub created_at: DateTime<Utc>,
    pub firm_name: String,
    pub thread: Vec<ThreadEntry>,
    /// False if the conversation is closed because the message was marked as spam.
    pub can_reply: bool,
}

/// One reply.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ThreadEntry {
    /// `client` or `firm`.
    pub from: String,
    pub author: Option<String>,
    pub content: String,
    /// What was sent with it.
    pub files: Vec<SentFile>,
    pub created_at: DateTime<Utc>,
}

/// The thread of a message, for whoever has its code.
pub async fn client_thread(app: &App, id: Uuid, code: &str) -> Result<ClientThread> {
    let message = open(app, id, code).await?;
    let conn = app.storage.read();
    let names = people::names(app).await?;
    let now = app.clock.now();
    let mut files = files::by_line(conn, id, now).await?;
    let thread = store::replies_of(conn, id)
        .await?
        .into_iter()
        .filter(|reply| reply.held_until.is_none_or(|until| until <= now))
        .map(|reply| ThreadEntry {
            from: if reply.staff_id.is_some() { "firm" } else { "client" }.to_owned(),
            author: reply.staff_id.and_then(|staff| names.get(&staff).cloned()),
            content: reply.content,
            files: files.remove(&reply.id).unwrap_or_default(),
            created_at: reply.created_at,
        })
        .collect();
    let settings = app.settings.get();
    Ok(ClientThread {
        id,
        service: message.service.as_deref().and_then(|slug| settings.service_name(slug)).map(str::to_owned),
        name: message.name,
        message: message.message,
        files: files.remove(&id).unwrap_or_default(),
        created_at: message.created_at,
        firm_name: settings.firm.name.clone(),
        thread,
        can_reply: message.status != Status::Spam,
    })
}

/// Adds an answer of the client, a text and files; answers with its id. The same again within ten minutes is the same
/// answer, because a reloaded page sends its form again.
pub async fn answer_as_client(
    app: &App,
    id: Uuid,
    code: &str,
    (content, files): (&str, &[Uuid]),
    info: &RequestInfo,
    keep: impl FnOnce(Uuid) -> Result<Option<idempotency_keys::Model>>,
) -> Result<Uuid> {
    check_code(app, id, code)?;
    app.limits.check(&CLIENT_REPLY, &Subject::Key(id.to_string())).await?;
    let mut check = Check::new();
    let content = check.text("content", content, LONGEST, "Write something first.");
    files::check_count(app, &mut check, files);
    check.done()?;
    let message = open_for_reply(app, id, code).await?;
    let (now, conn) = (app.clock.now(), app.storage.read());
    let reply = message_replies::Model {
        id: app.ids.next(now),
        message_id: id,
        staff_id: None,
        content,
        outbox_id: None,
        held_until: None,
        created_at: now,
    };
    if let Some(known) = same(conn, &reply, files).await? {
        return Ok(known);
    }
    let files = Named::look_up(app, files.to_vec(), By::Stranger(id)).await?;
    let mails = notices(app, &message, &reply, &files).await?;
    let entry = Entry {
        actor: None,
        action: "message.client_replied",
        entity: (Entity::Message, Some(id)),
        changes: Changes::none().field("files", 0, files.count()),
        from: info,
    }
    .row(&app.ids, now);
    let reply_id = reply.id;
    let kept = keep(reply_id)?;
    let told = tell::of_answer(app, &message).await?;
    app.storage
        .write((reply, files, mails, told, entry, kept), move |tx, (reply, files, mails, told, entry, kept)| {
            Box::pin(async move {
                // Of two that come at once, the second waits here and then sees the first.
                store::locked(tx.conn(), id).await?.ok_or(Error::NotFound)?;
                if let Some(known) = same(tx.conn(), reply, files.ids()).await? {
                    return Ok(known);
                }
                idempotency::write(tx.conn(), kept.as_ref()).await?;
                files.claim(tx.conn(), id, reply_id, reply.created_at).await?;
                reply.clone().into_active_model().insert(tx.conn()).await?;
                store::client_answered(tx, reply, &files.words(&reply.content)).await?;
                for mail in mails {
                    tx.mail(mail.clone());
                }
                tx.notify(told.clone());
                tx.audit(entry.clone());
                tx.publish(Entity::Message.notice("client_replied", Some(id)));
                Ok(reply_id)
            })
        })
        .await
}

/// The reply, if the client has sent the very text and files a moment ago.
async fn same(
    conn: &impl ConnectionTrait,
    reply: &message_replies::Model,
    files: &[Uuid],
) -> Result<Option<Uuid>, DbErr> {
    let last = store::last_reply_of(conn, reply.message_id).await?.filter(|last| {
        last.staff_id.is_none()
            && last.content == reply.content
            && last.created_at + Duration::minutes(10) > reply.created_at
    });
    let Some(last) = last else { return Ok(None) };
    let theirs = files::by_line(conn, reply.message_id, reply.created_at).await?.remove(&last.id).unwrap_or_default();
    let theirs: HashSet<Uuid> = theirs.into_iter().map(|file| file.file_id).collect();
    Ok((theirs == files.iter().copied().collect()).then_some(last.id))
}

/// Lets only those in who have the code. Checked before any query, so that a wrong code tells nothing about which
/// messages exist.
///
/// # Errors
/// The code is wrong.
pub fn check_code(platform: &Platform, id: Uuid, code: &str) -> Result<()> {
    if thread_token::opens(platform, id, code) { Ok(()) } else { Err(Error::Unauthenticated) }
}

async fn open(app: &App, id: Uuid, code: &str) -> Result<messages::Model> {
    check_code(app, id, code)?;
    messages::Entity::find_by_id(id).one(app.storage.read()).await?.ok_or(Error::NotFound)
}

/// The message of a conversation into which its client can write.
///
/// # Errors
/// The code is wrong, there is no such message, or the conversation is closed.
pub async fn open_for_reply(app: &App, id: Uuid, code: &str) -> Result<messages::Model> {
    let message = open(app, id, code).await?;
    if message.status == Status::Spam {
        return Err(Error::Conflict("This conversation is closed. Write a new message instead.".into()));
    }
    Ok(message)
}

/// True for a reply that the client does not see yet.
///
/// # Errors
/// The database is unavailable.
pub async fn is_held_back(conn: &impl ConnectionTrait, line: Uuid, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let reply = message_replies::Entity::find_by_id(line).one(conn).await?;
    Ok(reply.and_then(|reply| reply.held_until).is_some_and(|until| until > now))
}

/// Tells whom the settings name: the person whose message it is, the firm, or both.
async fn notices(
    app: &App,
    message: &messages::Model,
    reply: &message_replies::Model,
    files: &Named,
) -> Result<Vec<database::entity::outbox::Model>> {
    let assignee = tell::mailed_of_answer(app, message).await?;
    let settings = app.settings.get();
    let firm = settings.notifications.recipients(&settings.firm);
    let telling = settings.part::<Telling>();
    let told = telling.of_client_reply(firm, assignee.map(|person| person.email));
    let letter = letters::ClientReplyNotice {
        client_name: message.name.clone(),
        content: reply.content.clone(),
        files: files.in_words(),
        link: app.config.server.link(&format!("/admin/messages/{}?view=all", message.id)),
        to_client: telling.answers_to_client,
    };
    let entity = Some((Entity::Message, message.id));
    told.iter().map(|to| telling.answers(Mail::new(to, &letter).about(entity), &message.email).row(app)).collect()
}
