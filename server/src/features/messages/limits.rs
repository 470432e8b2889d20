//! How often one may write to the firm.

use serde::Deserialize;

use crate::http::rate_limit::{Allowed, Limit};
use crate::platform::settings::{Key, Part, limit};

/// Messages of the contact form, of one address.
pub static CONTACT: Limit =
    Limit { name: "contact", window: 3_600, allowed: Allowed::BySetting("security.limitContact") };
/// Messages that come without a form token, of one address.
pub static CONTACT_WITHOUT_TOKEN: Limit = Limit {
    name: "contact_without_token",
    window: 3_600,
    allowed: Allowed::BySetting("security.limitContactWithoutToken"),
};
/// What a client adds to one conversation.
pub static CLIENT_REPLY: Limit =
    Limit { name: "client_reply", window: 3_600, allowed: Allowed::BySetting("security.limitClientReply") };

/// The settings of these limits. Only the limits read them.
#[derive(Deserialize)]
pub struct LimitKeys {}

impl Part for LimitKeys {
    fn keys() -> Vec<Key> {
        vec![
            limit("limitContact", "Contact form messages", 1, 1_000, "an hour", 5)
                .help("From one network address. Messages with errors are not counted."),
            limit("limitContactWithoutToken", "Messages without the form", 1, 1_000, "an hour", 3)
                .help("From one network address, sent by a program that has not loaded the form."),
            limit("limitClientReply", "Client replies", 1, 1_000, "an hour", 20).help("In one conversation."),
        ]
    }
}
