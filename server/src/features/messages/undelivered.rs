//! A reply that does not reach the client leaves the message unanswered, and the list says so.

use database::entity::messages::Status;
use database::entity::outbox;
use sea_orm::Set;

use super::{change, lines, store};
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::storage::Tx;

/// Notes what became of the email with a reply. Given up, its message is replied no more; delivered after all, it is
/// again, unless the client wrote meanwhile. Only the newest reply counts: an earlier one says less.
pub async fn settled(tx: &Tx<'_>, platform: &Platform, mail: &outbox::Model, delivered: bool) -> Result<()> {
    let Some(id) = mail.entity_id else { return Ok(()) };
    let Some(message) = store::locked(tx.conn(), id).await? else { return Ok(()) };
    let replies = store::replies_of(tx.conn(), id).await?;
    let newest = replies.iter().rfind(|reply| reply.staff_id.is_some());
    if newest.and_then(|reply| reply.outbox_id) != Some(mail.id) || message.undelivered != delivered {
        return Ok(());
    }
    let is_last = replies.last().is_some_and(|reply| reply.staff_id.is_some());
    let status = match message.status {
        Status::Replied if !delivered => Status::InProgress,
        // Whoever snoozed it meanwhile wants to see it again.
        Status::InProgress if delivered && is_last && message.snoozed_until.is_none() => Status::Replied,
        other => other,
    };
    let now = platform.clock.now();
    let changes = Changes::none().field("status", message.status, status);
    // Somebody has to act on a failure, so it comes to the top.
    let activity_id = if delivered { message.activity_id } else { platform.ids.next(now) };
    let waiting = lines::waiting(id, status, &replies, !delivered);
    store::amend(tx, message, |row| {
        row.status = Set(status);
        row.waiting_id = Set(waiting);
        row.undelivered = Set(!delivered);
        row.activity_id = Set(activity_id);
        row.last_activity_at = Set(now);
    })
    .await?;
    let action = if delivered { "message.delivered" } else { "message.undelivered" };
    let (entity, from) = ((Entity::Message, Some(id)), RequestInfo::internal());
    let entry = Entry { actor: None, action, entity, changes, from: &from };
    tx.audit(entry.row(&platform.ids, now));
    change::announce(tx, "message_changed", id);
    Ok(())
}
