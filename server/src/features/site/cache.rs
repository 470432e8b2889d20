//! Rendered pages, compressed once, until settings change or their living facts are a minute old.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;

use crate::http::assets::{Encoding, accepted};
use crate::http::security_headers::PAGE_POLICY;
use crate::secrets::sha256_hex;

/// Pages say whether the firm is open, so none is kept for longer.
const FRESH: Duration = Duration::from_mins(1);

/// Pages that were rendered, by path.
pub struct Pages {
    kept: RwLock<HashMap<String, Arc<Page>>>,
    /// Rises when everything is forgotten.
    generation: AtomicU64,
    answer_time: RwLock<Option<(Instant, Option<String>)>>,
}

/// One page in three encodings.
pub struct Page {
    /// Rendered anew after this moment.
    until: Instant,
    plain: Bytes,
    brotli: Bytes,
    gzip: Bytes,
    etag: HeaderValue,
}

impl Pages {
    pub fn new() -> Self {
        Self { kept: RwLock::default(), generation: AtomicU64::new(0), answer_time: RwLock::default() }
    }

    /// The page of that path, if it is fresh.
    pub fn get(&self, path: &str) -> Option<Arc<Page>> {
        let pages = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        pages.get(path).filter(|page| Instant::now() < page.until).cloned()
    }

    /// Asked before a page is rendered: one that was made from what is forgotten in the meantime is not kept.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Keeps a page that was rendered now.
    pub fn keep(&self, generation: u64, path: &str, html: String) -> Arc<Page> {
        self.keep_for(generation, path, html, FRESH)
    }

    /// The same, for another time.
    pub fn keep_for(&self, generation: u64, path: &str, html: String, time: Duration) -> Arc<Page> {
        let page = Arc::new(Page::new(html, time));
        let mut pages = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if generation == self.generation() {
            pages.insert(path.to_owned(), page.clone());
        }
        page
    }

    /// Everything is rendered anew when it is asked for next.
    pub fn forget_all(&self) {
        let mut pages = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        self.generation.fetch_add(1, Ordering::Relaxed);
        pages.clear();
        drop(pages);
        *self.answer_time.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What is known of the usual answer; none when it has to be asked again.
    pub fn answer_time(&self) -> Option<Option<String>> {
        let known = self.answer_time.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(until, _)| *until > Instant::now()).map(|(_, text)| text.clone())
    }

    /// Keeps it for a while.
    pub fn keep_answer_time(&self, text: Option<String>, time: Duration) {
        *self.answer_time.write().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now() + time, text));
    }
}

impl Default for Pages {
    fn default() -> Self {
        Self::new()
    }
}

impl Page {
    fn new(html: String, time: Duration) -> Self {
        let etag = format!("\"{}\"", &sha256_hex(&html)[..20]);
        let plain = Bytes::from(html);
        Self {
            until: Instant::now() + time,
            brotli: brotli(&plain),
            gzip: gzip(&plain),
            etag: HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\"")),
            plain,
        }
    }

    /// The answer to a request with these headers.
    pub fn answer(&self, headers: &HeaderMap) -> Response {
        if headers.get(IF_NONE_MATCH) == Some(&self.etag) {
            let mut response = StatusCode::NOT_MODIFIED.into_response();
            self.describe(response.headers_mut());
            return response;
        }
        let (body, encoding) = match accepted(headers) {
            Encoding::Brotli => (&self.brotli, Some("br")),
            Encoding::Gzip => (&self.gzip, Some("gzip")),
            Encoding::Plain => (&self.plain, None),
        };
        let mut response = Response::new(Body::from(body.clone()));
        let out = response.headers_mut();
        self.describe(out);
        if let Some(encoding) = encoding {
            out.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }

    fn describe(&self, out: &mut HeaderMap) {
        html_headers(out);
        out.insert(ETAG, self.etag.clone());
        out.insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
}

/// The headers of every HTML page.
pub fn html_headers(out: &mut HeaderMap) {
    out.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    out.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    out.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
}

fn brotli(plain: &[u8]) -> Bytes {
    let params =
        brotli::enc::BrotliEncoderParams { quality: 5, lgwin: 18, size_hint: plain.len(), ..Default::default() };
    let mut out = Vec::new();
    // Memory to memory does not fail; an empty body would be seen by every test.
    let _ = brotli::BrotliCompress(&mut &plain[..], &mut out, &params);
    out.into()
}

fn gzip(plain: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let _ = encoder.write_all(plain);
    encoder.finish().unwrap_or_default().into()
}
