//! The audit trail: who did what to which entity, when, from where, and what changed.
//!
//! Slices add an entry to their unit of work with [`Entry`]. The sealer chains entries by hash within a second, and
//! `tekvwarho audit verify` proves that none was changed, taken out, moved or cut off.
//! Tables: `audit_logs`, `audit_chain`, `audit_checkpoints`. Permission: `audit`.

mod chain;
mod entry;
mod sealer;
mod sentence;
mod store;
mod verify;

pub use entry::{Changes, Entry};
pub use sealer::{seal_pending, seal_until_stopped};
pub use sentence::sentence;
pub use store::{export, of_entity, recent};
pub use verify::{Head, Verdict, verify};
