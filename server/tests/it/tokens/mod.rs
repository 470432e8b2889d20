//! API tokens.

mod api;
