//! Ids and random secrets.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::SeedableRng;
use rand::rngs::StdRng;
use uuid::{Builder, Uuid};

/// Draws ids. Random in production, repeatable by seed in tests and demo data. Cheap to clone.
#[derive(Clone)]
pub struct Ids(Option<Arc<Mutex<StdRng>>>);

impl Ids {
    /// Ids from the system's randomness.
    pub fn random() -> Self {
        Self(None)
    }

    /// The same ids for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Some(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    /// A `UUIDv7` (RFC 9562) of that moment: its order is the order of time, to the millisecond.
    pub fn next(&self, at: DateTime<Utc>) -> Uuid {
        let mut random = [0u8; 10];
        match &self.0 {
            None => rand::fill(&mut random),
            Some(rng) => {
                use rand::Rng as _;
                rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut random);
            }
        }
        at_millisecond(at, random)
    }
}

/// The smallest id of that moment: where a range of ids begins that stands for a range of time.
pub fn first_of(at: DateTime<Utc>) -> Uuid {
    at_millisecond(at, [0; 10])
}

fn at_millisecond(at: DateTime<Utc>, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Random bytes for keys, salts and tokens.
pub fn secret<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    rand::fill(&mut bytes);
    bytes
}
