//! What the API shows of messages.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use database::entity::messages::{self, LineKind, Status};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::find::{self, Row};
use super::reads::{self, Seen};
use super::settings::Sending;
use super::{blocked, files, later, spam, store, thread_token};
use crate::app::App;
use crate::error::{Error, Result};
use crate::ids::time_of;
use crate::platform::files::{FileLimits, SentFile};
use crate::platform::mail::{self, MailState};
use crate::platform::{audit, staff as people};

/// A person by name.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Person {
    pub id: Uuid,
    pub name: String,
}

/// A message in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageSummary {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub company: Option<String>,
    /// The slug.
    pub service: Option<String>,
    pub service_name: Option<String>,
    /// The start of the text, in one line.
    pub excerpt: String,
    /// The newest line of the thread.
    pub last_line: LastLine,
    /// In a search: the line that holds the words, around them, if neither the newest line nor name and address do.
    pub found: Option<LastLine>,
    pub status: Status,
    pub assigned_to: Option<Person>,
    pub tags: Vec<String>,
    pub created_at: DateTime<Utc>,
    /// The last change of any kind. Lists go by the newest line: see `lastLine`.
    pub last_activity_at: DateTime<Utc>,
    /// Replies from both sides.
    pub reply_count: i32,
    pub client_replied_at: Option<DateTime<Utc>>,
    /// You have not read the newest line of the client.
    pub unread: bool,
    /// Since when the client waits for a reply; null: they do not.
    pub waiting_since: Option<DateTime<Utc>>,
    /// The email with the newest reply was refused or given up, so the client may not know of it.
    pub undelivered: bool,
    /// The day on which it comes back among the open messages.
    pub snoozed_until: Option<NaiveDate>,
    /// The day on which somebody wants to look at it again.
    pub follow_up_on: Option<NaiveDate>,
    /// Something speaks against it: the firm was told, and the sender got no confirmation.
    pub doubtful: bool,
}

/// A line of a thread, in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastLine {
    pub kind: LineKind,
    /// Null for the client.
    pub author: Option<Person>,
    /// A part of it, in one line.
    pub excerpt: String,
    pub created_at: DateTime<Utc>,
}

/// A message with its thread.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageDetail {
    #[serde(flatten)]
    pub summary: MessageSummary,
    pub phone: Option<String>,
    pub message: String,
    /// What was sent with it.
    pub files: Vec<SentFile>,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub consent: bool,
    /// What spoke against it when it came: `api_trap page_trap haste crawler links markup script phrase phrases blocked`.
    pub signs: Vec<&'static str>,
    /// Staff blocked the sender: what they write is spam.
    pub sender_blocked: bool,
    /// The `ETag`; send it as `If-Match` with a change.
    pub version: i32,
    pub thread: Vec<ThreadItem>,
    pub history: Vec<HistoryItem>,
    /// The page where the client reads the thread.
    pub thread_url: String,
    pub client: Client,
    /// Seconds for which the dashboard holds a reply back: `mail.undoSendSeconds`.
    pub undo_send_seconds: u64,
    /// Files that a reply can have.
    pub file_limits: FileLimits,
    /// Undoes the change that led to this response, within ten seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub undo_id: Option<Uuid>,
}

/// One entry of a thread.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ThreadItem {
    pub kind: LineKind,
    pub id: Uuid,
    /// Null for the client.
    pub author: Option<Person>,
    pub content: String,
    /// What was sent with it.
    pub files: Vec<SentFile>,
    pub created_at: DateTime<Utc>,
    /// The email that delivers it, if there is one.
    pub mail: Option<MailState>,
    /// When a reply that is held back leaves; until then the client does not see it.
    pub leaves_at: Option<DateTime<Utc>>,
    /// Undoes your reply, until it leaves.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub undo_id: Option<Uuid>,
}

