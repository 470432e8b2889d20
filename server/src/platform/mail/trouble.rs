//! Mail that does not leave although it could: since when, and why.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Duration, SecondsFormat, SubsecRound as _, Utc};
use database::entity::outbox::{Column, Entity, State};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::fault::Fault;
use crate::error::Result;
use crate::platform::Platform;

/// A server that takes a mail at the second attempt is in no trouble.
const PATIENCE: Duration = Duration::minutes(2);
/// Mails that are counted.
const MOST: u64 = 1_000;

/// Mail waits because of the mail server or of what we know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MailTrouble {
    /// When the first of the waiting mails could have left.
    pub since: DateTime<Utc>,
    /// What most of them met last.
    pub reason: Fault,
    /// Mails that wait; at most 1,000, which then means 1,000 or more.
    pub waiting: u64,
}

/// What mail is in, as of a moment ago.
pub async fn trouble(platform: &Platform) -> Result<Option<MailTrouble>> {
    let before = (platform.clock.now() - PATIENCE).trunc_subsecs(0);
    let read = async |before: &DateTime<Utc>| Ok::<_, DbErr>(summed(&waiting(platform.storage.read(), *before).await?));
    let found = platform.outbox.trouble.get(before, read).await?;
    Ok(found.as_ref().clone())
}

/// As readiness says it.
pub(super) fn in_words(trouble: Option<&MailTrouble>) -> Cow<'static, str> {
    trouble.map_or(Cow::Borrowed("none"), |it| {
        format!("since {}: {}", it.since.to_rfc3339_opts(SecondsFormat::Secs, true), it.reason.in_words()).into()
    })
}

/// Mails that were tried, due before a moment and not taken, the oldest first.
async fn waiting(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<Vec<(DateTime<Utc>, String)>, DbErr> {
    let all = Entity::find().filter(Column::State.is_in([State::Pending, State::Sending]));
    all.filter(Column::DueAt.lt(before))
        .filter(Column::Fault.is_not_null())
        .select_only()
        .columns([Column::DueAt, Column::Fault])
        .order_by_asc(Column::DueAt)
        .limit(MOST)
        .into_tuple()
        .all(conn)
        .await
}

fn summed(mails: &[(DateTime<Utc>, String)]) -> Option<MailTrouble> {
    let since = mails.first()?.0;
    let mut often: HashMap<Fault, u64> = HashMap::new();
    for (_, fault) in mails {
        *often.entry(Fault::of(fault)).or_default() += 1;
    }
    let reason = often.into_iter().max_by_key(|(fault, number)| (*number, fault.name())).map(|(fault, _)| fault)?;
    Some(MailTrouble { since, reason, waiting: mails.len() as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_began_with_the_first_mail_and_is_what_most_met() {
        assert_eq!(summed(&[]), None);
        let at = |minute| DateTime::UNIX_EPOCH + Duration::minutes(minute);
        let mails = [(1, "silent"), (2, "sign_in"), (3, "sign_in")].map(|(minute, it)| (at(minute), it.to_owned()));
        let expected = MailTrouble { since: at(1), reason: Fault::SignIn, waiting: 3 };
        assert_eq!(summed(&mails), Some(expected));
    }
}
