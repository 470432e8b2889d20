//! The built front ends: content-hashed, precompressed, held in memory.
//!
//! Release builds embed them in the binary; debug builds read `web/dist`. Only these files are ever served for a path
//! that a client sends.

use std::collections::HashMap;
use std::path::Path;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rust_embed::RustEmbed;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::secrets::sha256_hex;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Built;

/// All assets of the program by their path below `/assets` or `/admin`.
pub struct Assets {
    site: HashMap<String, Asset>,
    admin: HashMap<String, Asset>,
    /// Source name → path below `/assets`.
    names: HashMap<String, String>,
    shell: Option<Shell>,
}

#[derive(Clone)]
struct Asset {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    media_type: HeaderValue,
    etag: HeaderValue,
    immutable: bool,
}

/// The page returned for every URL of the dashboard.
struct Shell {
    page: Asset,
    policy: HeaderValue,
}

#[derive(Deserialize)]
struct ManifestEntry {
    file: String,
    #[serde(default)]
    name: Option<String>,
}

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const REVALIDATE: &str = "private, no-cache";

impl Assets {
    /// Loads the built assets, and lets files in `theme` replace those of the same name.
    pub fn load(theme: Option<&Path>) -> std::io::Result<Self> {
        let mut site = collect("site/");
        let admin = collect("admin/");
        let mut names = manifest();
        if let Some(folder) = theme.map(|theme| theme.join("assets")).filter(|folder| folder.is_dir()) {
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let bytes = Bytes::from(std::fs::read(entry.path())?);
                let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, "bin"));
                let path = format!("{stem}-{}.{extension}", &sha256_hex(&bytes)[..10]);
                site.insert(path.clone(), Asset::new(&path, bytes, None, None, true));
                names.insert(name, path);
            }
        }
        let shell = admin.get("index.html").map(Shell::new);
        Ok(Self { site, admin, names, shell })
    }

    /// The URL of an asset by its source name, such as `site.css`.
    pub fn address(&self, name: &str) -> Option<String> {
        self.names.get(name).map(|path| format!("/assets/{path}"))
    }

    /// True if this build contains the dashboard.
    pub fn has_dashboard(&self) -> bool {
        self.shell.is_some()
    }

    /// The response that contains an asset, by its source name. Its URL stays when its content changes.
    pub fn named(&self, name: &str, headers: &HeaderMap) -> Option<Response> {
        self.site(self.names.get(name)?, headers)
    }

    /// The response to `/assets/{path}`.
    pub fn site(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        self.site.get(path).map(|asset| asset.answer(headers))
    }

    /// The response to `/admin/{path}`: a file of the dashboard, or its shell for everything that looks like a page.
    pub fn admin(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        if let Some(asset) = self.admin.get(path).filter(|_| path != "index.html") {
            return Some(asset.answer(headers));
        }
        if path.starts_with("_app/") {
            return None;
        }
        Some(match &self.shell {
            Some(shell) => {
                let mut response = shell.page.answer(headers);
                response.headers_mut().insert(CONTENT_SECURITY_POLICY, shell.policy.clone());
                response.headers_mut().insert("referrer-policy", HeaderValue::from_static("no-referrer"));
                response
            }
            None => not_built(),
        })
    }
}

impl Shell {
    fn new(page: &Asset) -> Self {
        let html = String::from_utf8_lossy(&page.plain);
        let hashes: Vec<String> = inline_scripts(&html)
            .map(|script| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script.as_bytes()))))
            .collect();
        let hashes = hashes.join(" ");
        let policy = format!(
            "default-src 'none'; script-src 'self' {hashes}; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
             connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; \
             object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
             trusted-types svelte-trusted-html letter"
        );
        let mut shell = page.clone();
        shell.immutable = false;
        Self {
            page: shell,
            policy: HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'")),
        }
    }
}

/// The text of each inline script in the page.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!attributes.contains("src=")).then_some(script)
    })
}

