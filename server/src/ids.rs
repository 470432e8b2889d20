//! Ids and random secrets.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::SeedableRng;
use rand::rngs::StdRng;
use uuid::{Builder, Uuid};

/// Generates ids. Random in production, repeatable by seed in tests and demo data. Cheap to clone.
#[derive(Clone)]
pub struct Ids(Arc<State>);

struct State {
    seeded: Option<Mutex<StdRng>>,
    /// Millisecond and counter of the last id: ids within one millisecond keep their order.
    last: AtomicU64,
}

/// The 12 bits after the millisecond count up (RFC 9562, 6.2, method 1).
const COUNTER_BITS: u32 = 12;

impl Ids {
    /// Ids from the system's randomness.
    pub fn random() -> Self {
        Self::new(None)
    }

    /// The same ids for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self::new(Some(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    fn new(seeded: Option<Mutex<StdRng>>) -> Self {
        Self(Arc::new(State { seeded, last: AtomicU64::new(0) }))
    }

    /// A `UUIDv7` (RFC 9562) for that time: ids sort by time, and within a millisecond by order of creation.
    pub fn next(&self, at: DateTime<Utc>) -> Uuid {
        let mut random = [0u8; 10];
        match &self.0.seeded {
            None => rand::fill(&mut random),
            Some(rng) => {
                use rand::Rng as _;
                rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut random);
            }
        }
        let [_, _, .., counter_high, counter_low] = self.0.counter(at).to_be_bytes();
        random[0] = counter_high & 0x0f;
        random[1] = counter_low;
        at_millisecond(at, random)
    }
}

impl State {
    /// Counts up within a millisecond, from 0 in a new one. Wraps after 4,096.
    fn counter(&self, at: DateTime<Utc>) -> u64 {
        let fresh = millis(at) << COUNTER_BITS;
        let next = |last: u64| if last >> COUNTER_BITS == millis(at) { last + 1 } else { fresh };
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        next(last.unwrap_or_default())
    }
}

/// The smallest id for that time: the start of an id range that represents a time range.
pub fn first_of(at: DateTime<Utc>) -> Uuid {
    at_millisecond(at, [0; 10])
}

/// The time of a `UUIDv7`, to the millisecond.
pub fn time_of(id: Uuid) -> DateTime<Utc> {
    let millis = i64::try_from(id.as_u128() >> 80).ok();
    millis.and_then(DateTime::from_timestamp_millis).unwrap_or_default()
}

fn at_millisecond(at: DateTime<Utc>, random: [u8; 10]) -> Uuid {
    Builder::from_unix_timestamp_millis(millis(at), &random).into_uuid()
}

fn millis(at: DateTime<Utc>) -> u64 {
    u64::try_from(at.timestamp_millis()).unwrap_or(0)
}

/// Random bytes for keys, salts and tokens.
pub fn secret<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    rand::fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ordered_even_within_a_millisecond() {
        let ids = Ids::random();
        let at = DateTime::from_timestamp_millis(1_767_225_600_123).expect("a time");
        let drawn: Vec<Uuid> = (0..4_000).map(|_| ids.next(at)).collect();
        assert!(drawn.is_sorted() && drawn.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(first_of(at) < drawn[0]);
        assert_eq!((time_of(drawn[0]), time_of(drawn[3_999])), (at, at));
        assert!(drawn[3_999] < first_of(at + chrono::Duration::milliseconds(1)));
        assert_eq!(drawn[0].get_version_num(), 7);
    }
}
