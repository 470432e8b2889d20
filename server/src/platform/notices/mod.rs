//! Notices for people: what happened that they may want to know, in the dashboard and by email.
//!
//! A slice calls [`rows`] before its unit, or [`for_one`] within it, and passes the rows to the unit with `Tx::notify`:
//! cause and notice are committed together, and open dashboards are notified at once. Slices declare the [`Kind`]s;
//! each person chooses among them. Tables: `notifications`, `notification_preferences`. No permission: everybody sees
//! their own. Job: `notifications.clean_up`. Marking a notice as read is not audited, like viewing a message.

mod api;
mod audience;
mod clean_up;
mod kind;
mod sentences;
mod store;
mod view;

pub use audience::{Audience, News, To, for_one, mail_to, rows};
pub use kind::{Channel, Default, Kind, NotificationEvent};
pub use store::{delete_of_entities, delete_of_event, take_of_entities};

use crate::jobs::Job;
use crate::platform::Platform;
use crate::platform::slice::{Brings, Slice};
use chrono::Duration;

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
