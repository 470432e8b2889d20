//! What the firm does, one slice each. A slice knows its tables, rules and endpoints, and calls another slice only
//! through its `mod.rs`.

pub mod api_docs;
pub mod chat;
pub mod dashboard;
mod health;
pub mod messages;
pub mod onboarding;
mod privacy;
pub mod samples;
pub mod site;

use crate::app::App;
use crate::platform::slice::Slice;

/// Every slice. The shared parts iterate over this list; adding its line is how a new slice joins.
pub static SLICES: [Slice<App>; 8] = [
    site::SLICE,
    messages::SLICE,
    chat::SLICE,
    dashboard::SLICE,
    onboarding::SLICE,
    samples::SLICE,
    privacy::SLICE,
    health::SLICE,
];
