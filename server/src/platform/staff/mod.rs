//! The people of the firm: roles, permissions, invitations, and everything that somebody with the permission `staff`
//! does to another account.
//!
//! Tables: `staff`, `staff_avatars`. Permission: `staff`. Event: `staff_changed`. Emails: invitation, notice of a new
//! address, reset link. Set-up or `tekvwarho staff create` creates the first admin.
//!
//! Two rules apply everywhere and are checked inside each unit, under locked rows (`act.rs`): nobody grants or touches
//! permissions beyond their own, and an active admin always remains.

mod access;
mod act;
mod addresses;
mod api;
mod avatar;
mod change;
mod create;
mod hand_over;
mod import;
mod invite;
mod letters;
mod rows;
mod sentences;
mod state;
mod store;
mod view;

pub use addresses::settle_addresses;
pub use avatar::url as avatar_url;
pub use create::{NewStaff, create, insert, known_of};
pub use store::{anybody_can_sign_in, by_email, by_id, can_be_given, change, everybody, has_password};

use utoipa_axum::router::OpenApiRouter;

use crate::error::Result;
use crate::pictures::PICTURE;
use crate::platform::Platform;
use crate::platform::known_names::NamesById;
use crate::platform::mail::LetterKind;
use crate::platform::permission::Permission;
use crate::platform::slice::{Brings, Slice, Step};

/// Size limit of an import file.
const LIST: usize = 1_000_000;

pub const SLICE: Slice<Platform> = Slice {
    api: routes,
    brings: Brings {
        bodies: &[
            ("/api/auth/me/avatar", PICTURE),
            ("/api/admin/staff/{id}/avatar", PICTURE),
            ("/api/admin/staff/import", LIST),
            ("/api/admin/staff/import/preview", LIST),
        ],
        letters: &[LetterKind::of::<letters::Invitation>(), LetterKind::of::<letters::EmailChanged>()],
        sentences: sentences::sentences,
        steps: &[Step {
            name: "colleague",
            place: 50,
            needs: Permission::Staff,
            link: "/staff",
            reviewable: false,
            done: |it| it.staff > 1,
        }],
        ..Brings::NOTHING
    },
    ..Slice::new("staff")
};

fn routes() -> OpenApiRouter<Platform> {
    api::routes()
        .merge(invite::routes())
        .merge(state::routes())
        .merge(access::routes())
        .merge(import::routes())
        .merge(avatar::routes())
}

/// The names of all people, including those who have left.
///
/// # Errors
/// The database is unavailable.
pub async fn names(platform: &Platform) -> Result<NamesById> {
    platform.staff_names.get(store::names(platform.storage.read())).await
}
