//! Signing in and staying signed in.
//!
//! Access tokens are short JWTs whose session is looked up again at least every second; refresh tokens rotate by one
//! conditional update (`rotation.rs` has the rule). Tables: `active_sessions`, `refresh_tokens`, `one_time_tokens`,
//! `sign_in_failures`. Events: `session_ended`, `staff_changed`. Job: `auth.clean_up`.

mod access;
mod api;
mod cookies;
mod device;
mod guard;
mod installation;
mod liveness;
mod lockout;
mod one_time;
mod passwords;
mod public;
mod recovery;
mod rotation;
mod sessions;
mod setup;
mod store;
mod view;

pub use guard::{Caller, demand, demand_in_person, signed_in, signed_in_or_token};
pub use installation::claim_installation;
pub use liveness::Liveness;
pub use one_time::{Kind as OneTimeKind, redeem_ticket};
pub use passwords::Passwords;
pub use setup::setup_link;
pub use store::clean_up;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<App> {
    public::routes().merge(recovery::routes()).merge(setup::routes()).merge(api::routes())
}
