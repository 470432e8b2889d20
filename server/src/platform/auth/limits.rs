//! How often one may ask to come in, and for anything once inside.

use crate::http::rate_limit::{Allowed, Limit};

/// Renewals of a session; unknown tokens and links that set a password, of one address.
pub static REFRESH: Limit =
    Limit { name: "refresh", window: 900, allowed: Allowed::BySetting("security.limitRefresh") };
/// Requests of one person or token to the staff API.
pub static STAFF: Limit = Limit { name: "staff", window: 60, allowed: Allowed::BySetting("security.limitStaff") };
