//! What every slice stands on and that knows no slice.

pub mod audit;
pub mod auth;
pub mod live;
pub mod mail;
pub mod notices;
pub mod permission;
pub mod settings;
pub mod staff;
pub mod tokens;
