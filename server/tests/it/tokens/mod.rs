//! API tokens.

mod tokens;
