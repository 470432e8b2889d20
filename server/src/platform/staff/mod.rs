//! The people of the firm: roles, permissions, invitations, and everything that somebody with the permission `staff`
//! does to another account.
//!
//! Tables: `staff`, `staff_avatars`. Permission: `staff`. Event: `staff_changed`. Mails: invitation, notice of a new
//! address, reset link. The first admin is made by set-up or by `tekvwarho staff create`.
//!
//! Two rules stand above all of it and are checked inside each unit, under locked rows (`act.rs`): nobody grants or
//! touches what is beyond their own rights, and an active admin stays.

mod access;
mod act;
mod api;
mod avatar;
mod change;
mod create;
mod import;
mod invite;
mod rows;
mod state;
mod store;
mod view;

pub use act::Act;
pub use avatar::url as avatar_url;
pub use create::{NewStaff, create, insert};
pub use store::{anybody_can_sign_in, by_email, by_id, change, everybody, has_password, names};

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<App> {
    api::routes()
        .merge(invite::routes())
        .merge(state::routes())
        .merge(access::routes())
        .merge(import::routes())
        .merge(avatar::routes())
}
