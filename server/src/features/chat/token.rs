//! What opens a session to its visitor: derived from its id, so nothing is stored that could leak, and a session whose row
//! is not made yet survives a restart.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::platform::Platform;
use crate::secrets::{Purpose, hmac};

/// How somebody came to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The browser that began it.
    Browser,
    /// The link in a mail.
    Link,
}

/// The token of the browser that began a session, 128 bit.
pub fn of_browser(platform: &Platform, session: Uuid) -> String {
    derive(platform.keys.current(Purpose::ChatToken).1, session, Key::Browser)
}

/// The page of the mailed link. The token stands behind `#`, so it reaches no server log.
pub fn link(platform: &Platform, session: Uuid) -> String {
    let token = derive(platform.keys.current(Purpose::ChatToken).1, session, Key::Link);
    platform.config.server.link(&format!("/chat/{session}#{token}"))
}

/// What the token is for that session; none: nothing.
pub fn check(platform: &Platform, session: Uuid, given: &str) -> Option<Key> {
    [Key::Browser, Key::Link].into_iter().find(|kind| {
        platform
            .keys
            .all(Purpose::ChatToken)
            .any(|key| derive(key, session, *kind).as_bytes().ct_eq(given.trim().as_bytes()).into())
    })
}

fn derive(key: &[u8], session: Uuid, kind: Key) -> String {
    let mut text = session.as_bytes().to_vec();
    text.push(match kind {
        Key::Browser => 1,
        Key::Link => 2,
    });
    URL_SAFE_NO_PAD.encode(&hmac(key, &text)[..16])
}
