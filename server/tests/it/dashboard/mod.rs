//! The overview.

mod counts;
