//! Notices for people: what happened that they may want to know of, in the dashboard and by mail.
//!
//! A slice asks [`rows`] before its unit, or [`for_one`] within it, and hands the rows to the unit with `Tx::notify`: cause and notice
//! are committed together, and open dashboards hear of it at once. `events.rs` has the list of events with their channels;
//! each person chooses among them. Tables: `notifications`, `notification_preferences`. No permission: everybody sees
//! their own. Job: `notifications.clean_up`. Marking as read is not audited, no more than looking at a message is.

mod api;
mod audience;
mod clean_up;
mod events;
mod store;
mod view;

pub use api::routes;
pub use audience::{Audience, News, To, for_one, mail_to, rows};
pub use clean_up::clean_up;
pub use events::Event;
pub use store::delete_of_entities;
