//! An id for each request, assigned before anything can fail. Every response and every log line contains it.

use std::fmt;

use axum::http::{HeaderMap, HeaderName};
use uuid::Uuid;

/// `req_` and 32 hexadecimal digits, or what a trusted proxy sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId {
    text: [u8; LONGEST],
    length: u8,
}

const LONGEST: usize = 68;
/// The header that carries it, in both directions.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: RequestId;
}

impl RequestId {
    /// Keeps the id from a trusted proxy if it is well-formed, or creates a new one.
    pub fn assign(headers: &HeaderMap, from_proxy: bool, fresh: Uuid) -> Self {
        from_proxy
            .then(|| headers.get(HEADER)?.to_str().ok().and_then(Self::parse))
            .flatten()
            .unwrap_or_else(|| Self::fresh(fresh))
    }

    fn fresh(id: Uuid) -> Self {
        let mut text = [0; LONGEST];
        text[..4].copy_from_slice(b"req_");
        id.simple().encode_lower(&mut text[4..36]);
        Self { text, length: 36 }
    }

    fn parse(text: &str) -> Option<Self> {
        let tail = text.strip_prefix("req_")?;
        let fits = (20..=64).contains(&tail.len()) && tail.bytes().all(|b| b.is_ascii_alphanumeric());
        fits.then(|| {
            let mut bytes = [0; LONGEST];
            bytes[..text.len()].copy_from_slice(text.as_bytes());
            // At most 68, by the line above.
            Self { text: bytes, length: u8::try_from(text.len()).unwrap_or(0) }
        })
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[..usize::from(self.length)]).unwrap_or("")
    }

    /// Runs a future in which [`RequestId::current`] works.
    pub async fn scope<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }

    /// The id of the request that this task handles; empty outside of one.
    pub fn current() -> String {
        CURRENT.try_with(|id| id.as_str().to_owned()).unwrap_or_default()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assign(sent: &str, from_proxy: bool) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, sent.parse().expect("a header value"));
        RequestId::assign(&headers, from_proxy, Uuid::nil()).to_string()
    }

    #[test]
    fn an_id_is_kept_only_from_a_trusted_proxy_and_only_if_it_looks_like_one() {
        let good = "req_0123456789abcdefghij";
        assert_eq!(assign(good, true), good);
        assert_ne!(assign(good, false), good);
        assert_ne!(assign("req_short", true), "req_short");
        assert_ne!(assign("req_0123456789 0123456789", true), "req_0123456789 0123456789");
    }
}