/// One audit entry of the message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryItem {
    pub id: Uuid,
    /// Null for the client or the program.
    pub actor: Option<String>,
    pub action: String,
    pub changes: Option<Value>,
    pub created_at: DateTime<Utc>,
    /// In words, without the actor.
    pub sentence: String,
}

/// What else is known about the client.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    /// Other messages from the same address, at most 10.
    pub other_messages: Vec<OtherMessage>,
}

/// Another message from the same client.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OtherMessage {
    pub id: Uuid,
    pub excerpt: String,
    pub status: Status,
    pub created_at: DateTime<Utc>,
}

/// Rows that were read for a person, with the names of people and services.
pub async fn summaries(app: &App, me: Uuid, rows: Vec<Row>) -> Result<Vec<MessageSummary>> {
    let names = people::names(app).await?;
    Ok(rows.into_iter().map(|row| summary(app, me, row, &names)).collect())
}

fn summary(app: &App, me: Uuid, row: Row, names: &HashMap<Uuid, String>) -> MessageSummary {
    let settings = app.settings.get();
    let service_name = row.service.as_deref().and_then(|slug| settings.service_name(slug).map(str::to_owned));
    let service = row.service.map(|slug| settings.current_slug(slug));
    let zone = settings.hours.zone();
    let seen = Seen { own: row.seen_own, all: row.seen_all };
    let excerpt = one_line(&row.excerpt);
    MessageSummary {
        unread: seen.is_before(row.client_replied_at.unwrap_or(row.created_at), me),
        last_line: LastLine {
            kind: row.last_line_kind.unwrap_or(LineKind::Client),
            author: row.last_line_by.and_then(|id| person(names, id)),
            excerpt: row.last_line.as_deref().map_or_else(|| excerpt.clone(), one_line),
            created_at: row.last_line_at.unwrap_or(row.created_at),
        },
        found: None,
        waiting_since: row.waiting_id.map(time_of),
        undelivered: row.undelivered,
        snoozed_until: row.snoozed_until.map(|at| later::day_of(at, zone)),
        follow_up_on: row.follow_up_at.map(|at| later::day_of(at, zone)),
        id: row.id,
        name: row.name,
        email: row.email,
        company: row.company,
        service,
        service_name,
        excerpt,
        status: row.status,
        assigned_to: row.assigned_to.and_then(|id| person(names, id)),
        tags: row.tags.as_deref().map(sorted).unwrap_or_default(),
        created_at: row.created_at,
        last_activity_at: row.last_activity_at,
        reply_count: row.reply_count,
        client_replied_at: row.client_replied_at,
        doubtful: row.doubtful,
    }
}

/// A message with everything that its page shows, for a person.
pub async fn detail(app: &App, me: Uuid, id: Uuid) -> Result<MessageDetail> {
    use sea_orm::EntityTrait as _;
    let conn = app.storage.read();
    let message = messages::Entity::find_by_id(id).one(conn).await?.ok_or(Error::NotFound)?;
    let seen = reads::seen(conn, id, me).await?;
    let names = people::names(app).await?;
    let tags = store::tags_of(conn, vec![id]).await?.remove(&id).unwrap_or_default();
    let history = audit::of_entity(conn, "message", id, 100).await?;
    let told = audit::Names::inside(names.clone());
    let other = find::of_client(conn, me, &message.email_key, id, 10).await?;
    let now = app.clock.now();
    let mut files = files::by_line(conn, id, now).await?;
    Ok(MessageDetail {
        files: files.remove(&id).unwrap_or_default(),
        thread: thread(conn, id, &names, me, now, files).await?,
        file_limits: files::file_limits(app),
        undo_send_seconds: app.settings.get().part::<Sending>().undo_send_seconds,
        history: history
            .into_iter()
            .map(|entry| HistoryItem {
                actor: entry.user_id.and_then(|id| names.get(&id).cloned()),
                sentence: app.sentence(&entry, &told),
                id: entry.id,
                action: entry.action,
                changes: entry.changes,
                created_at: entry.created_at,
            })
            .collect(),
        thread_url: thread_token::link(app, id),
        client: Client {
            other_messages: other
                .into_iter()
                .map(|row| OtherMessage {
                    id: row.id,
                    excerpt: one_line(&row.excerpt),
                    status: row.status,
                    created_at: row.created_at,
                })
                .collect(),
        },
        phone: message.phone.clone(),
        message: message.message.clone(),
        ip_address: message.ip_address.clone(),
        user_agent: message.user_agent.clone(),
        consent: message.consent,
        signs: spam::names(message.signs.as_deref()),
        sender_blocked: blocked::is_blocked(app, &message.email_key).await?,
        version: message.version,
        undo_id: None,
        summary: summary(app, me, row_of(message, &tags, seen), &names),
    })
}

