//! Emails the chain head once a week to everyone who opted in: a head stored elsewhere proves a truncated tail.

use chrono::Duration;

use super::AUDIT_HEAD;
use super::entry::{Changes, Entry};
use super::letters::AuditHead;
use super::store;
use super::verify::Head;
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::Platform;
use crate::platform::entity::Entity;
use crate::platform::mail::{self, Mail};
use crate::platform::notices::{self, News, To};
use crate::platform::permission::Permission;

const EVERY: Duration = Duration::days(7);
const ACTION: &str = "audit.head_mailed";

/// Emails the head if a week has passed since the last time and anyone wants it. The emails and the entry that records
/// them are one unit, so a job that runs twice sends once.
///
/// # Errors
/// The database is unavailable; the next run tries again.
pub async fn mail_head(platform: &Platform) -> Result<()> {
    let (conn, now) = (platform.storage.read(), platform.clock.now());
    if store::last_time(conn, ACTION).await?.is_some_and(|last| last + EVERY > now) {
        return Ok(());
    }
    let Some((seq, hash)) = store::head(conn).await? else { return Ok(()) };
    let holders = To::Holders(Permission::Audit);
    let people = notices::mail_to(platform, &AUDIT_HEAD, &News::default(), holders).await?;
    if people.is_empty() {
        return Ok(());
    }
    let head = Head { seq, hash }.to_string();
    let mut mails = Vec::with_capacity(people.len());
    for (name, address) in people {
        let letter = AuditHead {
            name,
            head: head.clone(),
            entries: seq,
            when: platform.settings.get().hours.moment(now, None),
            link: platform.config.server.link("/admin/audit"),
        };
        mails.push(Mail::new(&address, &letter).row(platform)?);
    }
    let changes = Changes::none().fact("seq", seq).fact("recipients", mails.len());
    let from = RequestInfo::internal();
    let entry = Entry { actor: None, action: ACTION, entity: (Entity::Audit, None), changes, from: &from }
        .row(&platform.ids, now);
    mail::send_noted(platform, mails, entry).await
}