impl Asset {
    fn new(path: &str, plain: Bytes, brotli: Option<Bytes>, gzip: Option<Bytes>, immutable: bool) -> Self {
        let guess = mime_guess::from_path(path).first_or_octet_stream();
        let text = guess.type_() == "text" || guess.subtype() == "javascript";
        let media_type = if text { format!("{guess}; charset=utf-8") } else { guess.to_string() };
        let etag = format!("\"{}\"", &sha256_hex(&plain)[..20]);
        Self {
            plain,
            brotli,
            gzip,
            media_type: HeaderValue::try_from(media_type)
                .unwrap_or(HeaderValue::from_static("application/octet-stream")),
            etag: HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\"")),
            immutable,
        }
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let cache = HeaderValue::from_static(if self.immutable { IMMUTABLE } else { REVALIDATE });
        if is_known(headers, &self.etag) {
            return (StatusCode::NOT_MODIFIED, [(ETAG, self.etag.clone()), (CACHE_CONTROL, cache)]).into_response();
        }
        let (body, encoding) = match accepted(headers) {
            Encoding::Brotli if self.brotli.is_some() => (self.brotli.clone(), Some("br")),
            Encoding::Brotli | Encoding::Gzip if self.gzip.is_some() => (self.gzip.clone(), Some("gzip")),
            _ => (None, None),
        };
        let mut response = Response::new(Body::from(body.unwrap_or_else(|| self.plain.clone())));
        let out = response.headers_mut();
        out.insert(CONTENT_TYPE, self.media_type.clone());
        out.insert(ETAG, self.etag.clone());
        out.insert(CACHE_CONTROL, cache);
        out.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(encoding) = encoding {
            out.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

/// The best encoding that a client accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Brotli,
    Gzip,
    Plain,
}

/// True if the client has this version already: `If-None-Match` contains `*` or the tag (RFC 9110, 13.1.2).
pub fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let Some(sent) = headers.get(IF_NONE_MATCH) else { return false };
    let (Ok(sent), Ok(etag)) = (sent.to_str(), etag.to_str()) else { return false };
    sent.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// The best encoding in `Accept-Encoding`; `q=0` excludes an encoding.
pub fn accepted(headers: &HeaderMap) -> Encoding {
    let text = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |name: &str| {
        text.split(',').any(|part| {
            let mut pieces = part.split(';').map(str::trim);
            pieces.next() == Some(name) && pieces.next() != Some("q=0")
        })
    };
    if takes("br") {
        Encoding::Brotli
    } else if takes("gzip") {
        Encoding::Gzip
    } else {
        Encoding::Plain
    }
}

fn collect(prefix: &str) -> HashMap<String, Asset> {
    let bytes = |path: &str| {
        Built::get(path).map(|file| match file.data {
            std::borrow::Cow::Borrowed(data) => Bytes::from_static(data),
            std::borrow::Cow::Owned(data) => Bytes::from(data),
        })
    };
    Built::iter()
        .filter(|path| path.starts_with(prefix))
        .filter(|path| {
            let extension = Path::new(path.as_ref()).extension().and_then(|it| it.to_str());
            !path.contains("/.vite/") && !matches!(extension, Some("br" | "gz"))
        })
        .filter_map(|path| {
            let plain = bytes(&path)?;
            // Vite names these files by their content; the shell and its companions keep their names.
            let immutable = prefix == "site/" || path.contains("/immutable/");
            let name = path[prefix.len()..].to_owned();
            let asset = Asset::new(&path, plain, bytes(&format!("{path}.br")), bytes(&format!("{path}.gz")), immutable);
            Some((name.strip_prefix("assets/").map_or(name.clone(), str::to_owned), asset))
        })
        .collect()
}

/// Maps the site's source names to Vite's output paths.
fn manifest() -> HashMap<String, String> {
    let Some(file) = Built::get("site/.vite/manifest.json") else { return HashMap::new() };
    let entries: HashMap<String, ManifestEntry> = serde_json::from_slice(&file.data).unwrap_or_default();
    entries
        .into_iter()
        .map(|(source, entry)| {
            let name = source.rsplit('/').next().unwrap_or(&source).to_owned();
            let name = if source.starts_with('_') { entry.name.unwrap_or(name) } else { name };
            (name, entry.file.strip_prefix("assets/").unwrap_or(&entry.file).to_owned())
        })
        .collect()
}

fn not_built() -> Response {
    let text = "The dashboard has not been built yet. Run `make build-web`, then start the server again.\n";
    (StatusCode::SERVICE_UNAVAILABLE, [(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_encoding_that_is_wanted() {
        let best = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(text));
            accepted(&headers)
        };
        assert_eq!(best("gzip, deflate, br"), Encoding::Brotli);
        assert_eq!(best("gzip;q=1.0, br;q=0"), Encoding::Gzip);
        assert_eq!(best("identity"), Encoding::Plain);
    }

    #[test]
    fn a_version_is_known_by_its_tag_among_others() {
        let known = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, HeaderValue::from_static(text));
            is_known(&headers, &HeaderValue::from_static("\"b\""))
        };
        assert!(known("\"a\", W/\"b\"") && known("*") && known("\"b\""));
        assert!(!known("\"a\"") && !is_known(&HeaderMap::new(), &HeaderValue::from_static("\"b\"")));
    }

    #[test]
    fn inline_scripts_are_found_and_others_are_not() {
        let html = r#"<script src="/a.js"></script><script type="module">start()</script>"#;
        assert_eq!(inline_scripts(html).collect::<Vec<_>>(), ["start()"]);
    }
}
