//! What opens a session to its visitor: it names the session and is derived from its id, so nothing is stored that could
//! leak, and a session whose row is not made yet survives a restart.

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

/// The token of the browser that began a session: its id, and 128 bit that only we can derive from it.
pub fn of_browser(platform: &Platform, session: Uuid) -> String {
    write(platform.keys.current(Purpose::ChatToken).1, session, Key::Browser)
}

/// The page of the mailed link. The token stands behind `#`, so it reaches no server log.
pub fn link(platform: &Platform, session: Uuid) -> String {
    let token = write(platform.keys.current(Purpose::ChatToken).1, session, Key::Link);
    platform.config.server.link(&format!("/chat/{session}#{token}"))
}

/// The session that a token opens, and how; none: nothing.
pub fn opens(platform: &Platform, given: &str) -> Option<(Uuid, Key)> {
    let bytes = URL_SAFE_NO_PAD.decode(given.trim()).ok().filter(|bytes| bytes.len() == 32)?;
    let (session, proof) = bytes.split_at(16);
    let session = Uuid::from_slice(session).ok()?;
    let opens = |kind| platform.keys.all(Purpose::ChatToken).any(|key| derive(key, session, kind).ct_eq(proof).into());
    [Key::Browser, Key::Link].into_iter().find(|kind| opens(*kind)).map(|kind| (session, kind))
}

fn write(key: &[u8], session: Uuid, kind: Key) -> String {
    URL_SAFE_NO_PAD.encode([*session.as_bytes(), derive(key, session, kind)].concat())
}

fn derive(key: &[u8], session: Uuid, kind: Key) -> [u8; 16] {
    let mut text = session.as_bytes().to_vec();
    text.push(match kind {
        Key::Browser => 1,
        Key::Link => 2,
    });
    let mut proof = [0; 16];
    proof.copy_from_slice(&hmac(key, &text)[..16]);
    proof
}
