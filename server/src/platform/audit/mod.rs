//! The audit trail: who did what to which entity, when, from where, and what changed.
//!
//! Slices add an entry to their unit of work with [`Entry`]. The sealer chains entries by hash within a second;
//! verification, on the command line and through the API, proves that none was changed, removed, moved or cut off.
//! Tables: `audit_logs`, `audit_chain`, `audit_checkpoints`. Permission: `audit`. Email: the head, once a week, to
//! people who opted in. Job: `audit.mail_head`.

mod api;
mod chain;
mod entry;
mod erase;
mod export;
mod filter;
mod find;
mod head_mail;
mod letters;
mod line;
mod sealer;
mod sentence;
mod sentences;
mod store;
mod verify;
mod view;

pub use entry::{Changes, Entry, write};
pub use erase::erase;
pub use export::as_json;
pub use line::Line;
pub use sealer::{LastSealed, seal_beside_others, seal_pending, seal_until_stopped, waiting_since};
pub use sentence::{Names, Words, label, sentence};
pub use store::{last_time, of_entity, recent, since};
pub use verify::{Head, Verdict, verify, verify_telling};
pub use view::names_for;

use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::http::rate_limit::{Allowed, Limit};
use crate::jobs::Job;
use crate::platform::Platform;
use crate::platform::mail::LetterKind;
use crate::platform::notices::{Default, Kind};
use crate::platform::permission::Permission;
use crate::platform::slice::{Brings, Slice};
use crate::storage::Cursor;
use chrono::Duration;

/// The weekly head of the audit trail.
static AUDIT_HEAD: Kind =
    Kind { name: "audit_head", needs: &[Permission::Audit], app: Default::Never, mail: Default::Off };

/// Verifications per person. Each takes seconds of CPU time; people who can start one are trusted, and the limit is
/// generous.
static VERIFY: Limit = Limit { name: "verify", window: 60, allowed: Allowed::Fixed(12) };

pub const SLICE: Slice<Platform> = Slice {
    api: api::routes,
    jobs: &[Job { name: "audit.mail_head", every: Duration::hours(1), run: |it| Box::pin(head_mail::mail_head(it)) }],
    brings: Brings {
        limits: &[&VERIFY],
        letters: &[LetterKind::of::<letters::AuditHead>()],
        sentences: sentences::sentences,
        notices: &[&AUDIT_HEAD],
        ..Brings::NOTHING
    },
    ..Slice::new("audit")
};

/// A page of all entries, oldest first, after that id.
pub async fn oldest_after(conn: &impl ConnectionTrait, after: Option<Uuid>, limit: u64) -> Result<Vec<Line>, DbErr> {
    let all = filter::Filter { oldest_first: true, ..filter::Filter::default() };
    find::rows(conn, &all, after.map(Cursor), limit).await
}
