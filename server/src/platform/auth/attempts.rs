//! Attempts to prove one's identity by password or code: whom a failure counts against, and recording it.

use axum::http::HeaderMap;
use database::entity::staff;
use uuid::Uuid;

use super::lockout::{self, Subject};
use super::passwords::Lane;
use super::{cookies, device};
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::storage::{Tx, email_key};

/// One attempt.
#[derive(Clone)]
pub struct Attempt {
    /// Subjects whose failures a success clears.
    own: Vec<Subject>,
    /// The network, which others may share.
    shared: Option<Subject>,
    /// True if the browser has signed in to this account before.
    pub known_device: bool,
}

impl Attempt {
    /// An attempt at the account with that address, which is `person` if it exists. A known browser counts on its own:
    /// neither a stranger nor a neighbour can lock it out.
    pub fn of(
        platform: &Platform,
        headers: &HeaderMap,
        email: &str,
        person: Option<&staff::Model>,
        info: &RequestInfo,
    ) -> Self {
        let mark = cookies::device_mark(platform, headers);
        let known = person.and_then(|person| device::known(platform, person, mark.as_deref()?));
        let rules = platform.settings.get().security.lockout();
        let account = email_key(email);
        let (own, shared) = match known {
            // Each browser has its own allowance, and all together have no more than a network.
            Some(device) => (vec![Subject::known_device(device, rules), Subject::known_devices(&account, rules)], None),
            None => (vec![Subject::account(&account, rules)], Some(Subject::address(info.ip, rules))),
        };
        Self { own, shared, known_device: known.is_some() }
    }

    /// Returns true if the password is correct. No more attempts wait for the hash at once than are allowed to fail,
    /// and known browsers go first, so a flood of guesses delays nobody else.
    ///
    /// # Errors
    /// Too many attempts have failed or are waiting.
    pub async fn is_right(
        &self,
        platform: &Platform,
        lane: Lane,
        password: String,
        hash: Option<String>,
    ) -> Result<bool> {
        self.check(platform).await?;
        let _turn = if platform.limits.are_on() { Some(platform.turns.take(&self.subjects())?) } else { None };
        let right = platform.passwords.verify(lane, password, hash).await?;
        // Check again: of many guesses that waited for the hash, those after the lock do not count.
        self.check(platform).await?;
        Ok(right)
    }

    fn subjects(&self) -> Vec<Subject> {
        self.own.iter().chain(&self.shared).cloned().collect()
    }

    /// The queue for a caller who has not proven their identity yet.
    pub fn lane(&self) -> Lane {
        if self.known_device { Lane::Known } else { Lane::Stranger }
    }

    /// Returns an error while too many attempts have failed.
    pub async fn check(&self, platform: &Platform) -> Result<()> {
        if platform.limits.are_on() {
            lockout::check(platform.storage.read(), &self.subjects(), platform.clock.now()).await
        } else {
            Ok(())
        }
    }

    /// Counts the attempt at the account as failed in the unit that will evaluate it, and returns an error while too
    /// many failed; true if it locks. [`Attempt::forget`] reverses it.
    pub async fn take(&self, platform: &Platform, tx: &Tx<'_>) -> Result<bool> {
        let mut locks = false;
        for subject in self.own.iter().filter(|_| platform.limits.are_on()) {
            locks |= lockout::take_try(tx.conn(), subject, platform.clock.now()).await?;
        }
        Ok(locks)
    }

    /// After a success: clears the account's failures. Those of the network remain, because others may be behind it.
    pub async fn forget(&self, tx: &Tx<'_>) -> Result<()> {
        for subject in &self.own {
            lockout::forget(tx.conn(), subject).await?;
        }
        Ok(())
    }

    /// Records a failure: `action` in the audit trail, and the count of each subject. `actor` is set if someone is
    /// signed in, `about` if the account exists.
    pub async fn failed(
        &self,
        platform: &Platform,
        actor: Option<Uuid>,
        action: &'static str,
        about: Option<Uuid>,
        info: &RequestInfo,
    ) -> Result<()> {
        let now = platform.clock.now();
        let entity = (if about.is_some() { Entity::Staff } else { Entity::SignIn }, about);
        let entry =
            |action| Entry { actor, action, entity, changes: Changes::none(), from: info }.row(&platform.ids, now);
        let entries = (entry(action), entry("auth.locked"));
        let counted = platform.limits.are_on();
        platform
            .storage
            .write((self.subjects(), entries), move |tx, (subjects, (failed, locked))| {
                Box::pin(async move {
                    tx.audit(failed.clone());
                    if counted && lockout::count_failure(tx.conn(), subjects, now).await? {
                        tx.audit(locked.clone());
                    }
                    Ok(())
                })
            })
            .await
    }
}
