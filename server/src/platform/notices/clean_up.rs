//! Notices are no archive.

use chrono::Duration;
use database::entity::notifications::Column;

use super::store;
use crate::error::Result;
use crate::platform::Platform;

/// Those that were read stay this long.
const READ: Duration = Duration::days(30);
/// Those that nobody read.
const UNREAD: Duration = Duration::days(90);
/// Deletes notices that are old.
///
/// # Errors
/// The database is away; the next turn goes on.
pub async fn clean_up(platform: &Platform) -> Result<()> {
    let now = platform.clock.now();
    platform.delete_in_chunks(store::old(now - READ, now - UNREAD), Column::Id).await
}
