//! Adds up what was counted, so that whoever looks at the overview has little to add.

use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;

use crate::app::App;
use crate::cluster::Event;
use crate::error::Result;
use crate::storage::{FOLD_AT, fold, unfolded};

/// Changes gather this long.
const DELAY: Duration = Duration::from_secs(1);
/// What other processes have left is looked for this often.
const LOOK: Duration = Duration::from_mins(1);

/// Folds a second after something was counted, if much waits, until the program ends.
pub async fn fold_until_stopped(app: App) {
    let mut events = app.bus.subscribe();
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(Event::Counted) | Err(RecvError::Lagged(_)) => {}
                Ok(_) => continue,
                Err(RecvError::Closed) => return,
            },
            _ = look.tick() => {}
            () = app.stopping.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(DELAY) => {}
            () = app.stopping.cancelled() => return,
        }
        // What is told up to here is folded now.
        events = events.resubscribe();
        if let Err(error) = fold_if_much(&app).await {
            tracing::warn!(%error, "counts cannot be added up yet");
        }
    }
}

async fn fold_if_much(app: &App) -> Result<()> {
    if unfolded(app.storage.read()).await? < FOLD_AT {
        return Ok(());
    }
    fold(&app.storage).await
}
