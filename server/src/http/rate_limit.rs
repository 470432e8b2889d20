//! Rate limits by GCRA: an allowance that refills steadily, so that nobody waits for a full window to pass.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;

use super::AddressKey;
use crate::error::{Error, Exceeded, Result};

/// A kind of request that is limited. `Limit::ALL` says by how much.
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
}

impl Limit {
    const ALL: [(Self, u32, u64); 8] = [
        (Self::Contact, 5, 3_600),
        (Self::ContactWithoutToken, 3, 3_600),
        (Self::ResetMail, 3, 3_600),
        (Self::Refresh, 60, 900),
        (Self::PublicRead, 120, 60),
        (Self::Staff, 600, 60),
        (Self::ClientReply, 20, 3_600),
        (Self::StrangerMail, 3, 3_600),
    ];
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
    limiters: Option<Vec<DefaultKeyedRateLimiter<Subject>>>,
}

impl RateLimits {
    /// Limits as the contract has them, or none at all for load tests.
    pub fn new(enabled: bool) -> Self {
        let limiters = enabled.then(|| {
            Limit::ALL
                .iter()
                .map(|(_, burst, window)| {
                    let burst = NonZeroU32::new(*burst).unwrap_or(NonZeroU32::MIN);
                    let each = Duration::from_secs(*window) / burst.get();
                    let quota = Quota::with_period(each).unwrap_or(Quota::per_second(burst)).allow_burst(burst);
                    RateLimiter::keyed(quota)
                })
                .collect()
        });
        Self { limiters }
    }

    /// False in load tests.
    pub fn are_on(&self) -> bool {
        self.limiters.is_some()
    }

    /// Counts one request, or refuses it.
    pub fn check(&self, limit: Limit, subject: &Subject) -> Result<()> {
        let Some(limiters) = &self.limiters else { return Ok(()) };
        let (_, burst, window) = Limit::ALL[limit as usize];
        limiters[limit as usize].check_key(subject).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            let retry_after = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            Error::RateLimited(Exceeded { limit: burst, window, retry_after: retry_after.max(1) })
        })
    }

    /// Forgets subjects whose allowance is full again, so that memory does not grow with every address seen.
    pub fn sweep(&self) {
        for limiter in self.limiters.iter().flatten() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_variants() {
        for (index, (limit, ..)) in Limit::ALL.iter().enumerate() {
            assert_eq!(*limit as usize, index);
        }
    }

    #[test]
    fn a_limit_counts_each_subject_apart_and_says_when_to_come_back() {
        let limits = RateLimits::new(true);
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
}
