//! The dashboard's two cookies: the refresh token, and the known-browser mark. Visitors get none.

use axum::http::header::{COOKIE, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};

use crate::error::{Error, Result};
use crate::platform::Platform;

/// True if the client says it is a browser; its refresh token is then stored where scripts cannot read it.
pub fn is_web(headers: &HeaderMap) -> bool {
    headers.get("x-client").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"web"))
}

/// Rejects a browser on a connection that could expose a cookie.
pub fn check_allowed(platform: &Platform) -> Result<()> {
    if platform.config.server.may_set_cookies() {
        Ok(())
    } else {
        Err(Error::Conflict(
            "Signing in with a browser needs https. Set TEKVWARHO_PUBLIC_URL to the https address.".into(),
        ))
    }
}

/// The refresh token from the cookie. Accepted only from a web client and a same-origin request.
pub fn refresh_token(platform: &Platform, headers: &HeaderMap) -> Option<String> {
    let same_site = headers.get("sec-fetch-site").is_none_or(|value| value == "same-origin");
    let own = headers
        .get(ORIGIN)
        .is_none_or(|value| value.to_str().is_ok_and(|origin| platform.front.origins.is_own(origin)));
    (is_web(headers) && same_site && own).then(|| read(headers, &name(platform, "refresh"))).flatten()
}

/// The known-browser mark.
pub fn device_mark(platform: &Platform, headers: &HeaderMap) -> Option<String> {
    read(headers, &name(platform, "device"))
}

/// Sets the refresh cookie: for the browser session, or for the token's sliding lifetime.
pub fn give_refresh(platform: &Platform, headers: &mut HeaderMap, token: &str, remember: bool) {
    let age = remember.then(|| platform.settings.get().security.sliding(true).num_seconds());
    set(platform, headers, "refresh", token, age);
}

/// Clears the refresh cookie.
pub fn clear_refresh(platform: &Platform, headers: &mut HeaderMap) {
    set(platform, headers, "refresh", "", Some(0));
}

/// Marks the browser as known for a year.
pub fn give_mark(platform: &Platform, headers: &mut HeaderMap, mark: &str) {
    set(platform, headers, "device", mark, Some(365 * 86_400));
}

fn set(platform: &Platform, headers: &mut HeaderMap, short: &str, value: &str, age: Option<i64>) {
    let secure = if platform.config.server.is_https() { "; Secure" } else { "" };
    let age = age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let cookie = format!("{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}", name(platform, short));
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        headers.append(SET_COOKIE, cookie);
    }
}

/// `__Host-` binds a cookie to this host, this path and TLS; without TLS, browsers reject the prefix.
fn name(platform: &Platform, short: &str) -> String {
    if platform.config.server.is_https() { format!("__Host-{short}") } else { short.to_owned() }
}

fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty())
}
