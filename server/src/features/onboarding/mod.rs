//! The first steps after set-up: a list that knows what is done, and how far each person is in the tour.
//!
//! Table: `onboarding_marks`, for what the data alone does not show: that somebody looked at texts and found them right,
//! that a test mail arrived, that a person has had enough of the list. Permission: each step has that of its page.

mod api;
mod steps;
mod store;

pub use api::routes;
pub use store::{FIRM, forget, mark};

/// The mark of a test mail that left the machine; its value is the way that it took.
pub const MAIL_WORKS: &str = "mail";
