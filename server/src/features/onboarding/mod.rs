//! The first steps after set-up: a list that knows what is done, and how far each person is in the tour. Slices bring the
//! steps.
//!
//! Table: `onboarding_marks`. Permission: each step has that of its page.

mod api;
mod sentences;
mod store;

use crate::app::App;
use crate::platform::slice::{Brings, Slice};

/// What this slice brings.
pub const SLICE: Slice<App> = Slice {
    api: api::routes,
    brings: Brings { sentences: sentences::sentences, ..Brings::NOTHING },
    ..Slice::new("onboarding")
};
