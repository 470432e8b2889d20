//! Adds up what was counted, beside the requests, so that whoever asks for a number has little to add.

use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::counts::{FOLD_AT, fold, unfolded};
use super::pool::Storage;
use crate::cluster::Event;
use crate::error::Result;

/// Changes gather this long.
const DELAY: Duration = Duration::from_secs(1);
/// What other processes have left is looked for this often.
const LOOK: Duration = Duration::from_mins(1);

/// Folds a second after something was counted, if much waits, until the program ends.
pub async fn fold_until_stopped(storage: Storage, stopping: CancellationToken) {
    let mut events = storage.bus.subscribe();
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(Event::Counted) | Err(RecvError::Lagged(_)) => {}
                Ok(_) => continue,
                Err(RecvError::Closed) => return,
            },
            _ = look.tick() => {}
            () = stopping.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(DELAY) => {}
            () = stopping.cancelled() => return,
        }
        // What is told up to here is folded now.
        events = events.resubscribe();
        if let Err(error) = fold_if_much(&storage).await {
            tracing::warn!(%error, "counts cannot be added up yet");
        }
    }
}

async fn fold_if_much(storage: &Storage) -> Result<()> {
    if unfolded(storage.read()).await? < FOLD_AT {
        return Ok(());
    }
    fold(storage).await
}