async fn thread(
    conn: &impl ConnectionTrait,
    id: Uuid,
    names: &HashMap<Uuid, String>,
    me: Uuid,
    now: DateTime<Utc>,
    mut files: HashMap<Uuid, Vec<SentFile>>,
) -> Result<Vec<ThreadItem>> {
    let replies = store::replies_of(conn, id).await?;
    let mut mails = mail::states(conn, replies.iter().filter_map(|reply| reply.outbox_id).collect()).await?;
    let mut items: Vec<ThreadItem> = replies
        .into_iter()
        .map(|reply| {
            let leaves_at = reply.held_until.filter(|until| *until > now);
            ThreadItem {
                kind: if reply.staff_id.is_some() { LineKind::Reply } else { LineKind::Client },
                author: reply.staff_id.and_then(|id| person(names, id)),
                mail: reply.outbox_id.and_then(|id| mails.remove(&id)),
                undo_id: leaves_at.filter(|_| reply.staff_id == Some(me)).map(|_| reply.id),
                leaves_at,
                files: files.remove(&reply.id).unwrap_or_default(),
                id: reply.id,
                content: reply.content,
                created_at: reply.created_at,
            }
        })
        .collect();
    items.extend(store::notes_of(conn, id).await?.into_iter().map(|note| ThreadItem {
        kind: LineKind::Note,
        author: person(names, note.staff_id),
        mail: None,
        leaves_at: None,
        undo_id: None,
        files: Vec::new(),
        id: note.id,
        content: note.content,
        created_at: note.created_at,
    }));
    items.sort_by_key(|item| (item.created_at, item.id));
    Ok(items)
}

fn row_of(message: messages::Model, tags: &[String], seen: Seen) -> Row {
    Row {
        id: message.id,
        name: message.name,
        email: message.email,
        company: message.company,
        service: message.service,
        excerpt: message.message.chars().take(usize::from(find::EXCERPT)).collect(),
        status: message.status,
        assigned_to: message.assigned_to,
        created_at: message.created_at,
        last_activity_at: message.last_activity_at,
        reply_count: message.reply_count,
        client_replied_at: message.client_replied_at,
        last_line: message.last_line,
        last_line_kind: message.last_line_kind,
        last_line_by: message.last_line_by,
        last_line_at: message.last_line_at,
        activity_id: message.activity_id,
        waiting_id: message.waiting_id,
        undelivered: message.undelivered,
        snoozed_until: message.snoozed_until,
        follow_up_at: message.follow_up_at,
        seen_own: seen.own,
        seen_all: seen.all,
        doubtful: message.doubtful,
        tags: (!tags.is_empty()).then(|| tags.join(",")),
    }
}

fn person(names: &HashMap<Uuid, String>, id: Uuid) -> Option<Person> {
    names.get(&id).map(|name| Person { id, name: name.clone() })
}

fn sorted(tags: &str) -> Vec<String> {
    let mut tags: Vec<String> = tags.split(',').map(str::to_owned).collect();
    tags.sort_unstable();
    tags
}

fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_ascii_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}
