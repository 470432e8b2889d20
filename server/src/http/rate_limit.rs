//! Rate limits by GCRA: an allowance that refills steadily, so that nobody has to wait for a full window.
//!
//! All nodes count together in Redis, and each node also counts what it allows: that count decides while Redis is gone,
//! and after Redis has forgotten everything.

use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;

use super::AddressKey;
use crate::cluster::{Allowance, Counters, Drawn};
use crate::error::{Error, Exceeded, Result};

/// A kind of limited request. The slice that limits it declares it.
#[derive(Debug, PartialEq, Eq)]
pub struct Limit {
    pub name: &'static str,
    /// Seconds in which a used-up allowance refills completely.
    pub window: u64,
    pub allowed: Allowed,
}

/// The number of requests allowed per window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// As many as the setting with that key says.
    BySetting(&'static str),
    Fixed(u32),
}

/// Whom a limit counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    Address(AddressKey),
    Staff(Uuid),
    /// A folded email address.
    Mailbox(String),
    /// Anything else with a name: a conversation, a token's hash.
    Key(String),
}

impl Subject {
    /// Tells subjects of one limit apart on all nodes.
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Address(address) => format!("address {address}").into_bytes(),
            Self::Staff(id) => format!("staff {id}").into_bytes(),
            Self::Mailbox(mailbox) => format!("mailbox {mailbox}").into_bytes(),
            Self::Key(key) => format!("key {key}").into_bytes(),
        }
    }
}

/// All limits.
pub struct RateLimits {
    enabled: bool,
    /// The counts of all nodes together; none if there is no Redis.
    counters: Option<Counters>,
    limiters: RwLock<HashMap<&'static str, Limiter>>,
}

/// One limit with its counters.
struct Limiter {
    limit: &'static Limit,
    allowed: NonZeroU32,
    counts: DefaultKeyedRateLimiter<Subject>,
}

impl Limiter {
    fn new(limit: &'static Limit, allowed: NonZeroU32) -> Self {
        let each = Duration::from_secs(limit.window) / allowed.get();
        let quota = Quota::with_period(each).unwrap_or(Quota::per_second(allowed)).allow_burst(allowed);
        Self { limit, allowed, counts: RateLimiter::keyed(quota) }
    }
}

impl Limit {
    /// The current allowance, at least one. `setting` reads a number from the settings.
    fn allowance(&self, setting: &impl Fn(&str) -> u32) -> NonZeroU32 {
        let allowed = match self.allowed {
            Allowed::BySetting(key) => setting(key),
            Allowed::Fixed(number) => number,
        };
        NonZeroU32::new(allowed).unwrap_or(NonZeroU32::MIN)
    }
}

impl RateLimits {
    /// These limits, with the allowances of the settings; disabled for load tests.
    pub fn new(
        enabled: bool,
        counters: Option<Counters>,
        limits: impl IntoIterator<Item = &'static Limit>,
        setting: impl Fn(&str) -> u32,
    ) -> Self {
        let limiters = limits.into_iter().map(|it| (it.name, Limiter::new(it, it.allowance(&setting)))).collect();
        Self { enabled, counters, limiters: RwLock::new(limiters) }
    }

    /// Applies new settings. A limit that changes resets its counters; the others continue.
    pub fn adopt(&self, setting: impl Fn(&str) -> u32) {
        let mut limiters = self.limiters.write().unwrap_or_else(PoisonError::into_inner);
        for limiter in limiters.values_mut() {
            let allowed = limiter.limit.allowance(&setting);
            if limiter.allowed != allowed {
                *limiter = Limiter::new(limiter.limit, allowed);
            }
        }
    }

    /// False in load tests.
    pub fn are_on(&self) -> bool {
        self.enabled
    }

    /// Counts one request, or rejects it.
    ///
    /// # Errors
    /// 429 if the allowance is used up, on this node or on all together.
    pub async fn check(&self, limit: &'static Limit, subject: &Subject) -> Result<()> {
        if !self.enabled {
            return Ok(());
        }
        if let Some(counters) = &self.counters {
            let allowed = self.allowed(limit)?;
            let allowance = Allowance { allowed: allowed.get(), window: Duration::from_secs(limit.window) };
            if let Drawn::Refused(wait) = counters.draw(limit.name, allowance, &subject.bytes()).await {
                return Err(exceeded(limit, allowed, wait));
            }
        }
        self.check_here(limit, subject)
    }

