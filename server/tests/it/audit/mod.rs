//! The audit trail.

mod api;
mod chain;
