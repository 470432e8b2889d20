//! Rate limits that several parts share.

use crate::http::rate_limit::{Allowed, Limit};

/// Reads of public routes, per address.
pub static PUBLIC_READ: Limit =
    Limit { name: "public_read", window: 60, allowed: Allowed::BySetting("security.limitPublicRead") };
/// Emails to one recipient that a stranger can cause.
pub static STRANGER_MAIL: Limit =
    Limit { name: "stranger_mail", window: 3_600, allowed: Allowed::BySetting("security.limitStrangerMail") };
/// Password reset emails, per address or mailbox.
pub static RESET_MAIL: Limit =
    Limit { name: "reset_mail", window: 3_600, allowed: Allowed::BySetting("security.limitResetMail") };