    fn allowed(&self, limit: &'static Limit) -> Result<NonZeroU32> {
        let limiters = self.limiters.read().unwrap_or_else(PoisonError::into_inner);
        limiters.get(limit.name).map(|it| it.allowed).ok_or_else(|| unknown(limit))
    }

    /// Counts one request on this node.
    fn check_here(&self, limit: &'static Limit, subject: &Subject) -> Result<()> {
        let limiters = self.limiters.read().unwrap_or_else(PoisonError::into_inner);
        let limiter = limiters.get(limit.name).ok_or_else(|| unknown(limit))?;
        match limiter.counts.check_key(subject) {
            Ok(()) => Ok(()),
            Err(refused) => {
                Err(exceeded(limit, limiter.allowed, refused.wait_time_from(DefaultClock::default().now())))
            }
        }
    }

    /// Drops subjects whose allowance is full again, so that memory does not grow with every address seen.
    pub fn sweep(&self) {
        for limiter in self.limiters.read().unwrap_or_else(PoisonError::into_inner).values() {
            limiter.counts.retain_recent();
            limiter.counts.shrink_to_fit();
        }
    }
}

fn unknown(limit: &Limit) -> Error {
    Error::internal(format!("no slice brings the limit {}", limit.name))
}

fn exceeded(limit: &Limit, allowed: NonZeroU32, wait: Duration) -> Error {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Error::RateLimited(Exceeded { limit: allowed.get(), window: limit.window, retry_after: seconds.max(1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    static ONE: Limit = Limit { name: "one", window: 3_600, allowed: Allowed::BySetting("limitOne") };
    static TWO: Limit = Limit { name: "two", window: 3_600, allowed: Allowed::Fixed(3) };
    static STRAY: Limit = Limit { name: "stray", window: 3_600, allowed: Allowed::Fixed(3) };

    fn three_of_each() -> RateLimits {
        RateLimits::new(true, None, [&ONE, &TWO], |_| 3)
    }

    #[tokio::test]
    async fn a_limit_counts_each_subject_apart_and_says_when_to_come_back() {
        let limits = three_of_each();
        let anna = Subject::Mailbox("anna@example.com".into());
        let ben = Subject::Mailbox("ben@example.com".into());
        for _ in 0..3 {
            limits.check(&ONE, &anna).await.expect("within the limit");
        }
        let Err(Error::RateLimited(exceeded)) = limits.check(&ONE, &anna).await else {
            panic!("the fourth must be refused")
        };
        assert_eq!((exceeded.limit, exceeded.window), (3, 3_600));
        assert!((1..=1_200).contains(&exceeded.retry_after));
        limits.check(&ONE, &ben).await.expect("another mailbox");
        limits.check(&TWO, &anna).await.expect("another limit");
    }

    #[tokio::test]
    async fn a_new_allowance_counts_at_once_and_leaves_the_others_alone() {
        let limits = three_of_each();
        let anna = Subject::Mailbox("anna@example.com".into());
        for limit in [&ONE, &TWO] {
            for _ in 0..3 {
                limits.check(limit, &anna).await.expect("within the limit");
            }
        }
        limits.adopt(|key| if key == "limitOne" { 5 } else { 9 });
        for _ in 0..5 {
            limits.check(&ONE, &anna).await.expect("within the new limit");
        }
        let Err(Error::RateLimited(exceeded)) = limits.check(&ONE, &anna).await else { panic!("the sixth") };
        assert_eq!(exceeded.limit, 5);
        assert!(limits.check(&TWO, &anna).await.is_err());
    }

    #[tokio::test]
    async fn nothing_allowed_is_one_and_a_limit_that_nobody_brings_is_a_fault_of_ours() {
        let limits = RateLimits::new(true, None, [&ONE], |_| 0);
        let anna = Subject::Mailbox("anna@example.com".into());
        limits.check(&ONE, &anna).await.expect("the first");
        assert!(limits.check(&ONE, &anna).await.is_err());
        assert!(matches!(limits.check(&STRAY, &anna).await, Err(Error::Internal(_))));
        RateLimits::new(false, None, [], |_| 0).check(&STRAY, &anna).await.expect("load tests have no limits");
    }
}
