//! Taking a reply back that has not left yet.

use database::entity::message_replies;
use database::entity::messages::{Model, Status};
use sea_orm::{EntityTrait as _, Set};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::later::{self, Later};
use super::lines;
use super::status::is_open;
use super::undo::{self, Undone};
use super::{change, store};
use crate::error::{Error, Result};
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::entity::Entity;
use crate::platform::files::{self, UNNAMED};
use crate::platform::mail;
use crate::storage::Tx;

/// What a message was before a reply, and the status that the reply set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BeforeReply {
    pub message: Uuid,
    reply: Uuid,
    set: Status,
    #[serde(flatten)]
    state: State,
    undelivered: bool,
    activity_id: Uuid,
}

/// What a reply changes and an undo brings back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    status: Status,
    assigned_to: Option<Uuid>,
    doubtful: bool,
    later: Later,
}

impl State {
    fn of(message: &Model) -> Self {
        Self {
            status: message.status,
            assigned_to: message.assigned_to,
            doubtful: message.doubtful,
            later: Later::of(message),
        }
    }
}

impl BeforeReply {
    /// What a message is before that reply.
    pub fn of(message: &Model, reply: Uuid, set: Status) -> Self {
        Self {
            message: message.id,
            reply,
            set,
            state: State::of(message),
            undelivered: message.undelivered,
            activity_id: message.activity_id,
        }
    }

    /// What a message goes back to that somebody replied to since: they did what this reply did.
    fn beside_a_reply(&self, now: State, by: Uuid, next: Option<Uuid>) -> State {
        // Whoever replies takes a message that is nobody's.
        let took = now.assigned_to == Some(by) && self.state.assigned_to.is_none();
        State { assigned_to: if took { next.or(now.assigned_to) } else { now.assigned_to }, ..now }
    }

    /// What a message goes back to: what it was, where it still is what the reply made of it. What somebody has changed
    /// since stays. `client`: the client wrote since.
    fn back(&self, now: State, by: Uuid, client: bool) -> State {
        let before = self.state;
        let status = match now.status {
            same if same == self.set => before.status,
            // Their line would have left a new message new.
            Status::InProgress if client && before.status == Status::New => Status::New,
            other => other,
        };
        let snoozed = before.later.snoozed_until.filter(|_| is_open(status) && !client);
        State {
            status,
            assigned_to: if now.assigned_to == Some(by) { before.assigned_to } else { now.assigned_to },
            doubtful: now.doubtful || before.doubtful,
            later: Later { snoozed_until: now.later.snoozed_until.or(snoozed), ..now.later },
        }
    }

