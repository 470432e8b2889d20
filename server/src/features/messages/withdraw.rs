//! Taking a reply back that has not left yet.

use database::entity::message_replies;
use database::entity::messages::{Model, Status};
use sea_orm::{EntityTrait as _, Set};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::later::{self, Later};
use super::lines;
use super::status::is_open;
use super::undo::Undone;
use super::{change, store};
use crate::error::{Error, Result};
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::entity::Entity;
use crate::platform::mail;
use crate::storage::Tx;

/// What a message was before a reply, and what the reply made of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BeforeReply {
    message: Uuid,
    reply: Uuid,
    /// The status that the reply set.
    set: Status,
    status: Status,
    assigned_to: Option<Uuid>,
    doubtful: bool,
    later: Later,
    undelivered: bool,
    activity_id: Uuid,
}

impl BeforeReply {
    /// What a message is before that reply.
    pub fn of(message: &Model, reply: Uuid, set: Status) -> Self {
        Self {
            message: message.id,
            reply,
            set,
            status: message.status,
            assigned_to: message.assigned_to,
            doubtful: message.doubtful,
            later: Later::of(message),
            undelivered: message.undelivered,
            activity_id: message.activity_id,
        }
    }

    /// Status, assignee and doubt as they were, where they still are what the reply made of them. What somebody has
    /// changed since stays.
    fn back(&self, now: &Model, by: Uuid) -> (Status, Option<Uuid>, bool) {
        let status = if now.status == self.set { self.status } else { now.status };
        let assigned_to = if now.assigned_to == Some(by) { self.assigned_to } else { now.assigned_to };
        (status, assigned_to, now.doubtful || self.doubtful)
    }
}

/// Takes the reply back, if its email has not left and nobody has seen it.
pub async fn withdraw(tx: &Tx<'_>, act: &Act, before: BeforeReply) -> Result<Undone> {
    let (id, reply) = (before.message, before.reply);
    let message = store::locked(tx.conn(), id).await?.ok_or(Error::NotFound)?;
    let row = message_replies::Entity::find_by_id(reply).one(tx.conn()).await?.ok_or(Error::NotFound)?;
    let held = row.held_until.is_some_and(|until| until > act.now);
    let stopped = match row.outbox_id {
        _ if !held => false,
        Some(mail) => mail::stop(tx.conn(), mail).await?,
        None => true,
    };
    if !stopped {
        return Ok(Undone { restored: 0, skipped: 1 });
    }
    message_replies::Entity::delete_by_id(reply).exec(tx.conn()).await?;
    let replies = store::replies_of(tx.conn(), id).await?;
    let notes = store::notes_of(tx.conn(), id).await?;
    let (status, assigned_to, doubtful) = before.back(&message, act.caller.staff_id);
    let ours = || replies.iter().filter(|reply| reply.staff_id.is_some());
    let (first, last) = (ours().next().map(|reply| reply.created_at), ours().next_back());
    let later = Later {
        snoozed_until: before.later.snoozed_until.filter(|_| is_open(status) && status == before.status),
        ..Later::of(&message)
    };
    let waiting = lines::waiting(id, status, &replies, before.undelivered);
    let changes = Changes::none()
        .field("status", message.status, status)
        .field("assignedTo", message.assigned_to, assigned_to)
        .field("doubtful", message.doubtful, doubtful);
    // Where another line came after it, the message stands by that one.
    let activity_id = if message.activity_id == reply { before.activity_id } else { message.activity_id };
    let count = message.reply_count - 1;
    store::amend(tx, message, |row| {
        lines::set(row, lines::newest(&replies, &notes).as_ref());
        row.activity_id = Set(activity_id);
        row.status = Set(status);
        row.assigned_to = Set(assigned_to);
        row.doubtful = Set(doubtful);
        row.reply_content = Set(last.map(|reply| reply.content.clone()));
        row.replied_at = Set(last.map(|reply| reply.created_at));
        row.first_replied_at = Set(first);
        row.waiting_id = Set(waiting);
        row.undelivered = Set(before.undelivered);
        later::set(row, later);
        row.last_activity_at = Set(act.now);
        row.reply_count = Set(count);
    })
    .await?;
    store::read_words_again(tx.conn(), id).await?;
    act.note(tx, "message.reply_undone", (Entity::Message, id), changes);
    change::announce(tx, "message_changed", id);
    Ok(Undone { restored: 1, skipped: 0 })
}
