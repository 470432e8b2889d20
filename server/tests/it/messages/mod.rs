//! The inbox.

mod canned;
mod contact;
mod inbox;
mod queue;
mod spam;
mod thread;
mod together;
