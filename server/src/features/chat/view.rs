//! Rows as each side gets to see them.

use chrono::{DateTime, Utc};
use database::entity::chat_messages::{self as lines, Sender};
use database::entity::chat_notes as notes;
use database::entity::chat_sessions as sessions;

use super::frames::{ChatLine, ChatNote, ChatPage, ChatSession, Side, ToVisitor};
use super::store;
use crate::app::App;
use crate::error::Result;
use crate::platform::files::SentFile;
use crate::platform::known_names::NamesById;
use crate::platform::staff as people;

/// A line for a side: names that clients gave their lines are their own.
pub fn line(row: &lines::Model, names: &NamesById, reader: Side) -> ChatLine {
    let own = match reader {
        Side::Visitor => Sender::Visitor,
        Side::Staff => Sender::Staff,
    };
    ChatLine {
        session_id: row.session_id,
        seq: row.seq,
        id: row.id,
        client_id: row.client_id.clone().filter(|_| row.sender_type == own),
        from: row.sender_type,
        staff_id: row.sender_id.filter(|_| reader == Side::Staff),
        staff_name: row.sender_id.and_then(|id| names.get(&id).cloned()),
        content: row.content.clone(),
        event: row.event,
        files: files_of(row),
        redacted: row.redacted_at.is_some(),
        created_at: row.created_at,
    }
}

/// What was sent with a line.
pub fn files_of(row: &lines::Model) -> Vec<SentFile> {
    let kept = row.files.clone().map(serde_json::from_value::<Vec<SentFile>>);
    kept.and_then(Result::ok).unwrap_or_default()
}

/// A line as text, for mails and documents: what was written, and the names of what was sent with it.
pub fn words(row: &lines::Model) -> String {
    let files = files_of(row);
    let names = files.iter().map(|file| format!("[File: {}]", file.name));
    Some(row.content.clone()).filter(|text| !text.is_empty()).into_iter().chain(names).collect::<Vec<_>>().join("\n")
}

pub fn note(row: &notes::Model, names: &NamesById) -> ChatNote {
    ChatNote {
        session_id: row.session_id,
        note_seq: row.note_seq,
        id: row.id,
        client_id: row.client_id.clone(),
        staff_id: row.staff_id,
        staff_name: row.staff_id.and_then(|id| names.get(&id).cloned()),
        content: row.content.clone(),
        created_at: row.created_at,
    }
}

/// A session for its visitor.
pub fn for_visitor(row: &sessions::Model, names: &NamesById) -> ToVisitor {
    ToVisitor::Session {
        session_id: row.session_id,
        status: row.status,
        staff_name: row.staff_id.and_then(|id| names.get(&id).cloned()),
        started_at: row.started_at,
        last_activity: row.last_activity_at,
        unread: row.unread_by_visitor,
        last_seq: row.last_seq,
        visitor_read_seq: row.visitor_read_seq,
        staff_read_seq: row.staff_read_seq,
        visitor_name: row.visitor_name.clone(),
        visitor_email: row.visitor_email.clone(),
        rating: row.rating,
        feedback: row.feedback.clone(),
    }
}

/// Sessions for staff, in the order of the rows.
///
/// # Errors
/// The database is unavailable.
pub async fn for_staff(app: &App, rows: &[sessions::Model]) -> Result<Vec<ChatSession>> {
    let ids: Vec<_> = rows.iter().map(|row| row.session_id).collect();
    let mut tags = store::tags_of(app.storage.read(), &ids).await?;
    let names = people::names(app).await?;
    let now = app.clock.now();
    let one = |row: &sessions::Model| {
        let tags = tags.remove(&row.session_id).unwrap_or_default();
        session(row, &names, tags, app.chat.presence.is_online(row.session_id), now)
    };
    Ok(rows.iter().map(one).collect())
}

fn session(
    row: &sessions::Model,
    names: &NamesById,
    tags: Vec<String>,
    online: bool,
    now: DateTime<Utc>,
) -> ChatSession {
    ChatSession {
        session_id: row.session_id,
        status: row.status,
        staff_id: row.staff_id,
        staff_name: row.staff_id.and_then(|id| names.get(&id).cloned()),
        visitor_name: row.visitor_name.clone(),
        visitor_email: row.visitor_email.clone(),
        topic: row.topic.clone(),
        started_at: row.started_at,
        ended_at: row.ended_at,
        last_activity: row.last_activity_at,
        waiting_since: row.waiting_since,
        waiting_seconds: row.waiting_since.map(|since| (now - since).num_seconds().max(0)),
        unread: row.unread_by_staff,
        last_seq: row.last_seq,
        visitor_read_seq: row.visitor_read_seq,
        staff_read_seq: row.staff_read_seq,
        last_line: row.last_line.clone(),
        last_from: row.last_from,
        last_staff_name: row.last_by.and_then(|id| names.get(&id).cloned()),
        rating: row.rating,
        feedback: row.feedback.clone(),
        page: row.page_url.clone().map(|url| ChatPage {
            url,
            title: row.page_title.clone(),
            referrer: row.referrer.clone(),
        }),
        tags,
        is_spam: row.is_spam,
        missed: row.ended_at.is_some() && row.first_replied_at.is_none(),
        online,
        version: row.version,
    }
}
