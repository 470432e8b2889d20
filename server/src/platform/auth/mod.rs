//! Signing in and staying signed in.
//!
//! Access tokens are short JWTs whose session is looked up again at least every second; refresh tokens rotate by one
//! conditional update (`rotation.rs` has the rule). Tables: `active_sessions`, `refresh_tokens`, `one_time_tokens`,
//! `sign_in_failures`, `totp_secrets`, `recovery_codes`, `passkeys`, `passkey_challenges`. Permission: `staff`, to take
//! the second factors of another away. Events: `session_ended`, `staff_changed`. Job: `auth.clean_up`.

mod access;
mod api;
mod attempts;
mod cookies;
mod device;
mod devices;
mod factors;
mod guard;
mod installation;
mod invitation;
mod letters;
mod liveness;
mod lockout;
mod mfa;
mod one_time;
mod passkey_store;
mod passkeys;
mod passwords;
mod prove;
mod public;
mod recovery;
mod recovery_codes;
mod relying_party;
mod reset_factors;
mod rotation;
mod sessions;
mod setup;
mod sign_in;
mod store;
mod totp;
mod view;

pub use devices::{SessionView, session_views};
pub use factors::{Factors, of as factors_of, remove_all as remove_factors, required as second_factor_required};
pub use guard::{Caller, demand, demand_in_person, own_account, recently_proven, signed_in, signed_in_or_token};
pub use installation::claim_installation;
pub use liveness::{Live, Liveness};
pub use lockout::{locked_until, unlock};
pub use one_time::{
    Kind as OneTimeKind, insert as insert_one_time, redeem_ticket, row as one_time_row, withdraw as withdraw_one_time,
};
pub use passwords::Passwords;
pub use reset_factors::reset_factors_of;
pub use sessions::{end_all as end_all_sessions, end_of as end_session_of};
pub use setup::setup_link;
pub use store::{clean_up, count_old_sessions};

use database::entity::audit_logs;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::http::RequestInfo;
use crate::platform::audit::{Changes, Entry};

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<App> {
    public::routes()
        .merge(recovery::routes())
        .merge(setup::routes())
        .merge(invitation::routes())
        .merge(api::routes())
        .merge(devices::routes())
        .merge(mfa::routes())
        .merge(passkeys::routes())
        .merge(prove::routes())
        .merge(reset_factors::routes())
}

/// An audit entry of what somebody did to the own account.
fn own_entry(
    app: &App,
    caller: &Caller,
    info: &RequestInfo,
    action: &'static str,
    changes: Changes,
) -> audit_logs::Model {
    Entry { actor: Some(caller.staff_id), action, entity: ("staff", Some(caller.staff_id)), changes, from: info }
        .row(&app.ids, app.clock.now())
}
