//! What the firm decides.

mod changes;
mod effects;
mod mail;
mod pictures;
mod services;
