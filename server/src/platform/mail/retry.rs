//! When a mail that was not taken is tried again, and when it is given up.

use chrono::Duration;

/// Waits after each failed attempt: about a day and a half in all, as mail servers do it.
const WAITS: [i64; 9] = [10, 30, 120, 600, 1_800, 7_200, 21_600, 43_200, 43_200];

/// The wait after attempt number `attempts` (from 1), or none when that was the last. `jitter` from 0 to 1 spreads
/// mails that failed together over a quarter of the wait.
pub fn wait_after(attempts: i32, jitter: f64) -> Option<Duration> {
    let index = usize::try_from(attempts.max(1) - 1).ok()?;
    let seconds = *WAITS.get(index)?;
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "hours in milliseconds")]
    let millis = (seconds as f64 * 1_000.0 * (1.0 + jitter.clamp(0.0, 1.0) / 4.0)) as i64;
    Some(Duration::milliseconds(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<_> = (1..=9).filter_map(|attempt| wait_after(attempt, 0.0)).collect();
        assert_eq!(waits.len(), WAITS.len());
        assert!(waits.is_sorted());
        assert_eq!(wait_after(10, 0.0), None);
        assert_eq!(wait_after(1, 1.0), Some(Duration::milliseconds(12_500)));
    }
}
