//! API tokens: with them programs call the API in the name of the person who made them.
//!
//! A token may what was chosen for it, and never more than its person may at that moment. It ends by its date, when it is
//! revoked, and when its person is deactivated; that counts within a second. The table holds hashes.
//! Table: `api_tokens`. Permission: `settings`. Routes about people themselves take no tokens: `auth::signed_in` and
//! `auth::demand_in_person`.

mod api;
mod holder;
mod sentences;
mod store;

pub use holder::{Holder, PREFIX, holder, note_use, still_holds};
pub use store::revoke_all_of;

use crate::error::Result;
use crate::platform::Platform;
use crate::platform::known_names::NamesById;
use crate::platform::slice::{Brings, Slice};

/// What this part brings.
pub const SLICE: Slice<Platform> = Slice {
    api: api::routes,
    brings: Brings { sentences: sentences::sentences, ..Brings::NOTHING },
    ..Slice::new("tokens")
};

/// The name of every token, those that are revoked among them.
///
/// # Errors
/// The database is away.
pub async fn names(platform: &Platform) -> Result<NamesById> {
    platform.token_names.get(store::names(platform.storage.read())).await
}
