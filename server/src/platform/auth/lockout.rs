//! Too many wrong passwords lock the account and the address, longer each time.
//!
//! Only failures count. A browser that has signed in to the account before is counted separately, so that a stranger
//! cannot lock the owner out.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};
use database::entity::sign_in_failures::{Column, Entity, Model};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _, QueryFilter as _, QuerySelect as _,
    Select,
};

use crate::error::{Error, Result};
use crate::http::AddressKey;
use crate::platform::settings::Lockout;
use crate::secrets::sha256_hex;

const LONGEST: Duration = Duration::hours(24);

/// What is counted, and its allowance of failures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub(super) key: String,
    allowed: i32,
    /// Failures within this time add up; the first lock lasts as long.
    wait: Duration,
}

impl Subject {
    /// The account of a folded email address, whether it exists or not.
    pub fn account(email_key: &str, rules: Lockout) -> Self {
        Self { key: account_key(email_key), allowed: rules.account, wait: rules.wait }
    }

    /// The account, for one browser that has signed in to it before.
    pub fn known_device(device: &str, rules: Lockout) -> Self {
        Self { key: sha256_hex(format!("device\n{device}")), allowed: rules.device, wait: rules.wait }
    }

    /// The account, for all browsers that have signed in to it before.
    pub fn known_devices(email_key: &str, rules: Lockout) -> Self {
        Self { key: devices_key(email_key), allowed: rules.address, wait: rules.wait }
    }

    /// The network that the request comes from.
    pub fn address(ip: IpAddr, rules: Lockout) -> Self {
        let key = sha256_hex(format!("address\n{}", AddressKey::from(ip)));
        Self { key, allowed: rules.address, wait: rules.wait }
    }

    /// The number of failures allowed.
    pub(super) fn allowance(&self) -> u32 {
        u32::try_from(self.allowed).unwrap_or(0)
    }
}

fn devices_key(email_key: &str) -> String {
    sha256_hex(format!("devices\n{email_key}"))
}

fn account_key(email_key: &str) -> String {
    sha256_hex(format!("account\n{email_key}"))
}

/// The state after one more failure.
fn after_failure(known: Option<&Model>, subject: &Subject, now: DateTime<Utc>) -> Model {
    // After a lock the count continues, so that the next lock is longer.
    let still_counts =
        |known: &&Model| known.locked_until.unwrap_or(known.last_at).max(known.last_at) + subject.wait > now;
    let known = known.filter(still_counts);
    let failures = known.map_or(0, |known| known.failures) + 1;
    // A failure that was in flight when the lock began neither ends nor shortens it.
    let locked_until =
        lock_of(failures, subject).map(|lock| now + lock).max(known.and_then(|known| known.locked_until));
    Model { subject: subject.key.clone(), failures, last_at: now, locked_until }
}

/// How long the failure with that number locks: each one that fills an allowance does, twice as long as the previous
/// lock.
fn lock_of(failures: i32, subject: &Subject) -> Option<Duration> {
    if failures % subject.allowed != 0 {
        return None;
    }
    let doublings = u32::try_from(failures / subject.allowed - 1).unwrap_or(0).min(10);
    Some((subject.wait * 2_i32.pow(doublings)).min(LONGEST))
}

/// Returns an error while one of the subjects is locked.
pub async fn check(conn: &impl ConnectionTrait, subjects: &[Subject], now: DateTime<Utc>) -> Result<()> {
    let rows = Entity::find().filter(Column::Subject.is_in(subjects.iter().map(|it| &it.key))).all(conn).await?;
    let locked = rows.iter().filter(|row| row.locked_until.is_some_and(|until| until > now));
    let Some(row) = locked.max_by_key(|row| row.locked_until) else { return Ok(()) };
    let subject = subjects.iter().find(|it| it.key == row.subject);
    Err(refusal(row, subject.map_or(0, |it| it.allowed), now))
}

fn refusal(row: &Model, allowed: i32, now: DateTime<Utc>) -> Error {
    let seconds = row.locked_until.map_or(0, |until| (until - now).num_seconds());
    Error::AccountLocked {
        allowed: u32::try_from(allowed).unwrap_or(0),
        retry_after: u64::try_from(seconds).unwrap_or(0).max(1),
    }
}

/// Counts a failure for each subject; true if this locks one of them.
pub async fn count_failure(conn: &impl ConnectionTrait, subjects: &[Subject], now: DateTime<Utc>) -> Result<bool> {
    let mut locked = false;
    for subject in subjects {
        let known = row_of(conn, subject, now).await?;
        locked |= count(conn, &known, subject, now).await?;
    }
    Ok(locked)
}

