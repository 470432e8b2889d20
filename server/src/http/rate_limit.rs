//! Rate limits by GCRA: an allowance that refills steadily, so that nobody waits for a full window to pass.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;

use super::AddressKey;
use crate::error::{Error, Exceeded, Result};

/// A kind of request that is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    Contact,
    /// Contact without a form token.
    ContactWithoutToken,
    ResetMail,
    Refresh,
    PublicRead,
    Staff,
    /// Answers of a client on the thread page.
    ClientReply,
    /// Mails to one recipient that a stranger can trigger.
    StrangerMail,
    /// Walks over the whole audit trail.
    Verify,
    /// Test mails of a person.
    TestMail,
}

impl Limit {
    const ALL: [Self; 10] = [
        Self::Contact,
        Self::ContactWithoutToken,
        Self::ResetMail,
        Self::Refresh,
        Self::PublicRead,
        Self::Staff,
        Self::ClientReply,
        Self::StrangerMail,
        Self::Verify,
        Self::TestMail,
    ];

    /// Seconds after which a used allowance is full again.
    pub fn window(self) -> u64 {
        match self {
            Self::PublicRead | Self::Staff | Self::Verify => 60,
            Self::Refresh => 900,
            Self::Contact
            | Self::ContactWithoutToken
            | Self::ResetMail
            | Self::ClientReply
            | Self::StrangerMail
            | Self::TestMail => 3_600,
        }
    }
}

/// How many requests of each kind fit into its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowances([NonZeroU32; Limit::ALL.len()]);

impl Allowances {
    /// Asks for each limit; nothing at all counts as one.
    pub fn of(allowed: impl Fn(Limit) -> u32) -> Self {
        Self(Limit::ALL.map(|limit| NonZeroU32::new(allowed(limit)).unwrap_or(NonZeroU32::MIN)))
    }
}

/// Whom a limit counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    Address(AddressKey),
    Staff(Uuid),
    /// A folded e-mail address.
    Mailbox(String),
    /// Anything else that has a name: a conversation, a token's hash.
    Key(String),
}

/// All limits of this node.
pub struct RateLimits {
    enabled: bool,
    limiters: RwLock<Vec<Limiter>>,
}

/// One limit with what it has counted.
struct Limiter {
    allowed: NonZeroU32,
    counts: DefaultKeyedRateLimiter<Subject>,
}

impl Limiter {
    fn new(limit: Limit, allowed: NonZeroU32) -> Self {
        let each = Duration::from_secs(limit.window()) / allowed.get();
        let quota = Quota::with_period(each).unwrap_or(Quota::per_second(allowed)).allow_burst(allowed);
        Self { allowed, counts: RateLimiter::keyed(quota) }
    }
}

impl RateLimits {
    /// Limits with these allowances, or none at all for load tests.
    pub fn new(enabled: bool, allowances: Allowances) -> Self {
        let limiters = Limit::ALL.iter().zip(allowances.0).map(|(limit, allowed)| Limiter::new(*limit, allowed));
        Self { enabled, limiters: RwLock::new(limiters.collect()) }
    }

    /// From now on these allowances count. A limit that changes begins to count anew; the others go on.
    pub fn adopt(&self, allowances: Allowances) {
        let mut limiters = self.limiters.write().unwrap_or_else(PoisonError::into_inner);
        for ((limiter, limit), allowed) in limiters.iter_mut().zip(Limit::ALL).zip(allowances.0) {
            if limiter.allowed != allowed {
                *limiter = Limiter::new(limit, allowed);
            }
        }
    }

    /// False in load tests.
    pub fn are_on(&self) -> bool {
        self.enabled
    }

    /// Counts one request, or refuses it.
    pub fn check(&self, limit: Limit, subject: &Subject) -> Result<()> {
        if !self.enabled {
            return Ok(());
        }
        let limiters = self.limiters.read().unwrap_or_else(PoisonError::into_inner);
        let Some(limiter) = limiters.get(limit as usize) else { return Ok(()) };
        limiter.counts.check_key(subject).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            let retry_after = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            Error::RateLimited(Exceeded {
                limit: limiter.allowed.get(),
                window: limit.window(),
                retry_after: retry_after.max(1),
            })
        })
    }

    /// Forgets subjects whose allowance is full again, so that memory does not grow with every address seen.
    pub fn sweep(&self) {
        for limiter in self.limiters.read().unwrap_or_else(PoisonError::into_inner).iter() {
            limiter.counts.retain_recent();
            limiter.counts.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three_of_each() -> Allowances {
        Allowances::of(|_| 3)
    }

    #[test]
    fn the_table_is_in_the_order_of_the_variants() {
        for (index, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!(limit as usize, index);
        }
    }

    #[test]
    fn a_limit_counts_each_subject_apart_and_says_when_to_come_back() {
        let limits = RateLimits::new(true, three_of_each());
        let anna = Subject::Mailbox("anna@example.com".into());
        let ben = Subject::Mailbox("ben@example.com".into());
        for _ in 0..3 {
            limits.check(Limit::ResetMail, &anna).expect("within the limit");
        }
        let Err(Error::RateLimited(exceeded)) = limits.check(Limit::ResetMail, &anna) else {
            panic!("the fourth must be refused")
        };
        assert!((1..=1_200).contains(&exceeded.retry_after));
        limits.check(Limit::ResetMail, &ben).expect("another mailbox");
    }

    #[test]
    fn a_new_allowance_counts_at_once_and_leaves_the_others_alone() {
        let limits = RateLimits::new(true, three_of_each());
        let anna = Subject::Mailbox("anna@example.com".into());
        for limit in [Limit::ResetMail, Limit::StrangerMail] {
            for _ in 0..3 {
                limits.check(limit, &anna).expect("within the limit");
            }
        }
        limits.adopt(Allowances::of(|limit| if limit == Limit::ResetMail { 5 } else { 3 }));
        for _ in 0..5 {
            limits.check(Limit::ResetMail, &anna).expect("within the new limit");
        }
        let Err(Error::RateLimited(exceeded)) = limits.check(Limit::ResetMail, &anna) else { panic!("the sixth") };
        assert_eq!(exceeded.limit, 5);
        assert!(limits.check(Limit::StrangerMail, &anna).is_err());
    }
}
