//! The code that lets a client into the thread of a message: derived, so nothing has to be stored or can leak.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::platform::Platform;
use crate::secrets::{Purpose, hmac};

/// The code of a message, 128 bit.
pub fn code(platform: &Platform, message: Uuid) -> String {
    derive(platform.keys.current(Purpose::ThreadToken).1, message)
}

/// True when the code is that of the message.
pub fn opens(platform: &Platform, message: Uuid, given: &str) -> bool {
    platform
        .keys
        .all(Purpose::ThreadToken)
        .any(|key| derive(key, message).as_bytes().ct_eq(given.trim().as_bytes()).into())
}

/// The page of the thread. The code stands behind `#`, so it reaches no server log.
pub fn link(platform: &Platform, message: Uuid) -> String {
    platform.config.server.link(&format!("/message/{message}#{}", code(platform, message)))
}

fn derive(key: &[u8], message: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(&hmac(key, message.as_bytes())[..16])
}
