//! What of messages is counted as it changes: where they stand and with whom, when they came, when they were first
//! answered.

use chrono::{DateTime, Utc};
use database::entity::messages::{Model, Status};
use sea_orm::{FromQueryResult, Iterable as _};
use uuid::Uuid;

use super::status::is_open;
use crate::storage::{Count, SLOT, Tx};

/// Messages by the quarter hour in which they came, without spam.
pub const RECEIVED: &str = "messages_received";
/// Messages by the quarter hour of their first answer.
pub const ANSWERED: &str = "messages_answered";

/// Messages of a status, by whom they are assigned to. Those that are snoozed are counted apart; only open ones are.
pub fn name_of(status: Status, snoozed: bool) -> &'static str {
    match status {
        Status::New if snoozed => "messages_new_snoozed",
        Status::InProgress if snoozed => "messages_in_progress_snoozed",
        Status::New => "messages_new",
        Status::InProgress => "messages_in_progress",
        Status::Replied => "messages_replied",
        Status::Converted => "messages_converted",
        Status::Archived => "messages_archived",
        Status::Spam => "messages_spam",
    }
}

/// Each status, and whether its messages are snoozed.
pub fn places() -> impl Iterator<Item = (Status, bool)> {
    Status::iter()
        .flat_map(|status| [(status, false), (status, true)])
        .filter(|(status, snoozed)| !snoozed || is_open(*status))
}

/// The names of all places.
pub fn names() -> Vec<&'static str> {
    places().map(|(status, snoozed)| name_of(status, snoozed)).collect()
}

/// The quarter hour of a moment.
pub fn slot_of(at: DateTime<Utc>) -> i32 {
    i32::try_from(at.timestamp().div_euclid(SLOT)).unwrap_or(0)
}

/// What is counted of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Counted {
    pub status: Status,
    pub assigned_to: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub first_replied_at: Option<DateTime<Utc>>,
    pub snoozed_until: Option<DateTime<Utc>>,
}

impl From<&Model> for Counted {
    fn from(message: &Model) -> Self {
        Self {
            status: message.status,
            assigned_to: message.assigned_to,
            created_at: message.created_at,
            first_replied_at: message.first_replied_at,
            snoozed_until: message.snoozed_until,
        }
    }
}

impl Counted {
    /// The numbers that hold this message.
    fn counts(self) -> impl Iterator<Item = Count> {
        let timed = |name, at| Count { name, slot: slot_of(at), person: Uuid::nil() };
        let stands = Count {
            name: name_of(self.status, self.snoozed_until.is_some()),
            slot: 0,
            person: self.assigned_to.unwrap_or_default(),
        };
        let received = (self.status != Status::Spam).then(|| timed(RECEIVED, self.created_at));
        let answered = self.first_replied_at.map(|at| timed(ANSWERED, at));
        [Some(stands), received, answered].into_iter().flatten()
    }
}

/// Counts a message that is there now.
pub fn added(tx: &Tx<'_>, message: impl Into<Counted>) {
    message.into().counts().for_each(|count| tx.count(count, 1));
}

/// Takes a message off that is gone.
pub fn removed(tx: &Tx<'_>, message: impl Into<Counted>) {
    message.into().counts().for_each(|count| tx.count(count, -1));
}

/// Counts messages anew that went from a person to another, or to nobody, by where they stand.
pub fn reassigned(tx: &Tx<'_>, places: impl Iterator<Item = (Status, bool)>, from: Uuid, to: Option<Uuid>) {
    for (status, snoozed) in places {
        let stands = |person| Count { name: name_of(status, snoozed), slot: 0, person };
        tx.count(stands(from), -1);
        tx.count(stands(to.unwrap_or_default()), 1);
    }
}

/// Counts a message anew that is another now. What is the same of both evens out.
pub fn changed(tx: &Tx<'_>, before: Counted, after: Counted) {
    removed(tx, before);
    added(tx, after);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn a_slot_is_a_quarter_hour_of_utc() {
        assert_eq!(slot_of(at("1970-01-01T00:14:59.999Z")), 0);
        assert_eq!(slot_of(at("1970-01-01T00:15:00Z")), 1);
        assert_eq!(slot_of(at("1970-01-02T00:00:00Z")), 96);
        assert_eq!(slot_of(at("1969-12-31T23:59:59Z")), -1);
    }

    #[test]
    fn each_message_is_counted_where_it_stands_when_it_came_and_when_it_was_answered() {
        let ben = Uuid::from_u128(7);
        let message = Counted {
            status: Status::Replied,
            assigned_to: Some(ben),
            created_at: at("1970-01-01T01:00:00Z"),
            first_replied_at: Some(at("1970-01-01T02:00:00Z")),
            snoozed_until: None,
        };
        let counts = |it: Counted| it.counts().map(|it| (it.name, it.slot, it.person)).collect::<Vec<_>>();
        let nobody = Uuid::nil();
        assert_eq!(counts(message), [("messages_replied", 0, ben), (RECEIVED, 4, nobody), (ANSWERED, 8, nobody)]);
        let spam = Counted { status: Status::Spam, assigned_to: None, first_replied_at: None, ..message };
        assert_eq!(counts(spam), [("messages_spam", 0, nobody)]);
        let snoozed = Counted { status: Status::New, snoozed_until: Some(at("1970-01-02T00:00:00Z")), ..spam };
        assert_eq!(counts(snoozed), [("messages_new_snoozed", 0, nobody), (RECEIVED, 4, nobody)]);
    }
}
