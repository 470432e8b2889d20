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
/// Files for one form or conversation.
pub static FILES: Limit = Limit { name: "message_files", window: 600, allowed: Allowed::Fixed(30) };
/// Files of one address, which can load many forms.
pub static FILES_OF_ADDRESS: Limit =
    Limit { name: "message_files_of_address", window: 3_600, allowed: Allowed::Fixed(60) };
/// Files that a client gets of one conversation.
pub static FILE_READS: Limit = Limit { name: "message_file_reads", window: 60, allowed: Allowed::Fixed(300) };

/// All of them.
pub const ALL: &[&Limit] = &[&CONTACT, &CONTACT_WITHOUT_TOKEN, &CLIENT_REPLY, &FILES, &FILES_OF_ADDRESS, &FILE_READS];

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
