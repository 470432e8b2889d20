//! Onboarding after set-up: the first steps, which know what is done, and each person's progress in the tour. Slices declare
//! the steps.
//!
//! Table: `onboarding_marks`. Permission: each step requires that of its page.

mod api;
mod sentences;
mod store;

use crate::app::App;
use crate::platform::slice::{Brings, Slice};

pub const SLICE: Slice<App> = Slice {
    api: api::routes,
    brings: Brings { sentences: sentences::sentences, ..Brings::NOTHING },
    ..Slice::new("onboarding")
};
