//! Mail.

mod delivery;
mod smtp;
