//! Showing who one is, by password or code: whom a failure counts against, and noting it.

use axum::http::HeaderMap;
use database::entity::staff;
use uuid::Uuid;

use super::lockout::{self, Subject};
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
    subjects: Vec<Subject>,
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
        let known = person.and_then(|person| device::known(platform, person.id, mark.as_deref()?));
        let rules = platform.settings.get().security.lockout();
        let subjects = match known {
            Some(device) => vec![Subject::known_device(device, rules)],
            None => vec![Subject::account(&email_key(email), rules), Subject::address(info.ip, rules)],
        };
        Self { subjects, known_device: known.is_some() }
    }

    /// Refuses while too many tries failed.
    pub async fn check(&self, platform: &Platform) -> Result<()> {
        if platform.limits.are_on() {
            lockout::check(platform.storage.read(), &self.subjects, platform.clock.now()).await
        } else {
            Ok(())
        }
    }

    /// Counts the try at the account as failed within the unit that will look at it, and refuses while too many failed; true when it
    /// locks. [`Attempt::forget`] takes it back.
    pub async fn take(&self, platform: &Platform, tx: &Tx<'_>) -> Result<bool> {
        match self.subjects.first().filter(|_| platform.limits.are_on()) {
            Some(account) => lockout::take_try(tx.conn(), account, platform.clock.now()).await,
            None => Ok(false),
        }
    }

    /// The try was right: the account's failures are forgotten. Those of an address stay, others may be behind it.
    pub async fn forget(&self, tx: &Tx<'_>) -> Result<()> {
        match self.subjects.first() {
            Some(account) => Ok(lockout::forget(tx.conn(), account).await?),
            None => Ok(()),
        }
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
            .write((self.subjects.clone(), entries), move |tx, (subjects, (failed, locked))| {
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
