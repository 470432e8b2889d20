//! Scheduled jobs: a lease in the `jobs` table ensures that only one node starts a job at a time. Another node can
//! start a job that outlives its lease, so every job must be safe to run concurrently with itself.

mod chunks;
mod lease;
mod schedule;

pub use chunks::delete_in_chunks;
pub use schedule::{Job, Ready, Schedule};
