//! Rate limits for signing in, and for everything afterwards.

use crate::http::rate_limit::{Allowed, Limit};

/// Session refreshes; unknown tokens, and password links, per address.
pub static REFRESH: Limit =
    Limit { name: "refresh", window: 900, allowed: Allowed::BySetting("security.limitRefresh") };
/// Requests of one person or token to the staff API.
pub static STAFF: Limit = Limit { name: "staff", window: 60, allowed: Allowed::BySetting("security.limitStaff") };
