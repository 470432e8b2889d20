//! Chains new entries. It works behind the requests, so that they need no lock on a head.

use chrono::Duration;
use database::entity::{audit_chain, audit_checkpoints, audit_logs};
use sea_orm::{EntityTrait, IntoActiveModel as _};

use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::{chain, store};
use crate::app::App;
use crate::cluster::Event;
use crate::error::Result;
use crate::ids::first_of;
use crate::secrets::Purpose;

/// Entries sealed in one unit.
const BATCH: u64 = 1_000;
/// Entries are sealed at most this long after they were committed.
const DELAY: std::time::Duration = std::time::Duration::from_millis(500);
/// The whole log is looked through this often.
const WHOLE: std::time::Duration = std::time::Duration::from_hours(1);
/// An entry can be committed this much later than its id says.
const STRAGGLERS: Duration = Duration::minutes(5);
/// A signed head is kept at most this often.
const CHECKPOINT: Duration = Duration::minutes(1);

/// Seals whenever entries were written, and once more at the end. Once an hour it looks at the whole log, for entries
/// that came with an old time.
pub async fn seal_until_stopped(app: App) {
    let mut events = app.bus.subscribe();
    let mut whole = tokio::time::interval(WHOLE);
    loop {
        let everything = tokio::select! {
            event = events.recv() => match event {
                Ok(Event::AuditWritten) | Err(RecvError::Lagged(_)) => false,
                Ok(_) => continue,
                Err(RecvError::Closed) => return,
            },
            _ = whole.tick() => true,
            () = app.stopping.cancelled() => break,
        };
        loop {
            tokio::select! {
                () = tokio::time::sleep(DELAY) => {}
                () = app.stopping.cancelled() => break,
            }
            match seal_pending(&app, everything).await {
                Ok(_) => break,
                // Another node was first; what it left is sealed in the next turn.
                Err(error) if error.is_unique_violation() => {}
                Err(error) => tracing::warn!(%error, "the audit log cannot be sealed yet"),
            }
        }
    }
    if let Err(error) = seal_pending(&app, false).await {
        tracing::warn!(%error, "the last entries are sealed at the next start");
    }
}

/// Seals what is not sealed yet. `everything` looks at the whole log and not only at its end.
pub async fn seal_pending(app: &App, everything: bool) -> Result<u64> {
    let conn = app.storage.read();
    let until = if everything { None } else { store::sealed_until(conn).await? };
    let mut from = until.map_or(Uuid::nil(), |at| first_of(at - STRAGGLERS));
    let mut sealed = 0;
    loop {
        let head = store::head(conn).await?;
        let entries = store::unsealed(conn, from, BATCH).await?;
        let Some(last) = entries.last() else { return Ok(sealed) };
        // What is sealed in this turn is not looked through again.
        from = last.id;
        sealed += entries.len() as u64;
        let (mut seq, mut hash) = head.unwrap_or((0, chain::GENESIS.to_owned()));
        let links: Vec<audit_chain::Model> = entries
            .iter()
            .map(|entry: &audit_logs::Model| {
                seq += 1;
                hash = chain::link(&hash, seq, entry);
                audit_chain::Model { seq, audit_id: entry.id, hash: hash.clone() }
            })
            .collect();
        let now = app.clock.now();
        let due = store::last_checkpoint(conn).await?.is_none_or(|last| last.created_at + CHECKPOINT <= now);
        let checkpoint = due.then(|| {
            let signature = chain::sign(app.keys.current(Purpose::AuditSignature).1, seq, &hash);
            audit_checkpoints::Model { seq, hash, signature, created_at: now }
        });
        app.storage
            .write((links, checkpoint), |tx, (links, checkpoint)| {
                Box::pin(async move {
                    let links = links.iter().cloned().map(sea_orm::IntoActiveModel::into_active_model);
                    audit_chain::Entity::insert_many(links).exec_without_returning(tx.conn()).await?;
                    if let Some(checkpoint) = checkpoint.clone() {
                        audit_checkpoints::Entity::insert(checkpoint.into_active_model())
                            .exec_without_returning(tx.conn())
                            .await?;
                    }
                    Ok(())
                })
            })
            .await?;
    }
}
