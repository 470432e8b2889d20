//! Notices are no archive.

use chrono::Duration;

use super::store;
use crate::app::App;
use crate::error::Result;

/// Those that were read stay this long.
const READ: Duration = Duration::days(30);
/// Those that nobody read.
const UNREAD: Duration = Duration::days(90);
/// Rows of one unit.
const CHUNK: u64 = 1_000;

/// Deletes notices that are old.
///
/// # Errors
/// The database is away; the next turn goes on.
pub async fn clean_up(app: &App) -> Result<()> {
    let now = app.clock.now();
    loop {
        let deleted = app
            .storage
            .write((), move |tx, ()| {
                Box::pin(async move { Ok(store::delete_old(tx.conn(), now - READ, now - UNREAD, CHUNK).await?) })
            })
            .await?;
        if deleted < CHUNK {
            return Ok(());
        }
    }
}
