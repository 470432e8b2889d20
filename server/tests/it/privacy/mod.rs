//! Data retention.

mod retention;
