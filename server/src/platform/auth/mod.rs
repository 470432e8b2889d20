//! Signing in and staying signed in.
//!
//! Access tokens are short-lived JWTs whose session is looked up again at least every second; refresh tokens rotate by
//! one conditional update (`rotation.rs` has the rule). Tables: `active_sessions`, `refresh_tokens`, `one_time_tokens`,
//! `sign_in_failures`, `totp_secrets`, `recovery_codes`, `passkeys`, `passkey_challenges`. Permission: `staff`, to
//! remove another person's second factors. Events: `session_ended`, `staff_changed`. Job: `auth.clean_up`.

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
mod limits;
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
mod sentences;
mod sessions;
mod setup;
mod sign_in;
mod store;
mod totp;
mod turns;
mod view;

pub use device::Device;
pub use devices::{SessionView, session_views};
pub use factors::{Factors, of as factors_of, remove_all as remove_factors, required as second_factor_required};
pub use guard::{
    Caller, demand, demand_either, demand_in_person, own_account, recently_proven, signed_in, signed_in_or_token,
};
pub use installation::{claim_installation, installation_id};
pub use letters::PasswordReset;
pub use liveness::{Liveness, alive};
pub use lockout::{locked_until, unlock};
pub use one_time::{
    Kind as OneTimeKind, insert as insert_one_time, redeem_ticket, row as one_time_row, withdraw as withdraw_one_time,
};
pub use passwords::{Lane, Passwords};
pub use reset_factors::reset_factors_of;
pub use sessions::{end_all as end_all_sessions, end_of as end_session_of};
pub use setup::setup_link;
pub use turns::Turns;

use database::entity::audit_logs;
use utoipa_axum::router::OpenApiRouter;

use crate::http::RequestInfo;
use crate::jobs::Job;
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::limits::{PUBLIC_READ, RESET_MAIL, STRANGER_MAIL};
use crate::platform::mail::LetterKind;
use crate::platform::notices::{Default, Kind};
use crate::platform::slice::{Brings, Retention, Slice};
use chrono::Duration;

/// A person's account was used on a new device.
static NEW_DEVICE: Kind = Kind { name: "new_device", needs: &[], app: Default::On, mail: Default::Always };

pub const SLICE: Slice<Platform> = Slice {
    api: routes,
    jobs: &[Job { name: "auth.clean_up", every: Duration::hours(1), run: |it| Box::pin(store::clean_up(it)) }],
    brings: Brings {
        limits: &[&limits::REFRESH, &limits::STAFF, &PUBLIC_READ, &STRANGER_MAIL, &RESET_MAIL],
        letters: &[
            LetterKind::of::<letters::PasswordReset>(),
            LetterKind::of::<letters::PasswordChanged>(),
            LetterKind::of::<letters::NewDevice>(),
            LetterKind::of::<letters::FactorChanged>(),
        ],
        sentences: sentences::sentences,
        notices: &[&NEW_DEVICE],
        retention: &[Retention {
            key: "privacy.sessionDays",
            before: |settings, now| Some(settings.privacy.sessions_before(now)),
            count: |conn, before, limit| {
                Box::pin(async move { Ok(store::count_old_sessions(conn, before, limit).await?) })
            },
        }],
        ..Brings::NOTHING
    },
    ..Slice::new("auth")
};

fn routes() -> OpenApiRouter<Platform> {
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

/// An audit entry for an action on one's own account.
fn own_entry(
    platform: &Platform,
    caller: &Caller,
    info: &RequestInfo,
    action: &'static str,
    changes: Changes,
) -> audit_logs::Model {
    Entry { actor: Some(caller.staff_id), action, entity: (Entity::Staff, Some(caller.staff_id)), changes, from: info }
        .row(&platform.ids, platform.clock.now())
}
