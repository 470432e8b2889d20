//! One line for each request, with the template of its route: never a raw path, query, address or body.
//!
//! Lines are gathered and written by a thread of its own, so that a slow disk does not slow answers.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::MatchedPath;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use chrono::{DateTime, SecondsFormat, Utc};

use super::RequestId;

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// Gathers lines and writes them to standard output. Cheap to clone.
#[derive(Clone)]
pub struct AccessLog(Option<Arc<Shared>>);

struct Shared {
    format: LogFormat,
    waiting: Mutex<String>,
}

/// Lines are written at least this often.
const EVERY: Duration = Duration::from_millis(100);

/// The route that answered, passed outward from the router.
#[derive(Clone)]
pub struct Route(pub MatchedPath);

impl AccessLog {
    /// A log on standard output.
    pub fn stdout(format: LogFormat) -> Self {
        let shared = Arc::new(Shared { format, waiting: Mutex::default() });
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

    /// Notes one answered request.
    pub fn note(&self, now: DateTime<Utc>, method: &Method, response: &Response, took: Duration, id: RequestId) {
        let Some(shared) = &self.0 else { return };
        let route = response.extensions().get::<Route>().map_or("-", |route| route.0.as_str());
        let status = response.status();
        let mut waiting = shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // Writing into a String does not fail.
        let _ = shared.format.write(&mut waiting, now, method, route, status, took, id);
    }

    /// Writes what waits; the drain calls it before the program ends.
    pub fn flush(&self) {
        if let Some(shared) = &self.0 {
            shared.flush();
        }
    }
}

impl Shared {
    fn flush(&self) {
        let lines = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if !lines.is_empty() {
            // Nothing can be done about a closed output, least of all log it.
            let _ = std::io::stdout().lock().write_all(lines.as_bytes());
        }
    }
}

impl LogFormat {
    #[expect(clippy::too_many_arguments, reason = "the columns of one line")]
    fn write(
        self,
        out: &mut String,
        now: DateTime<Utc>,
        method: &Method,
        route: &str,
        status: StatusCode,
        took: Duration,
        id: RequestId,
    ) -> std::fmt::Result {
        let at = now.to_rfc3339_opts(SecondsFormat::Millis, true);
        let (status, micros) = (status.as_u16(), took.as_micros());
        match self {
            Self::Text => writeln!(out, "{at} {method} {route} {status} {micros}us {id}"),
            // None of the values can hold a quote: a method and a route template of ours, numbers, an id of letters and digits.
            Self::Json => writeln!(
                out,
                r#"{{"time":"{at}","kind":"access","method":"{method}","route":"{route}","status":{status},"micros":{micros},"requestId":"{id}"}}"#
            ),
        }
    }
}
