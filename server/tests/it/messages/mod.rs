//! The inbox.

mod canned;
mod contact;
mod inbox;
mod spam;
mod thread;
