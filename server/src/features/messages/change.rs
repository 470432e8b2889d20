//! Changing status, assignment and tags of one or many messages, with what they were before.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use database::entity::messages::{self, Status};
use sea_orm::{ConnectionTrait, DbErr, Set};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::labels::{TAGS, TOO_MANY};
use super::later::{self, Later};
use super::status::is_open;
use super::{lines, store, tell};
use crate::error::{Error, Result};
use crate::http::IfMatch;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::entity::Entity;
use crate::platform::permission::Permission;
use crate::platform::staff as people;
use crate::storage::Tx;

/// What to change. Fields that are left out stay unchanged.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    #[serde(default)]
    pub status: Option<Status>,
    /// An id, or null to remove the assignment.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    pub assigned_to: Option<Option<Uuid>>,
    /// False: somebody looked, and it is a message like others.
    #[serde(default)]
    pub doubtful: Option<bool>,
    /// The day on which it comes back among the open messages; null: now. A message that is closed is opened for it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = Date)]
    pub snoozed_until: Option<Option<NaiveDate>>,
    /// The day on which somebody wants to look at it again; null: no day. Until then it stays where it is.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = Date)]
    pub follow_up_on: Option<Option<NaiveDate>>,
}

/// Tells a field that is null from one that is missing.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Also for many messages at once.
#[derive(Debug, Clone, Default)]
pub struct Tagging {
    pub add: Vec<String>,
    pub remove: Vec<String>,
}

/// What a message was before a change, and the version that the change gave it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Before {
    pub id: Uuid,
    pub status: Status,
    pub assigned_to: Option<Uuid>,
    pub tags: Vec<String>,
    #[serde(default)]
    pub doubtful: bool,
    #[serde(default)]
    pub later: Later,
    #[serde(default)]
    pub waiting_id: Option<Uuid>,
    /// The block of its sender that came with the change.
    #[serde(default)]
    pub blocked: Option<Uuid>,
    /// Undone only as long as nobody has changed it since.
    pub version_after: i32,
}

/// Tells every dashboard to look at a message again.
pub fn announce(tx: &Tx<'_>, kind: &'static str, message: Uuid) {
    tx.publish(Entity::Message.notice(kind, Some(message)));
}

/// Refuses an assignee who is not there, or who may not see messages. Asked before a unit, since what fails within one
/// costs others, and again within it.
pub async fn check_assignee(conn: &impl ConnectionTrait, change: &Change) -> Result<()> {
    check_person(conn, "assignedTo", change.assigned_to.flatten()).await
}

/// Refuses a person in that field who is not there, or who may not see messages.
pub async fn check_person(conn: &impl ConnectionTrait, field: &str, person: Option<Uuid>) -> Result<()> {
    if who_can_be_given(conn, person.into_iter()).await?.len() == person.iter().len() {
        return Ok(());
    }
    Err(Error::field(field, "invalid", "This person cannot be assigned messages."))
}

/// Who of these is there and may see messages; their rows are locked, in one order, where the engine locks rows.
pub async fn who_can_be_given(
    conn: &impl ConnectionTrait,
    ids: impl Iterator<Item = Uuid>,
) -> Result<BTreeSet<Uuid>, DbErr> {
    let mut can: BTreeSet<Uuid> = ids.collect();
    for person in can.clone() {
        if !people::can_be_given(conn, person, Permission::Messages).await? {
            can.remove(&person);
        }
    }
    Ok(can)
}

/// The `ETag` of a message.
pub fn etag(version: i32) -> String {
    format!("\"{version}\"")
}

/// Changes one message, if it is one that the caller has seen; none when that changes nothing.
pub async fn apply(
    tx: &Tx<'_>,
    act: &Act,
    id: Uuid,
    change: &Change,
    tagging: &Tagging,
    seen: &IfMatch,
) -> Result<Option<Before>> {
    let message = store::locked(tx.conn(), id).await?.ok_or(Error::NotFound)?;
    seen.check(&etag(message.version))?;
    let status = match (change.status, change.snoozed_until) {
        (Some(status), _) => status,
        (None, Some(Some(_))) if !is_open(message.status) => Status::InProgress,
        (None, _) => message.status,
    };
    let zone = act.platform.settings.get().hours.zone();
    let later = Later::of(&message).after(change, act.caller.staff_id, zone).under(status);
    let assigned_to = change.assigned_to.unwrap_or(message.assigned_to);
    let old_tags = store::tags_of(tx.conn(), vec![id]).await?.remove(&id).unwrap_or_default();
    let new_tags = retag(&old_tags, tagging);
    if new_tags.len() > TAGS.max(old_tags.len()) {
        return Err(Error::field("addTags", "too_long", TOO_MANY));
    }
    // Whoever files it as spam has judged it.
    let doubtful = change.doubtful.unwrap_or(message.doubtful && status != Status::Spam);
    let after = After { status, assigned_to, doubtful, later };
    if after == After::of(&message) && new_tags == old_tags {
        return Ok(None);
    }
    let before = Before {
        id,
        status: message.status,
        assigned_to: message.assigned_to,
        tags: old_tags,
        doubtful: message.doubtful,
        later: Later::of(&message),
        waiting_id: message.waiting_id,
        blocked: None,
        version_after: message.version + 1,
    };
    if new_tags != before.tags {
        store::set_tags(tx.conn(), id, message.activity_id, &new_tags).await?;
    }
    let changes = fields(&message, after, zone).field("tags", &before.tags, &new_tags);
    let waiting = match message.waiting_id {
        Some(id) if is_open(status) => Some(id),
        // A message that is opened again may have a client who was never answered.
        None if !is_open(message.status) => lines::waits_since(tx.conn(), id, status, message.undelivered).await?,
        _ => None,
    };
    write(tx, act, message, after, waiting).await?;
    act.note(tx, action_of(&before, after), (Entity::Message, id), changes);
    announce(tx, "message_changed", id);
    Ok(Some(before))
}

