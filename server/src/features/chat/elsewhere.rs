//! The chat on other websites: which can show it, and what their pages can read.

use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, HeaderValue};

use super::settings::{Chat as Settings, Connect};
use crate::http::Reader;
use crate::platform::settings::Snapshot;

/// The websites that can show the chat, as origins; none while there is no chat.
pub fn websites(settings: &Snapshot) -> &[String] {
    let chat = settings.part::<Settings>();
    if chat.enabled { &chat.embed_origins } else { &[] }
}

/// False: there is no chat.
pub fn is_on(settings: &Snapshot) -> bool {
    settings.part::<Settings>().enabled
}

/// When the chat of a page connects: `intent` or `load`.
pub fn connects(settings: &Snapshot) -> Connect {
    settings.part::<Settings>().connect
}

/// The website whose page sent a request, if it is listed: it can read the response, even one that says that the chat is
/// switched off.
pub fn reader(settings: &Snapshot, headers: &HeaderMap) -> Option<Reader> {
    let origin: &HeaderValue = headers.get(ORIGIN)?;
    settings
        .part::<Settings>()
        .embed_origins
        .iter()
        .any(|one| one.as_bytes() == origin.as_bytes())
        .then(|| Reader(origin.clone()))
}
