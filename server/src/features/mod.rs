//! The slices. Each knows its tables, rules and endpoints; a slice calls another only through its `mod.rs`.

pub mod api_docs;
pub mod audit;
pub mod auth;
pub mod dashboard;
pub mod health;
pub mod live;
pub mod messages;
pub mod notifications;
pub mod notify;
pub mod onboarding;
pub mod privacy;
pub mod samples;
pub mod settings;
pub mod site;
pub mod staff;
pub mod tokens;
