//! Attempts that wait for a password hash: per account and network, no more at once than are allowed to fail. Further
//! ones are rejected before they cost anything, so that a flood of guesses delays nobody.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::lockout::Subject;
use crate::error::{Error, Exceeded, Result};

/// Number of waiting attempts per subject on this node.
#[derive(Default)]
pub struct Turns(Mutex<HashMap<String, u32>>);

/// The slot of one attempt; dropping it frees the slot.
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    keys: Vec<String>,
}

impl Turns {
    /// A slot for an attempt at these subjects.
    ///
    /// # Errors
    /// The limit of waiting attempts of one subject is reached.
    pub(super) fn take(&self, subjects: &[Subject]) -> Result<Turn<'_>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |it: &&Subject| waiting.get(&it.key).is_some_and(|number| *number >= it.allowance());
        if let Some(full) = subjects.iter().find(full) {
            return Err(Error::RateLimited(Exceeded { limit: full.allowance(), window: 1, retry_after: 1 }));
        }
        let keys: Vec<String> = subjects.iter().map(|it| it.key.clone()).collect();
        for key in &keys {
            *waiting.entry(key.clone()).or_default() += 1;
        }
        Ok(Turn { turns: self, keys })
    }

    /// The only slot for that name.
    ///
    /// # Errors
    /// It is taken.
    pub(super) fn take_alone(&self, name: &str) -> Result<Turn<'_>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.contains_key(name) {
            return Err(Error::RateLimited(Exceeded { limit: 1, window: 1, retry_after: 1 }));
        }
        waiting.insert(name.to_owned(), 1);
        Ok(Turn { turns: self, keys: vec![name.to_owned()] })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut waiting = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            if let Some(number) = waiting.get_mut(key) {
                *number -= 1;
                if *number == 0 {
                    waiting.remove(key);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use chrono::Duration;

    use super::*;
    use crate::platform::settings::Lockout;

    #[test]
    fn no_more_wait_than_may_fail_and_nothing_is_kept() {
        let rules = Lockout { account: 2, device: 10, address: 3, wait: Duration::minutes(15) };
        let address = Subject::address(Ipv4Addr::LOCALHOST.into(), rules);
        let of = |name: &str| [Subject::account(name, rules), address.clone()];
        let turns = Turns::default();
        let ada = [turns.take(&of("ada")), turns.take(&of("ada"))].map(|turn| turn.expect("free"));
        let refused = |name: &str| matches!(turns.take(&of(name)), Err(Error::RateLimited(it)) if it.retry_after == 1);
        assert!(refused("ada"), "two of the account wait");
        let ben = turns.take(&of("ben")).expect("free");
        assert!(refused("eve"), "three of the address wait");
        drop(ben);
        drop(turns.take(&of("eve")).expect("free again"));
        drop(ada);
        let alone = turns.take_alone("link").expect("free");
        assert!(turns.take_alone("link").is_err() && turns.take_alone("another").is_ok());
        drop(alone);
        assert!(turns.0.lock().expect("whole").is_empty());
    }
}
