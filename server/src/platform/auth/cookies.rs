//! The two cookies of the dashboard: the refresh token, and the mark of a known browser. Visitors get none.

use axum::http::header::{COOKIE, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};

use crate::app::App;
use crate::error::{Error, Result};

/// A browser says so, and gets its refresh token where scripts cannot read it.
pub fn is_web(headers: &HeaderMap) -> bool {
    headers.get("x-client").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"web"))
}

/// Refuses a browser where a cookie could be read on the way.
pub fn check_allowed(app: &App) -> Result<()> {
    if app.config.server.may_set_cookies() {
        Ok(())
    } else {
        Err(Error::Conflict(
            "Signing in with a browser needs https. Set TEKVWARHO_PUBLIC_URL to the https address.".into(),
        ))
    }
}

/// The refresh token of the cookie. It counts only for a web client and a request of our own pages.
pub fn refresh_token(app: &App, headers: &HeaderMap) -> Option<String> {
    let same_site = headers.get("sec-fetch-site").is_none_or(|value| value == "same-origin");
    let own = headers.get(ORIGIN).is_none_or(|value| value.to_str().is_ok_and(|origin| app.origins.is_own(origin)));
    (is_web(headers) && same_site && own).then(|| read(headers, &name(app, "refresh"))).flatten()
}

/// The mark of a known browser.
pub fn device_mark(app: &App, headers: &HeaderMap) -> Option<String> {
    read(headers, &name(app, "device"))
}

/// Gives the refresh token to the browser: for the browser session, or as long as it may live unused.
pub fn give_refresh(app: &App, headers: &mut HeaderMap, token: &str, remember: bool) {
    let age = remember.then(|| app.settings.get().security.sliding(true).num_seconds());
    set(app, headers, "refresh", token, age);
}

/// Takes the refresh token away.
pub fn clear_refresh(app: &App, headers: &mut HeaderMap) {
    set(app, headers, "refresh", "", Some(0));
}

/// Marks the browser as known for a year.
pub fn give_mark(app: &App, headers: &mut HeaderMap, mark: &str) {
    set(app, headers, "device", mark, Some(365 * 86_400));
}

fn set(app: &App, headers: &mut HeaderMap, short: &str, value: &str, age: Option<i64>) {
    let secure = if app.config.server.is_https() { "; Secure" } else { "" };
    let age = age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let cookie = format!("{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}", name(app, short));
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        headers.append(SET_COOKIE, cookie);
    }
}

/// `__Host-` binds a cookie to this host, this path and TLS; without TLS browsers refuse the prefix.
fn name(app: &App, short: &str) -> String {
    if app.config.server.is_https() { format!("__Host-{short}") } else { short.to_owned() }
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
