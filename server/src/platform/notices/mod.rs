//! Notices for people: what happened that they may want to know of, in the dashboard and by mail.
//!
//! A slice asks [`rows`] before its unit, or [`for_one`] within it, and hands the rows to the unit with `Tx::notify`: cause and notice
//! are committed together, and open dashboards hear of it at once. Slices bring the [`Kind`]s;
//! each person chooses among them. Tables: `notifications`, `notification_preferences`. No permission: everybody sees
//! their own. Job: `notifications.clean_up`. Marking as read is not audited, no more than looking at a message is.

mod api;
mod audience;
mod clean_up;
mod kind;
mod sentences;
mod store;
mod view;

pub use audience::{Audience, News, To, for_one, mail_to, rows};
pub use kind::{Channel, Default, Kind, NotificationEvent};
pub use store::delete_of_entities;

use crate::jobs::Job;
use crate::platform::Platform;
use crate::platform::slice::{Brings, Slice};
use chrono::Duration;

/// What this part brings.
pub const SLICE: Slice<Platform> = Slice {
    api: api::routes,
    jobs: &[Job {
        name: "notifications.clean_up",
        every: Duration::hours(24),
        run: |it| Box::pin(clean_up::clean_up(it)),
    }],
    brings: Brings { sentences: sentences::sentences, ..Brings::NOTHING },
    ..Slice::new("notices")
};
