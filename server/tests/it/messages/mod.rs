//! The inbox.

mod canned;
mod contact;
mod delete;
mod inbox;
mod queue;
mod rules;
mod saved;
mod spam;
pub mod thread;
mod together;
