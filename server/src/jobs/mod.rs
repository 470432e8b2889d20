//! What runs by a schedule: each job is begun by one node at a time, by a lease in the `jobs` table. One that outlives its
//! lease may be begun by another node, so every job can run beside itself without harm.

mod chunks;
mod lease;
mod schedule;

pub use chunks::delete_in_chunks;
pub use schedule::{Job, Ready, Schedule};
