//! The firm's settings.

mod changes;
mod effects;
mod mail;
mod pictures;
mod services;
