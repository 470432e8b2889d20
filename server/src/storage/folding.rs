//! Folds the counts in the background, so that readers have few changes to add.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::counts::{FOLD_AT, fold, unfolded};
use super::pool::Storage;
use crate::cluster::{Event, Heard};
use crate::error::Result;

/// Changes accumulate for this long.
const DELAY: Duration = Duration::from_secs(1);
/// How often to check for changes that other processes left.
const LOOK: Duration = Duration::from_mins(1);

/// Folds a second after something was counted, if enough changes wait, until shutdown.
pub async fn fold_until_stopped(storage: Storage, stopping: CancellationToken) {
    let mut events = storage.bus.subscribe();
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            event = events.next() => match event {
                Heard::Event(Event::Counted) | Heard::Missed => {}
                Heard::Event(_) => continue,
                Heard::Closed => return,
            },
            _ = look.tick() => {}
            () = stopping.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(DELAY) => {}
            () = stopping.cancelled() => return,
        }
        // This fold covers everything published so far.
        events = storage.bus.subscribe();
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
