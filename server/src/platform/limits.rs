//! Limits that more than one part counts against.

use crate::http::rate_limit::{Allowed, Limit};

/// Reads of public routes, of one address.
pub static PUBLIC_READ: Limit =
    Limit { name: "public_read", window: 60, allowed: Allowed::BySetting("security.limitPublicRead") };
/// Mails to one recipient that a stranger can cause.
pub static STRANGER_MAIL: Limit =
    Limit { name: "stranger_mail", window: 3_600, allowed: Allowed::BySetting("security.limitStrangerMail") };
/// Mails to reset a password, of one address or to one mailbox.
pub static RESET_MAIL: Limit =
    Limit { name: "reset_mail", window: 3_600, allowed: Allowed::BySetting("security.limitResetMail") };
