//! Pages that are the same for everyone: rendered and compressed once, until settings change or they expire.
//!
//! A cached page is returned before the router runs; that is what makes the public site fast.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use axum::response::Response;
use bytes::Bytes;

use super::assets::{Encoding, accepted, is_known};
use super::security_headers::{self, PAGE_POLICY};
use crate::secrets::sha256_hex;

/// Pages say whether the firm is open, so none is cached for longer.
const FRESH: Duration = Duration::from_mins(1);

/// Rendered pages, by path and query.
pub struct PageCache {
    kept: RwLock<HashMap<String, Arc<Page>>>,
    /// Increases when the cache is cleared.
    generation: AtomicU64,
    https: bool,
}

/// One page in three encodings, with all headers except the request's own.
pub struct Page {
    /// The template of the route, for the access log.
    pub route: &'static str,
    /// Rendered again after this time.
    until: Instant,
    etag: HeaderValue,
    plain: Variant,
    gzip: Variant,
    brotli: Variant,
    unchanged: HeaderMap,
}

struct Variant {
    headers: HeaderMap,
    body: Bytes,
}

impl PageCache {
    /// An empty cache. With `https`, its pages carry the HSTS header.
    pub fn new(https: bool) -> Self {
        Self { kept: RwLock::default(), generation: AtomicU64::new(0), https }
    }

    /// The cached page for a request.
    pub fn of<B>(&self, request: &Request<B>) -> Option<Arc<Page>> {
        if request.method() != Method::GET {
            return None;
        }
        self.get(request.uri().path_and_query()?.as_str())
    }

    /// The page for that path and query, if it is fresh.
    pub fn get(&self, address: &str) -> Option<Arc<Page>> {
        let pages = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        pages.get(address).filter(|page| Instant::now() < page.until).cloned()
    }

    /// Read before rendering: a page made from data that is invalidated in the meantime is not cached.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Caches a page that was just rendered.
    pub fn keep(&self, generation: u64, route: &'static str, address: &str, html: String) -> Arc<Page> {
        self.keep_for(generation, route, address, html, FRESH)
    }

    /// The same, with another lifetime.
    pub fn keep_for(
        &self,
        generation: u64,
        route: &'static str,
        address: &str,
        html: String,
        time: Duration,
    ) -> Arc<Page> {
        let page = Arc::new(Page::new(route, html, Instant::now() + time, self.https));
        let mut pages = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if generation == self.generation() {
            pages.insert(address.to_owned(), page.clone());
        }
        page
    }

    /// Clears the cache; every page is rendered again on the next request.
    pub fn forget_all(&self) {
        let mut pages = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        self.generation.fetch_add(1, Ordering::Relaxed);
        pages.clear();
    }
}

impl Page {
    fn new(route: &'static str, html: String, until: Instant, https: bool) -> Self {
        let etag = format!("\"{}\"", &sha256_hex(&html)[..20]);
        let etag = HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\""));
        let plain = Bytes::from(html);
        let headers = |encoding: Option<&'static str>| {
            let mut headers = HeaderMap::with_capacity(16);
            html_headers(&mut headers);
            headers.insert(ETAG, etag.clone());
            headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
            security_headers::apply(&mut headers, https);
            if let Some(encoding) = encoding {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            headers
        };
        Self {
            route,
            until,
            brotli: Variant { headers: headers(Some("br")), body: brotli(&plain) },
            gzip: Variant { headers: headers(Some("gzip")), body: gzip(&plain) },
            plain: Variant { headers: headers(None), body: plain },
            unchanged: headers(None),
            etag,
        }
    }

    /// The response to a request with these headers.
    pub fn answer(&self, headers: &HeaderMap) -> Response {
        if is_known(headers, &self.etag) {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().clone_from(&self.unchanged);
            return response;
        }
        let variant = match accepted(headers) {
            Encoding::Brotli => &self.brotli,
            Encoding::Gzip => &self.gzip,
            Encoding::Plain => &self.plain,
        };
        let mut response = Response::new(Body::from(variant.body.clone()));
        response.headers_mut().clone_from(&variant.headers);
        response
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
    // Memory to memory cannot fail; every test would notice an empty body.
    let _ = brotli::BrotliCompress(&mut &plain[..], &mut out, &params);
    out.into()
}

fn gzip(plain: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let _ = encoder.write_all(plain);
    encoder.finish().unwrap_or_default().into()
}
