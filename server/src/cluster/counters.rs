//! Rate limits that all nodes share, in Redis.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::{ErrorKind, Script};

use super::link::Line;
use super::servers::in_time;
use crate::secrets::{Key, hmac};

/// A request does not wait longer for a count. This node's own count then has to do.
const PATIENCE: Duration = Duration::from_millis(250);
/// After a failure, requests do not ask for this time: a slow Redis holds up one of them a second.
const REST: Duration = Duration::from_secs(1);

/// GCRA, the same rule as in process (governor): a key holds the time at which the allowance is full again, in µs. Only
/// allowed requests move it. A clock of Redis that was set back makes nobody wait longer than for a full allowance.
static DRAW: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local time = redis.call('TIME')
         local now = time[1] * 1000000 + time[2]
         local each, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
         local full = math.min(tonumber(redis.call('GET', KEYS[1]) or now), now + each * burst)
         local wait = full - each * (burst - 1) - now
         if wait > 0 then return wait end
         full = math.max(full, now) + each
         redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
         return 0",
    )
});

/// The allowance of one subject.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    pub allowed: u32,
    /// In which a used-up allowance refills completely.
    pub window: Duration,
}

/// What the count of all nodes says of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    Allowed,
    /// Come back after that time.
    Refused(Duration),
    /// Redis cannot be asked.
    Unknown,
}

/// Counts of all nodes. Cheap to clone.
#[derive(Clone)]
pub struct Counters {
    line: Arc<Line>,
    /// Until then nobody asks.
    resting: Arc<Mutex<Option<Instant>>>,
    /// Separates installations that share a Redis.
    prefix: String,
    /// Redis does not get to know addresses of people and mailboxes, only their hashes under this key.
    key: Key,
}

impl Counters {
    pub(super) fn new(line: Arc<Line>, prefix: String, key: Key) -> Self {
        Self { line, resting: Arc::default(), prefix, key }
    }

    /// Takes one from the allowance of a subject, which is told apart by its limit, the allowance, and its bytes.
    pub async fn draw(&self, limit: &str, allowance: Allowance, subject: &[u8]) -> Drawn {
        if self.is_resting() {
            return Drawn::Unknown;
        }
        let Some(mut connection) = self.line.connection() else { return Drawn::Unknown };
        let each = (allowance.window / allowance.allowed.max(1)).as_micros().max(1);
        let subject = hex::encode(&hmac(&self.key, subject)[..16]);
        let mut drawing = DRAW.prepare_invoke();
        drawing.key(format!("{}:{limit}:{}:{subject}", self.prefix, allowance.allowed));
        drawing.arg(u64::try_from(each).unwrap_or(u64::MAX)).arg(allowance.allowed);
        match in_time(PATIENCE, drawing.invoke_async::<u64>(&mut connection)).await {
            Ok(0) => Drawn::Allowed,
            Ok(wait) => Drawn::Refused(Duration::from_micros(wait)),
            Err(error) => {
                self.rest();
                // A lost connection is noticed where events are heard. A server that answers but does not count is no
                // longer the right one: a replica, since another one was named.
                if error.kind() != ErrorKind::Io {
                    self.line.give_up(&error);
                }
                Drawn::Unknown
            }
        }
    }

    fn is_resting(&self) -> bool {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| Instant::now() < until)
    }

    fn rest(&self) {
        *self.resting.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
    }
}
