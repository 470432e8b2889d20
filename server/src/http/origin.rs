//! Cross-origin requests: which other origins can make a browser send us something, and which can read our responses.

use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use url::Url;

use crate::error::{Error, Result};

/// Our own origin and those on the allow-list.
#[derive(Debug)]
pub struct AllowedOrigins {
    own: String,
    others: Vec<String>,
    /// True once a rejected origin was logged.
    told: AtomicBool,
}

/// A validated origin of the allow-list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(pub String);

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let origin = Url::parse(text).map(|url| url.origin()).map_err(|error| format!("'{text}': {error}"))?;
        if origin.is_tuple() {
            Ok(Self(origin.ascii_serialization()))
        } else {
            Err(format!("'{text}' is not an origin such as https://www.example.com"))
        }
    }
}

impl AllowedOrigins {
    /// Our own origin and those of the list.
    pub fn new(own: String, others: &[Origin]) -> Self {
        Self { own, others: others.iter().map(|origin| origin.0.clone()).collect(), told: AtomicBool::new(false) }
    }

    /// Rejects an unsafe request that another site made a browser send.
    pub fn check(&self, method: &Method, headers: &HeaderMap) -> Result<()> {
        if method.is_safe() {
            return Ok(());
        }
        if matches!(header(headers, "sec-fetch-site"), Some("same-origin" | "none")) {
            return Ok(());
        }
        self.check_origin(headers)
    }

    /// Rejects a request whose origin is neither ours nor on the list.
    pub fn check_origin(&self, headers: &HeaderMap) -> Result<()> {
        match header(headers, ORIGIN.as_str()) {
            None if headers.contains_key(ORIGIN) => Err(self.refusal("unreadable")),
            None => Ok(()),
            Some(origin) if self.knows(origin) => Ok(()),
            Some(origin) => Err(self.refusal(origin)),
        }
    }

    /// Says which addresses differ: it is usually the operator, who opened the program under another address than the
    /// configured one. The first case is logged.
    fn refusal(&self, opened: &str) -> Error {
        let opened: String = opened.chars().filter(char::is_ascii_graphic).take(200).collect();
        if !self.told.swap(true, Ordering::Relaxed) {
            let own = &self.own;
            tracing::warn!(%opened, public = %own, "refused a request from another origin; TEKVWARHO_PUBLIC_URL sets ours");
        }
        Error::OriginForbidden { opened, own: self.own.clone() }
    }

    /// True for our own origin and those on the list.
    pub fn knows(&self, origin: &str) -> bool {
        self.is_own(origin) || self.others.iter().any(|other| other == origin)
    }

    /// True for the origin of our pages. Loopback names with the same port count as one: someone who opens `127.0.0.1`
    /// when the public URL says `localhost` is on the same machine.
    pub fn is_own(&self, origin: &str) -> bool {
        origin == self.own || self.is_same_loopback(origin)
    }

    /// Tells caches that responses vary by origin, even to requests without one, if others may read them.
    pub fn vary(&self, headers: &mut HeaderMap) {
        if !self.others.is_empty() {
            headers.append(VARY, HeaderValue::from_static("origin"));
        }
    }

    /// The origin that may read the response, if it is not ours.
    pub fn readable_by<'h>(&self, headers: &'h HeaderMap) -> Option<&'h HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        let text = origin.to_str().ok()?;
        self.others.iter().any(|other| other == text).then_some(origin)
    }

    fn is_same_loopback(&self, origin: &str) -> bool {
        let loopback = |text: &str| {
            let url = Url::parse(text).ok()?;
            let local = matches!(url.host_str()?, "localhost" | "127.0.0.1" | "[::1]");
            local.then(|| (url.scheme().to_owned(), url.port_or_known_default()))
        };
        loopback(&self.own).is_some_and(|own| loopback(origin) == Some(own))
    }
}

/// True for the preflight request that a browser sends before a cross-origin request.
pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS && headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// An extension of a response that pages of this origin can read, although it is neither ours nor on the allow-list.
#[derive(Clone)]
pub struct Reader(pub HeaderValue);

/// Lets `origin` read the response.
pub fn allow(headers: &mut HeaderMap, origin: HeaderValue, preflight: bool) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if preflight {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"));
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, content-type, idempotency-key, if-match"),
        );
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    } else {
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("etag, location, retry-after, x-request-id, x-total-count"),
        );
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &Method, pairs: &[(&'static str, &'static str)]) -> bool {
        let origins = AllowedOrigins::new(
            "http://localhost:5500".to_owned(),
            &["https://www.example.com".parse().expect("an origin")],
        );
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        origins.check(method, &headers).is_ok()
    }

    #[test]
    fn an_unsafe_request_of_a_foreign_page_is_refused() {
        assert!(check(&Method::POST, &[]));
        assert!(check(&Method::POST, &[("origin", "http://localhost:5500")]));
        assert!(check(&Method::POST, &[("origin", "http://127.0.0.1:5500")]));
        assert!(check(&Method::POST, &[("origin", "https://www.example.com")]));
        assert!(check(&Method::POST, &[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(check(&Method::GET, &[("origin", "https://evil.example")]));
        assert!(!check(&Method::POST, &[("origin", "https://evil.example")]));
        assert!(!check(&Method::POST, &[("origin", "http://localhost:5501")]));
        assert!(!check(&Method::DELETE, &[("origin", "null"), ("sec-fetch-site", "cross-site")]));
    }
}