    /// The same for a later reply, from before which an earlier one was taken away.
    fn without(mut self, earlier: &Self, by: Uuid) -> Self {
        let client = self.activity_id != earlier.reply;
        self.state = earlier.back(self.state, by, client && self.state.status == Status::InProgress);
        if self.activity_id == earlier.reply {
            self.activity_id = earlier.activity_id;
        }
        self
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
    files::take_back(tx.conn(), (Entity::Message, id), reply, act.now + UNNAMED).await?;
    let replies = store::replies_of(tx.conn(), id).await?;
    let notes = store::notes_of(tx.conn(), id).await?;
    let (now, by) = (State::of(&message), act.caller.staff_id);
    let since = || replies.iter().filter(|line| line.id > reply);
    let next = since().find(|line| line.staff_id.is_some());
    let to = match next {
        Some(next) => before.beside_a_reply(now, by, next.staff_id),
        None => before.back(now, by, since().next().is_some()),
    };
    if let Some(next) = next {
        undo::amend_reply(tx, next.id, |later| later.without(&before, by)).await?;
    }
    let ours = || replies.iter().filter(|reply| reply.staff_id.is_some());
    let (first, last) = (ours().next().map(|reply| reply.created_at), ours().next_back());
    let undelivered = if next.is_some() { message.undelivered } else { before.undelivered };
    let waiting = lines::waiting(id, to.status, &replies, undelivered);
    let changes = Changes::none()
        .field("status", now.status, to.status)
        .field("assignedTo", now.assigned_to, to.assigned_to)
        .field("doubtful", now.doubtful, to.doubtful);
    // Where another line came after it, the message stands by that one.
    let activity_id = if message.activity_id == reply { before.activity_id } else { message.activity_id };
    let count = message.reply_count - 1;
    store::amend(tx, message, |row| {
        lines::set(row, lines::newest(&replies, &notes).as_ref());
        row.activity_id = Set(activity_id);
        row.status = Set(to.status);
        row.assigned_to = Set(to.assigned_to);
        row.doubtful = Set(to.doubtful);
        row.reply_content = Set(last.map(|reply| reply.content.clone()));
        row.replied_at = Set(last.map(|reply| reply.created_at));
        row.first_replied_at = Set(first);
        row.waiting_id = Set(waiting);
        row.undelivered = Set(undelivered);
        later::set(row, to.later);
        row.last_activity_at = Set(act.now);
        row.reply_count = Set(count);
    })
    .await?;
    store::read_words_again(tx.conn(), id, act.now).await?;
    act.note(tx, "message.reply_undone", (Entity::Message, id), changes);
    change::announce(tx, "message_changed", id);
    Ok(Undone { restored: 1, skipped: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Uuid = Uuid::from_u128(1);
    const BEN: Uuid = Uuid::from_u128(2);

    fn state(status: Status, assigned_to: Option<Uuid>) -> State {
        State { status, assigned_to, doubtful: false, later: Later::default() }
    }

    fn before(set: Status, state: State) -> BeforeReply {
        let (message, reply) = (Uuid::from_u128(10), Uuid::from_u128(20));
        BeforeReply { message, reply, set, state, undelivered: false, activity_id: message }
    }

    fn snoozed(state: State) -> State {
        let at = "2026-03-04T07:00:00Z".parse().ok();
        State { later: Later { snoozed_until: at, ..Later::default() }, ..state }
    }

    #[test]
    fn what_a_reply_made_goes_back_and_what_others_did_stays() {
        let was = before(Status::Replied, state(Status::New, None));
        let back = |now, client| was.back(now, ADA, client);
        assert_eq!(back(state(Status::Replied, Some(ADA)), false), was.state);
        assert_eq!(back(state(Status::Archived, Some(BEN)), false), state(Status::Archived, Some(BEN)));
        // The client wrote, which leaves a new message new and opens others.
        assert_eq!(back(state(Status::InProgress, Some(ADA)), true), was.state);
        assert_eq!(back(state(Status::InProgress, Some(ADA)), false), state(Status::InProgress, None));
        let closed = before(Status::Replied, state(Status::Archived, Some(BEN)));
        assert_eq!(closed.back(state(Status::InProgress, Some(BEN)), ADA, true), state(Status::InProgress, Some(BEN)));
        let doubted = before(Status::Replied, State { doubtful: true, ..was.state });
        assert!(doubted.back(state(Status::Replied, None), ADA, false).doubtful && !back(was.state, false).doubtful);
    }

    #[test]
    fn a_snooze_comes_back_unless_the_client_wrote_or_somebody_set_another() {
        let was = before(Status::Replied, snoozed(state(Status::New, None)));
        let now = state(Status::Replied, Some(ADA));
        assert_eq!(was.back(now, ADA, false), was.state);
        assert_eq!(was.back(state(Status::InProgress, None), ADA, true).later, Later::default());
        let closed = was.back(state(Status::Archived, None), ADA, false);
        assert_eq!(closed.later, Later::default(), "only open messages are snoozed");
        let other = before(Status::Replied, state(Status::New, None));
        assert_eq!(other.back(snoozed(now), ADA, false), snoozed(state(Status::New, None)));
    }

    #[test]
    fn beside_another_reply_only_the_line_goes() {
        let was = before(Status::Archived, state(Status::New, None));
        let now = state(Status::Replied, Some(ADA));
        assert_eq!(was.beside_a_reply(now, ADA, Some(BEN)), state(Status::Replied, Some(BEN)));
        assert_eq!(was.beside_a_reply(now, BEN, Some(BEN)), now, "somebody gave it to her");
        let hers = before(Status::Archived, state(Status::New, Some(ADA)));
        assert_eq!(hers.beside_a_reply(now, ADA, Some(BEN)), now, "it was hers before");
    }

    #[test]
    fn a_later_reply_forgets_an_earlier_one_that_is_gone() {
        let first = before(Status::Archived, state(Status::New, None));
        let second = BeforeReply {
            reply: Uuid::from_u128(30),
            activity_id: first.reply,
            ..before(Status::Replied, state(Status::Archived, Some(ADA)))
        };
        let left = second.without(&first, ADA);
        assert_eq!((left.state, left.activity_id), (first.state, first.activity_id));
        // The client wrote between the two.
        let second = BeforeReply {
            activity_id: Uuid::from_u128(25),
            ..before(Status::Replied, state(Status::InProgress, Some(ADA)))
        };
        let left = second.without(&first, ADA);
        assert_eq!((left.state, left.activity_id), (first.state, Uuid::from_u128(25)));
    }
}
