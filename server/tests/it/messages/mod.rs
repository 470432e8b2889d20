//! The inbox.

mod canned;
mod contact;
mod delete;
mod inbox;
mod queue;
mod rules;
mod saved;
mod spam;
mod thread;
mod together;
