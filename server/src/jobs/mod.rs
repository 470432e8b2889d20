//! What runs by a schedule: each job at most once at a time over all nodes, by a lease in the `jobs` table.

mod chunks;
mod lease;
mod schedule;

pub use chunks::delete_in_chunks;
pub use schedule::{count, run_due, run_until_stopped};
