//! What the firm does, a slice each. A slice knows its tables, rules and endpoints, and calls another only through its
//! `mod.rs`.

pub mod api_docs;
pub mod dashboard;
mod health;
pub mod messages;
pub mod onboarding;
mod privacy;
pub mod samples;
pub mod site;

use crate::app::App;
use crate::platform::slice::Slice;

/// Every slice. What all share is made by walking this list; a new slice joins by its line.
pub static SLICES: [Slice<App>; 7] =
    [site::SLICE, messages::SLICE, dashboard::SLICE, onboarding::SLICE, samples::SLICE, privacy::SLICE, health::SLICE];
