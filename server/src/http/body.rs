//! Request bodies: size limits and parsing.

use std::collections::HashMap;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{Extensions, HeaderMap};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::valid;
use crate::error::{Error, Result};

/// Characters in a body to public and auth routes. A message of 5,000 letters fits in every script.
const SMALL: usize = 10_000;
/// Bytes in such a body: a form without scripts escapes a letter to as many as 12.
const SMALL_BYTES: usize = 64_000;
/// Staff write long replies and import lists.
const LARGE: usize = 256_000;

/// A body must arrive within this time.
const SLOWEST: Duration = Duration::from_secs(30);
/// Bytes a second of the slowest line on which a large body arrives: a phone at the edge of its network.
const PACE: usize = 125_000;

/// A route whose limit differs from that of its kind: the route template, and bytes.
pub type OwnLimit = (&'static str, usize);

/// Body limits per route.
pub struct BodyLimits(HashMap<&'static str, usize>);

impl BodyLimits {
    /// The limits of all kinds of routes, with the routes that have their own.
    pub fn new(own: impl IntoIterator<Item = OwnLimit>) -> Self {
        Self(own.into_iter().collect())
    }

    /// The limit of a route, by its template.
    pub fn of(&self, route: &str) -> BodyLimit {
        let staff = route.starts_with("/api/admin/") && !route.starts_with("/api/admin/auth/");
        match self.0.get(route) {
            Some(&bytes) => BodyLimit { bytes, in_letters: false },
            None if staff => BodyLimit { bytes: LARGE, in_letters: false },
            // A page accepts more: it is rendered again with the submitted text, so that the visitor can shorten it.
            None => BodyLimit { bytes: SMALL_BYTES, in_letters: route.starts_with("/api/") },
        }
    }
}

/// The limit for one request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit {
    bytes: usize,
    /// Letters are limited too, because a letter can take many bytes.
    in_letters: bool,
}

impl BodyLimit {
    /// A limit of this many bytes.
    pub const fn bytes(bytes: usize) -> Self {
        Self { bytes, in_letters: false }
    }

    /// The limit of a request, as stored by [`admit`](super::admit).
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get().copied().unwrap_or(Self { bytes: SMALL_BYTES, in_letters: true })
    }

    /// Rejects a body whose announced length exceeds the limit, before anything reads it.
    pub fn check_length(self, headers: &HeaderMap) -> Result<()> {
        let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > self.bytes) { Err(self.exceeded()) } else { Ok(()) }
    }

    /// Rejects a body with too many characters, however few bytes each takes.
    fn check_letters(self, bytes: &[u8]) -> Result<()> {
        let within = !self.in_letters || bytes.len() <= SMALL || characters(bytes) <= SMALL;
        if within { Ok(()) } else { Err(self.exceeded()) }
    }

    /// Where letters are limited, the error reports the limit that plain text reaches first.
    fn exceeded(self) -> Error {
        Error::BodyTooLarge { limit: if self.in_letters { SMALL } else { self.bytes } }
    }
}

/// Counts characters of UTF-8 text; a JSON escape (`\u00e4`) or a form escape (`%C3%A4`) counts as what it stands for.
fn characters(bytes: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        let escaped = match byte {
            b'%' => hex(bytes, at + 1, 2).map(|value| (value, 3)),
            b'\\' if bytes.get(at + 1) == Some(&b'u') => hex(bytes, at + 2, 4).map(|_| (0, 6)),
            _ => None,
        };
        let (value, length) = escaped.unwrap_or((u32::from(byte), 1));
        // Bytes from 80 to BF continue a character.
        count += usize::from(value & 0xC0 != 0x80);
        at += length;
    }
    count
}

fn hex(bytes: &[u8], from: usize, digits: usize) -> Option<u32> {
    let text = std::str::from_utf8(bytes.get(from..from + digits)?).ok()?;
    u32::from_str_radix(text, 16).ok()
}

/// The time in which a file of at most that many bytes must arrive.
pub fn time_for(bytes: usize) -> Duration {
    SLOWEST + Duration::from_secs((bytes / PACE) as u64)
}

