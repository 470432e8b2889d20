//! Deletes old notices.

use chrono::Duration;
use database::entity::notifications::Column;

use super::store;
use crate::error::Result;
use crate::platform::Platform;

/// Read notices are kept this long.
const READ: Duration = Duration::days(30);
/// Unread notices are kept this long.
const UNREAD: Duration = Duration::days(90);
/// Deletes old notices.
///
/// # Errors
/// The database is unavailable; the next run continues.
pub async fn clean_up(platform: &Platform) -> Result<()> {
    let now = platform.clock.now();
    platform.delete_in_chunks(store::old(now - READ, now - UNREAD), Column::Id).await
}
