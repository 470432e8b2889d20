//! The slices. Each knows its tables, rules and endpoints; a slice calls another only through its `mod.rs`.

pub mod api_docs;
pub mod dashboard;
pub mod health;
pub mod messages;
pub mod onboarding;
pub mod privacy;
pub mod samples;
pub mod site;
