//! Showing who one is, by password or code: whom a failure counts against, and noting it.

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

/// One try.
#[derive(Clone)]
pub struct Attempt {
    /// Those whose failures the right answer takes back.
    own: Vec<Subject>,
    /// The network, which others may share.
    shared: Option<Subject>,
    /// The browser has signed in to this account before.
    pub known_device: bool,
}

impl Attempt {
    /// A try at the account of that address, which is `person` if there is one. A browser that is known counts for
    /// itself: neither a stranger nor a neighbour can shut it out.
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
            // Each browser has tries of its own, and all together no more than a network.
            Some(device) => (vec![Subject::known_device(device, rules), Subject::known_devices(&account, rules)], None),
            None => (vec![Subject::account(&account, rules)], Some(Subject::address(info.ip, rules))),
        };
        Self { own, shared, known_device: known.is_some() }
    }

    /// True when the password is right. No more wait for the hash at once than may fail, and who is known goes first:
    /// many guesses cost nobody their turn.
    ///
    /// # Errors
    /// Too many tries have failed, or wait.
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
        // Once more: of many guesses that waited for the hash, those after the lock do not count.
        self.check(platform).await?;
        Ok(right)
    }

    fn subjects(&self) -> Vec<Subject> {
        self.own.iter().chain(&self.shared).cloned().collect()
    }

    /// Where somebody waits who has not shown yet who they are.
    pub fn lane(&self) -> Lane {
        if self.known_device { Lane::Known } else { Lane::Stranger }
    }

    /// Refuses while too many tries failed.
    pub async fn check(&self, platform: &Platform) -> Result<()> {
        if platform.limits.are_on() {
            lockout::check(platform.storage.read(), &self.subjects(), platform.clock.now()).await
        } else {
            Ok(())
        }
    }

    /// Counts the try at the account as failed within the unit that will look at it, and refuses while too many failed; true when it
    /// locks. [`Attempt::forget`] takes it back.
    pub async fn take(&self, platform: &Platform, tx: &Tx<'_>) -> Result<bool> {
        let mut locks = false;
        for subject in self.own.iter().filter(|_| platform.limits.are_on()) {
            locks |= lockout::take_try(tx.conn(), subject, platform.clock.now()).await?;
        }
        Ok(locks)
    }

    /// The try was right: the account's failures are forgotten. Those of an address stay, others may be behind it.
    pub async fn forget(&self, tx: &Tx<'_>) -> Result<()> {
        for subject in &self.own {
            lockout::forget(tx.conn(), subject).await?;
        }
        Ok(())
    }

    /// Notes a failure: `action` in the audit trail, and the count of each subject. `actor` is known where somebody is
    /// signed in, `about` where the account is.
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
