//! One line for each request, with its route template: never a raw path, query, address or body.
//!
//! A separate thread buffers and writes the lines, so that a slow disk does not slow down responses.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use chrono::{DateTime, Utc};

use super::RequestId;

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// Buffers lines and writes them to standard output. Cheap to clone.
#[derive(Clone)]
pub struct AccessLog(Option<Arc<Shared>>);

struct Shared {
    format: LogFormat,
    lines: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    waiting: String,
    /// Lines dropped for lack of space since the last write.
    dropped: u64,
    /// The last second that was formatted, with its text: most lines share it.
    second: i64,
    second_text: String,
}

/// Buffered lines take at most this many bytes. When standard output stalls, later lines are dropped and counted.
const MOST: usize = 4_000_000;
/// Lines are written at least this often.
const EVERY: Duration = Duration::from_millis(100);

impl AccessLog {
    /// A log to standard output.
    pub fn stdout(format: LogFormat) -> Self {
        let shared = Arc::new(Shared { format, lines: Mutex::default() });
        let weak = Arc::downgrade(&shared);
        std::thread::spawn(move || {
            while let Some(shared) = weak.upgrade() {
                shared.flush();
                drop(shared);
                std::thread::sleep(EVERY);
            }
        });
        Self(Some(shared))
    }

    /// A log that writes nothing.
    pub fn off() -> Self {
        Self(None)
    }

    /// Logs one completed request.
    pub fn note(
        &self,
        now: DateTime<Utc>,
        method: &Method,
        route: &str,
        status: StatusCode,
        took: Duration,
        id: RequestId,
    ) {
        let Some(shared) = &self.0 else { return };
        let mut lines = shared.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.waiting.len() >= MOST {
            lines.dropped += 1;
            return;
        }
        // Writing into a String cannot fail.
        let _ = lines.write(shared.format, now, method, route, status, took, id);
    }

    /// Writes the buffered lines; the drain calls it before the program exits.
    pub fn flush(&self) {
        if let Some(shared) = &self.0 {
            shared.flush();
        }
    }
}

impl Shared {
    fn flush(&self) {
        let (lines, dropped) = {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            (std::mem::take(&mut lines.waiting), std::mem::take(&mut lines.dropped))
        };
        if dropped > 0 {
            tracing::warn!(dropped, "standard output was too slow for the access log");
        }
        if !lines.is_empty() {
            // Nothing can be done about a closed output, least of all log it.
            let _ = std::io::stdout().lock().write_all(lines.as_bytes());
        }
    }
}

impl Lines {
    #[expect(clippy::too_many_arguments, reason = "the columns of one line")]
    fn write(
        &mut self,
        format: LogFormat,
        now: DateTime<Utc>,
        method: &Method,
        route: &str,
        status: StatusCode,
        took: Duration,
        id: RequestId,
    ) -> std::fmt::Result {
        if self.second != now.timestamp() || self.second_text.is_empty() {
            self.second = now.timestamp();
            self.second_text = now.format("%Y-%m-%dT%H:%M:%S").to_string();
        }
        let (at, millis) = (&self.second_text, now.timestamp_subsec_millis());
        let (status, micros, out) = (status.as_u16(), took.as_micros(), &mut self.waiting);
        match format {
            LogFormat::Text => writeln!(out, "{at}.{millis:03}Z {method} {route} {status} {micros}us {id}"),
            // None of the values can contain a quote: our own method and route template, numbers, an id of letters and
            // digits.
            LogFormat::Json => writeln!(
                out,
                r#"{{"time":"{at}.{millis:03}Z","kind":"access","method":"{method}","route":"{route}","status":{status},"micros":{micros},"requestId":"{id}"}}"#
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_columns_in_both_forms() {
        let now: DateTime<Utc> = "2026-01-05T09:30:00.007Z".parse().expect("a time");
        let id = RequestId::assign(&axum::http::HeaderMap::new(), false, uuid::Uuid::nil());
        let mut lines = Lines::default();
        for format in [LogFormat::Text, LogFormat::Json] {
            lines
                .write(format, now, &Method::GET, "/services/{slug}", StatusCode::OK, Duration::from_micros(42), id)
                .expect("written");
        }
        let (text, json) = lines.waiting.split_once('\n').expect("two lines");
        assert_eq!(text, format!("2026-01-05T09:30:00.007Z GET /services/{{slug}} 200 42us {id}"));
        let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
        assert_eq!((json["time"].as_str(), json["status"].as_u64()), (Some("2026-01-05T09:30:00.007Z"), Some(200)));
    }
}
