//! What is kept no longer than it is needed.

use chrono::Duration;

use super::{store, undo};
use crate::app::App;
use crate::error::Result;
use crate::http::idempotency;

/// From where a message came is needed against abuse, and no longer than that. The privacy policy says the same.
const SENDER: Duration = Duration::days(90);
/// Rows of one unit.
const CHUNK: u64 = 500;

/// Deletes changes that can no longer be taken back, first answers that nobody asks for any more, and the network
/// address and program of old messages.
pub async fn clean_up(app: &App) -> Result<()> {
    let now = app.clock.now();
    app.storage
        .write((), move |tx, ()| {
            Box::pin(async move {
                undo::clean_up(tx, now).await?;
                idempotency::clean_up(tx.conn(), now).await
            })
        })
        .await?;
    loop {
        let forgotten = app
            .storage
            .write((), move |tx, ()| {
                Box::pin(async move { Ok(store::forget_senders(tx.conn(), now - SENDER, CHUNK).await?) })
            })
            .await?;
        if forgotten < CHUNK {
            return Ok(());
        }
    }
}
