//! The people of the firm: roles, permissions, and the list of colleagues.
//!
//! Table: `staff`. Invitations, editing and deactivation come with the next slice; the first admin is made by
//! set-up or by `tekvwarho staff create`.

mod api;
mod create;
mod roles;
mod store;

pub use api::routes;
pub use create::{NewStaff, create, insert};
pub use roles::{Permission, PermissionSet};
pub use store::{any, by_email, by_id, change, everybody, names};