/// Tells whom a change gave messages to that were not theirs.
pub async fn tell_assignee(tx: &Tx<'_>, act: &Act, change: &Change, before: &[Before]) -> Result<()> {
    let Some(Some(to)) = change.assigned_to else { return Ok(()) };
    let given = before.iter().filter(|before| before.assigned_to != Some(to)).map(|before| before.id);
    tell::of_assignment(tx, act, &given.collect::<Vec<_>>(), to).await
}

/// What a message is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub status: Status,
    pub assigned_to: Option<Uuid>,
    pub doubtful: bool,
    pub later: Later,
}

impl After {
    /// What it is.
    fn of(message: &messages::Model) -> Self {
        Self {
            status: message.status,
            assigned_to: message.assigned_to,
            doubtful: message.doubtful,
            later: Later::of(message),
        }
    }
}

/// What a change is, without tags, for the audit trail.
pub fn fields(message: &messages::Model, after: After, zone: Tz) -> Changes {
    let before = After::of(message);
    let day = |at: Option<DateTime<Utc>>| at.map(|at| later::day_of(at, zone));
    Changes::none()
        .field("status", before.status, after.status)
        .field("assignedTo", before.assigned_to, after.assigned_to)
        .field("doubtful", before.doubtful, after.doubtful)
        .field("snoozedUntil", day(before.later.snoozed_until), day(after.later.snoozed_until))
        .field("followUpOn", day(before.later.follow_up_at), day(after.later.follow_up_at))
}

/// Writes what a message is to be, and since which line its client waits, with the next version.
pub async fn write(
    tx: &Tx<'_>,
    act: &Act,
    message: messages::Model,
    after: After,
    waiting: Option<Uuid>,
) -> Result<()> {
    let After { status, assigned_to, doubtful, later } = after;
    store::amend(tx, message, |row| {
        row.status = Set(status);
        row.assigned_to = Set(assigned_to);
        row.doubtful = Set(doubtful);
        row.waiting_id = Set(waiting);
        later::set(row, later);
        row.last_activity_at = Set(act.now);
    })
    .await
}

fn action_of(before: &Before, after: After) -> &'static str {
    if after.later.snoozed_until != before.later.snoozed_until && after.later.snoozed_until.is_some() {
        return "message.snoozed";
    }
    match (before.status != after.status, before.assigned_to != after.assigned_to) {
        (true, true) => "message.changed",
        (true, false) => "message.status_changed",
        (false, true) => "message.assigned",
        (false, false) if before.doubtful != after.doubtful => "message.judged",
        (false, false) if before.later.snoozed_until != after.later.snoozed_until => "message.snoozed",
        (false, false) if before.later != after.later => "message.follow_up_set",
        (false, false) => "message.tagged",
    }
}

fn retag(tags: &[String], tagging: &Tagging) -> Vec<String> {
    let mut next: Vec<String> =
        tags.iter().chain(&tagging.add).filter(|tag| !tagging.remove.contains(tag)).cloned().collect();
    next.sort_unstable();
    next.dedup();
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_takes_the_assignment_away_and_a_missing_field_leaves_it() {
        let missing: Change = serde_json::from_str("{}").expect("read");
        assert_eq!(missing.assigned_to, None);
        let null: Change = serde_json::from_str(r#"{"assignedTo":null}"#).expect("read");
        assert_eq!(null.assigned_to, Some(None));
    }

    #[test]
    fn tags_are_sorted_and_stand_once() {
        let tagging = Tagging { add: vec!["b".into(), "a".into(), "b".into()], remove: vec!["c".into()] };
        assert_eq!(retag(&["c".to_owned(), "d".to_owned()], &tagging), ["a", "b", "d"]);
    }
}
