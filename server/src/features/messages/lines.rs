//! The newest line of a thread, by which its message stands in lists, and since when the client waits for a reply.

use chrono::{DateTime, Utc};
use database::entity::messages::{ActiveModel, Column, Entity, LineKind, Model, Status};
use database::entity::{message_notes, message_replies, message_tags};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, Set};
use uuid::Uuid;

use super::find::EXCERPT;
use super::status::is_open;
use super::store;

/// A line of a thread after the message itself.
pub struct Line<'a> {
    pub id: Uuid,
    pub kind: LineKind,
    /// None: the client.
    pub by: Option<Uuid>,
    pub content: &'a str,
    pub at: DateTime<Utc>,
}

impl<'a> Line<'a> {
    pub fn of_reply(reply: &'a message_replies::Model) -> Self {
        let kind = if reply.staff_id.is_some() { LineKind::Reply } else { LineKind::Client };
        Self { id: reply.id, kind, by: reply.staff_id, content: &reply.content, at: reply.created_at }
    }

    pub fn of_note(note: &'a message_notes::Model) -> Self {
        let (kind, by) = (LineKind::Note, Some(note.staff_id));
        Self { id: note.id, kind, by, content: &note.content, at: note.created_at }
    }
}

/// Makes a line the newest one, and the message stand by it in lists.
pub fn set_newest(row: &mut ActiveModel, line: &Line<'_>) {
    row.activity_id = Set(line.id);
    set(row, Some(line));
}

/// Shows a line as the newest one; none: the message itself.
pub fn set(row: &mut ActiveModel, line: Option<&Line<'_>>) {
    row.last_line = Set(line.map(|line| start_of(line.content)));
    row.last_line_kind = Set(line.map(|line| line.kind));
    row.last_line_by = Set(line.and_then(|line| line.by));
    row.last_line_at = Set(line.map(|line| line.at));
}

/// The part of a line that lists show.
fn start_of(content: &str) -> String {
    content.chars().take(usize::from(EXCERPT)).collect()
}

/// The tags of a message stand where the message stands.
pub async fn move_tags(conn: &impl ConnectionTrait, message: Uuid, activity_id: Uuid) -> Result<(), DbErr> {
    message_tags::Entity::update_many()
        .col_expr(message_tags::Column::ActivityId, Expr::value(activity_id))
        .filter(message_tags::Column::MessageId.eq(message))
        .exec(conn)
        .await
        .map(drop)
}

/// The newest line after the message itself.
pub fn newest<'a>(replies: &'a [message_replies::Model], notes: &'a [message_notes::Model]) -> Option<Line<'a>> {
    replies.iter().map(Line::of_reply).chain(notes.iter().map(Line::of_note)).max_by_key(|line| line.id)
}

/// Makes a message stand where its thread says, before it is inserted with it.
pub fn settle(message: &mut Model, replies: &[message_replies::Model], notes: &[message_notes::Model]) {
    if let Some(line) = newest(replies, notes) {
        message.activity_id = line.id;
        message.last_line = Some(start_of(line.content));
        message.last_line_kind = Some(line.kind);
        message.last_line_by = line.by;
        message.last_line_at = Some(line.at);
    }
    message.waiting_id = waiting(message.id, message.status, replies, message.undelivered);
}

/// Looks for the newest line again, after one was deleted. The message stays where it stands in lists.
pub async fn read_newest_again(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), DbErr> {
    let (replies, notes) = (store::replies_of(conn, id).await?, store::notes_of(conn, id).await?);
    let mut row = ActiveModel { id: Set(id), ..Default::default() };
    set(&mut row, newest(&replies, &notes).as_ref());
    Entity::update_many().set(row).filter(Column::Id.eq(id)).exec(conn).await.map(drop)
}

/// Since which line the client of a message with that status waits, by the thread as it is stored.
pub async fn waits_since(
    conn: &impl ConnectionTrait,
    message: Uuid,
    status: Status,
    undelivered: bool,
) -> Result<Option<Uuid>, DbErr> {
    Ok(waiting(message, status, &store::replies_of(conn, message).await?, undelivered))
}

/// The same, by the replies of both sides in order.
pub fn waiting(message: Uuid, status: Status, replies: &[message_replies::Model], undelivered: bool) -> Option<Uuid> {
    let sides: Vec<(Uuid, bool)> = replies.iter().map(|reply| (reply.id, reply.staff_id.is_some())).collect();
    if is_open(status) { first_unanswered(message, &sides, undelivered) } else { None }
}

/// The first line of the client after what reached them last; none: they were answered. `lines` are the replies of both
/// sides in order, with true for those of the firm, of which the last one is not counted if it was not delivered.
fn first_unanswered(message: Uuid, lines: &[(Uuid, bool)], undelivered: bool) -> Option<Uuid> {
    let answers = lines.iter().enumerate().filter(|(_, (_, of_firm))| *of_firm).map(|(at, _)| at);
    match answers.rev().nth(usize::from(undelivered)) {
        None => Some(message),
        Some(at) => lines[at + 1..].iter().find(|(_, of_firm)| !of_firm).map(|(id, _)| *id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_waits_since_their_first_line_that_nothing_followed() {
        let id = Uuid::from_u128;
        let (message, client, firm) = (id(1), |n| (id(n), false), |n| (id(n), true));
        let waits = |lines: &[(Uuid, bool)], undelivered| first_unanswered(message, lines, undelivered);
        assert_eq!(waits(&[], false), Some(message));
        assert_eq!(waits(&[client(2)], false), Some(message));
        assert_eq!(waits(&[firm(2)], false), None);
        assert_eq!(waits(&[firm(2), client(3), client(4)], false), Some(id(3)));
        assert_eq!(waits(&[firm(2), client(3), firm(4)], false), None);
        assert_eq!(waits(&[firm(2), client(3), firm(4)], true), Some(id(3)));
        assert_eq!(waits(&[firm(2), client(3), firm(4), client(5)], true), Some(id(3)));
        assert_eq!(waits(&[firm(2)], true), Some(message));
        assert_eq!(waits(&[firm(2), firm(3)], true), None);
    }
}
