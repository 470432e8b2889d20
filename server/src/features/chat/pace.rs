//! How many frames one socket may send, whatever they say.

use std::time::{Duration, Instant};

/// Frames within [`WINDOW`].
const MOST: u32 = 200;
const WINDOW: Duration = Duration::from_secs(10);

/// The count of one socket.
pub struct Pace {
    since: Instant,
    count: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { since: Instant::now(), count: 0 }
    }
}

impl Pace {
    /// Counts a frame; false if there were too many.
    pub fn allows(&mut self) -> bool {
        if self.since.elapsed() >= WINDOW {
            *self = Self::default();
        }
        self.count += 1;
        self.count <= MOST
    }
}
