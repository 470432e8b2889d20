//! The audit trail: who did what to which entity, when, from where, and what changed.
//!
//! Slices add an entry to their unit of work with [`Entry`]. The sealer chains entries by hash within a second;
//! verification proves that none was changed, taken out, moved or cut off, by the command line and by the API.
//! Tables: `audit_logs`, `audit_chain`, `audit_checkpoints`. Permission: `audit`. Mail: the head, once a week, to whoever
//! wants it. Job: `audit.mail_head`.

mod api;
mod chain;
mod entry;
mod erase;
mod export;
mod filter;
mod find;
mod head_mail;
mod sealer;
mod sentence;
mod store;
mod verify;
mod view;

pub use api::routes;
pub use entry::{Changes, Entry, write};
pub use erase::erase;
pub use export::as_json;
pub use head_mail::mail_head;
pub use sealer::{LastSealed, seal_pending, seal_until_stopped, waiting_since};
pub use sentence::{Names, sentence};
pub use store::{of_entity, recent};
pub use verify::{Head, Verdict, verify, verify_telling};
pub use view::names_for;

use database::entity::audit_logs;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::storage::Cursor;

/// A page of all entries, oldest first, after that id.
pub async fn oldest_after(
    conn: &impl ConnectionTrait,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<audit_logs::Model>, DbErr> {
    let all = filter::Filter { oldest_first: true, ..filter::Filter::default() };
    find::rows(conn, &all, after.map(Cursor), limit).await
}