/// Counts an attempt as failed before it is evaluated, and returns an error while the subject is locked: of many
/// concurrent attempts, each sees the ones before it. Call [`forget`] after a success. True if this locks the subject.
pub async fn take_try(conn: &impl ConnectionTrait, subject: &Subject, now: DateTime<Utc>) -> Result<bool> {
    let known = row_of(conn, subject, now).await?;
    if known.locked_until.is_some_and(|until| until > now) {
        return Err(refusal(&known, subject.allowed, now));
    }
    count(conn, &known, subject, now).await
}

/// The locked row of a subject. It is created before it is locked, so that two concurrent failures count as two.
async fn row_of(conn: &impl ConnectionTrait, subject: &Subject, now: DateTime<Utc>) -> Result<Model> {
    let none_yet = Model { subject: subject.key.clone(), failures: 0, last_at: now, locked_until: None };
    Entity::insert(none_yet.clone().into_active_model())
        .on_conflict(OnConflict::column(Column::Subject).do_nothing().to_owned())
        .exec_without_returning(conn)
        .await?;
    Ok(Entity::find_by_id(&subject.key).lock_exclusive().one(conn).await?.unwrap_or(none_yet))
}

async fn count(conn: &impl ConnectionTrait, known: &Model, subject: &Subject, now: DateTime<Utc>) -> Result<bool> {
    let next = after_failure(Some(known), subject, now);
    Entity::update_many()
        .col_expr(Column::Failures, Expr::value(next.failures))
        .col_expr(Column::LastAt, Expr::value(next.last_at))
        .col_expr(Column::LockedUntil, Expr::value(next.locked_until))
        .filter(Column::Subject.eq(&subject.key))
        .exec(conn)
        .await?;
    Ok(next.locked_until != known.locked_until)
}

/// Clears the failures of an account after the correct password.
pub async fn forget(conn: &impl ConnectionTrait, subject: &Subject) -> Result<(), DbErr> {
    Entity::delete_by_id(&subject.key).exec(conn).await.map(drop)
}

/// Until when the account of a folded email address is locked, for known browsers or for others; none if it is not.
pub async fn locked_until(
    conn: &impl ConnectionTrait,
    email_key: &str,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let keys = [account_key(email_key), devices_key(email_key)];
    let rows = Entity::find().filter(Column::Subject.is_in(keys)).all(conn).await?;
    Ok(rows.into_iter().filter_map(|row| row.locked_until).filter(|until| *until > now).max())
}

/// Clears the failures of the account of a folded email address, for all browsers.
pub async fn unlock(conn: &impl ConnectionTrait, email_key: &str) -> Result<(), DbErr> {
    let keys = [account_key(email_key), devices_key(email_key)];
    Entity::delete_many().filter(Column::Subject.is_in(keys)).exec(conn).await.map(drop)
}

/// Counts that no longer matter.
pub fn over(now: DateTime<Utc>) -> Select<Entity> {
    Entity::find().filter(Column::LastAt.lt(now - LONGEST * 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_grow_and_failures_are_forgotten() {
        let rules = Lockout { account: 5, device: 10, address: 20, wait: Duration::minutes(15) };
        let subject = Subject::account("anna@example.com", rules);
        let start: DateTime<Utc> = "2026-01-05T09:00:00Z".parse().expect("a time");
        let mut row = None;
        for number in 1..=4 {
            row = Some(after_failure(row.as_ref(), &subject, start));
            assert_eq!(row.as_ref().map(|row| (row.failures, row.locked_until)), Some((number, None)));
        }
        let fifth = after_failure(row.as_ref(), &subject, start);
        assert_eq!(fifth.locked_until, Some(start + Duration::minutes(15)));
        let late = after_failure(Some(&fifth), &subject, start + Duration::seconds(1));
        assert_eq!(late.locked_until, fifth.locked_until, "one that was on its way changes nothing");
        let later = start + Duration::minutes(16);
        let mut tenth = fifth.clone();
        for number in 6..=10 {
            assert!(tenth.locked_until.is_none_or(|until| until <= later), "{number} can be tried");
            tenth = after_failure(Some(&tenth), &subject, later);
        }
        assert_eq!(tenth.locked_until, Some(later + Duration::minutes(30)));
        let forgotten = after_failure(Some(&fifth), &subject, start + Duration::minutes(31));
        assert_eq!((forgotten.failures, forgotten.locked_until), (1, None));
    }
}
