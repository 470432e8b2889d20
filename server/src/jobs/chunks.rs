//! Deletes many rows without making anyone wait.

use sea_orm::{ColumnTrait as _, EntityTrait, QueryFilter as _, QuerySelect as _, QueryTrait as _, Select};
use tokio_util::sync::CancellationToken;

use crate::error::Result;
use crate::storage::Storage;

/// Rows per unit: takes far less than 50 ms.
const CHUNK: u64 = 500;

/// Deletes the selected rows, identified by the column `key`, one chunk per unit of work. On shutdown, the rest waits
/// for the next run.
pub async fn delete_in_chunks<E: EntityTrait>(
    storage: &Storage,
    stopping: &CancellationToken,
    which: Select<E>,
    key: E::Column,
) -> Result<()> {
    let chunk = which.select_only().column(key).limit(CHUNK).into_query();
    loop {
        let deleted = storage
            .write(chunk.clone(), move |tx, chunk| {
                Box::pin(async move {
                    let some = key.in_subquery(chunk.clone());
                    Ok(E::delete_many().filter(some).exec(tx.conn()).await?.rows_affected)
                })
            })
            .await?;
        if deleted < CHUNK || stopping.is_cancelled() {
            return Ok(());
        }
    }
}
