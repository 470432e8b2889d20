//! Work that only one node does at a time.

use sea_orm::{DatabaseTransaction, DbErr, TransactionTrait as _};

use super::dialect::{self, Engine};
use super::pool::Storage;

/// While this exists, no other node does the same work. The database releases it when the connection ends, so a node
/// that dies holds nobody up.
pub struct Alone(Option<DatabaseTransaction>);

impl Alone {
    /// Lets others do the work from now on. Without it they can a moment later: a dropped transaction ends when its
    /// connection is back in the pool.
    pub async fn end(self) {
        // A connection that is broken has ended the transaction too.
        if let Some(tx) = self.0 {
            let _ = tx.rollback().await;
        }
    }
}

impl Storage {
    /// Claims the work called `name`; none if another node has it. One program serves an `SQLite` file, so there nobody
    /// needs to ask.
    ///
    /// # Errors
    /// The database is unavailable.
    pub async fn alone(&self, name: &str) -> Result<Option<Alone>, DbErr> {
        if Engine::of(&self.read) == Engine::Sqlite {
            return Ok(Some(Alone(None)));
        }
        let tx = self.read.begin().await?;
        Ok(dialect::lock_work(&tx, name).await?.then_some(Alone(Some(tx))))
    }
}
