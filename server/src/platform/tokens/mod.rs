//! API tokens: with them programs call the API in the name of the person who made them.
//!
//! A token may what was chosen for it, and never more than its person may at that moment. It ends by its date, when it is
//! revoked, and when its person is deactivated; that counts within a second. Its person is told by mail when it is made, and a
//! reset of the password ends it, unless they say otherwise. The table holds hashes.
//! Table: `api_tokens`. Permission: `settings`. Routes about people themselves take no tokens: `auth::signed_in` and
//! `auth::demand_in_person`.

mod api;
mod holder;
mod letters;
mod sentences;
mod store;

pub use holder::{Holder, PREFIX, holder, note_use, permissions_of};
pub use store::revoke_all_of;

use crate::error::Result;
use crate::platform::Platform;
use crate::platform::known_names::NamesById;
use crate::platform::mail::LetterKind;
use crate::platform::slice::{Brings, Slice};

/// What this part brings.
pub const SLICE: Slice<Platform> = Slice {
    api: api::routes,
    brings: Brings {
        letters: &[LetterKind::of::<letters::TokenMade>()],
        sentences: sentences::sentences,
        ..Brings::NOTHING
    },
    ..Slice::new("tokens")
};

/// The name of every token, those that are revoked among them.
///
/// # Errors
/// The database is away.
pub async fn names(platform: &Platform) -> Result<NamesById> {
    platform.token_names.get(store::names(platform.storage.read())).await
}
