//! Rate limits that all nodes share, in Redis.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redis::{RedisError, Script};

use super::link::Line;
use super::servers::{in_time, is_replica, words};
use crate::secrets::{Key, hmac};

/// A request does not wait longer for a count. This node's own count then has to do.
const PATIENCE: Duration = Duration::from_millis(100);
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

/// While Redis does not count.
#[derive(Default)]
struct Trouble {
    /// Until then nobody asks.
    until: Option<Instant>,
    /// Why, as the log has it.
    told: Option<String>,
}

/// Counts of all nodes. Cheap to clone.
#[derive(Clone)]
pub struct Counters {
    line: Arc<Line>,
    trouble: Arc<Mutex<Trouble>>,
    /// Separates installations that share a Redis.
    prefix: String,
    /// Redis does not get to know addresses of people and mailboxes, only their hashes under this key.
    key: Key,
}

impl Counters {
    pub(super) fn new(line: Arc<Line>, prefix: String, key: Key) -> Self {
        Self { line, trouble: Arc::default(), prefix, key }
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
            Ok(wait) => {
                self.works();
                if wait == 0 { Drawn::Allowed } else { Drawn::Refused(Duration::from_micros(wait)) }
            }
            Err(error) => {
                self.rest(&error);
                Drawn::Unknown
            }
        }
    }

    fn is_resting(&self) -> bool {
        self.trouble().until.is_some_and(|until| Instant::now() < until)
    }

    /// Events go on: a server that cannot count can still carry them. Whether the connection is lost is noticed there.
    fn rest(&self, error: &RedisError) {
        let why = words(error);
        let mut trouble = self.trouble();
        trouble.until = Some(Instant::now() + REST);
        if trouble.told.as_ref() != Some(&why) {
            tracing::warn!(why, "Redis does not count: rate limits count per node");
            trouble.told = Some(why);
        }
        drop(trouble);
        if is_replica(error) {
            self.line.ask_again(error);
        }
    }

    fn works(&self) {
        let mut trouble = self.trouble();
        if trouble.told.take().is_some() {
            tracing::info!("Redis counts again: rate limits count over all nodes");
        }
        trouble.until = None;
    }

    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