/// Reads a body up to its limit.
pub async fn read(limit: BodyLimit, body: Body) -> Result<Bytes> {
    let Ok(read) = tokio::time::timeout(SLOWEST, Limited::new(body, limit.bytes).collect()).await else {
        return Err(Error::MalformedBody("The body did not arrive in time.".into()));
    };
    match read {
        Ok(collected) => {
            let bytes = collected.to_bytes();
            limit.check_letters(&bytes).map(|()| bytes)
        }
        Err(error) if error.is::<LengthLimitError>() => Err(limit.exceeded()),
        Err(_) => Err(Error::MalformedBody("The body ended before it was complete.".into())),
    }
}

/// A JSON body; errors name the field.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        if !is_json(request.headers()) {
            return Err(Error::UnsupportedMediaType);
        }
        let limit = BodyLimit::of(request.extensions());
        parse(&read(limit, request.into_body()).await?).map(Self)
    }
}

/// A request without a body yields none, and so does `null`.
impl<S: Send + Sync, T: DeserializeOwned> OptionalFromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>> {
        let limit = BodyLimit::of(request.extensions());
        let (parts, body) = request.into_parts();
        let bytes = read(limit, body).await?;
        match bytes.trim_ascii() {
            b"" => Ok(None),
            b"null" if is_json(&parts.headers) => Ok(None),
            _ => {
                let request = Request::from_parts(parts, Body::from(bytes));
                <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
            }
        }
    }
}

/// Parses JSON from a client.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    // serde accepts a list for a struct, field by field; no client means that.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        serde_json::from_slice::<serde::de::IgnoredAny>(bytes)
            .map_err(|_| Error::MalformedBody("The body is not valid JSON.".into()))?;
        return Err(Error::field("", "invalid", "This must be an object."));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        // A truncated body is malformed JSON, even if an earlier value has the wrong type.
        if error.inner().is_data() && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok() {
            valid::wrong_shape(&error.path().to_string(), &error.inner().to_string())
        } else {
            Error::MalformedBody("The body is not valid JSON.".into())
        }
    })?;
    reader.end().map_err(|_| Error::MalformedBody("There is extra content after the JSON value.".into()))?;
    Ok(value)
}

/// A form body as a browser submits it without scripts.
pub struct Form<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        if media_type(request.headers()) != "application/x-www-form-urlencoded" {
            return Err(Error::UnsupportedMediaType);
        }
        let limit = BodyLimit::of(request.extensions());
        let bytes = read(limit, request.into_body()).await?;
        serde_urlencoded::from_bytes(&bytes).map(Self).map_err(|_| {
            Error::MalformedBody("The form is incomplete. Go back, reload the page and send it again.".into())
        })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let media = media_type(headers);
    media == "application/json" || media.ends_with("+json")
}

pub(super) fn media_type(headers: &HeaderMap) -> String {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|value| value.trim().to_ascii_lowercase())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_once_however_they_are_written() {
        for (text, letters) in [
            ("яблоко", 6),
            (r"\u044f\u0431", 2),
            ("%D1%8F%D0%B1", 2),
            ("100% yes", 8),
            (r"\n\\u", 5),
            ("%4", 2),
            ("", 0),
        ] {
            assert_eq!(characters(text.as_bytes()), letters, "{text}");
        }
    }

    #[test]
    fn a_public_body_has_room_for_a_message_in_every_script() {
        let limits = BodyLimits::new([("/api/auth/me/avatar", 2_000_000)]);
        let takes = |route: &str, body: String| limits.of(route).check_letters(body.as_bytes()).is_ok();
        assert!(takes("/api/contact", "я".repeat(5_000)));
        assert!(takes("/contact", "%D1%8F".repeat(5_000)));
        assert!(!takes("/api/contact", "a".repeat(10_001)));
        assert!(takes("/contact", "a".repeat(10_001)));
        assert!(takes("/api/admin/messages/bulk", "a".repeat(10_001)));
        assert!(!takes("/api/admin/auth/login", "a".repeat(10_001)));
        assert_eq!(limits.of("/api/auth/me/avatar").bytes, 2_000_000);
        assert_eq!(limits.of("/api/admin/messages/bulk").bytes, LARGE);
    }
}
