//! Chains new entries. It runs after the requests, so that they need no lock on the head.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use database::entity::{audit_chain, audit_checkpoints, audit_logs};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel as _};

use uuid::Uuid;

use super::verify::Head;
use super::{chain, store};
use crate::cluster::{Event, Heard};
use crate::error::{Error, Result};
use crate::ids::first_of;
use crate::platform::Platform;
use crate::secrets::Purpose;

/// Entries sealed per unit.
const BATCH: u64 = 1_000;
/// Entries are sealed at most this long after they were committed.
const DELAY: std::time::Duration = std::time::Duration::from_millis(500);
/// How often entries are looked for that nobody announced here: those of a node that died before it sealed them.
const LOOK: std::time::Duration = std::time::Duration::from_secs(5);
/// The whole log is scanned this often.
const WHOLE: std::time::Duration = std::time::Duration::from_hours(1);
/// An entry can be committed this much later than its id says.
const STRAGGLERS: Duration = Duration::minutes(5);
/// How often a command retries to seal beside others, and the delay in between.
const TURNS: u32 = 50;
const TURN: std::time::Duration = std::time::Duration::from_millis(20);
/// A signed head is stored at most this often.
const CHECKPOINT: Duration = Duration::minutes(1);

/// The last head that this process sealed. Someone who rewrites the chain can remove the later signed checkpoints, but
/// not this: nothing is sealed onto another chain, so the process never signs one.
#[derive(Default)]
pub struct LastSealed(Mutex<Option<Head>>);

impl LastSealed {
    pub(super) fn get(&self) -> Option<Head> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, head: Head) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_none_or(|known| known.seq < head.seq) {
            *last = Some(head);
        }
    }
}

/// The head that this process sealed, if the chain no longer contains it.
async fn lost(platform: &Platform) -> Result<Option<Head>> {
    let Some(ours) = platform.last_sealed.get() else { return Ok(None) };
    let there = store::link_at(platform.storage.read(), ours.seq).await?;
    Ok((there.is_none_or(|link| link.hash != ours.hash)).then_some(ours))
}

/// Since when the oldest unsealed entry has waited; none if all are sealed. A running server seals within a second.
///
/// # Errors
/// The database is unavailable.
pub async fn waiting_since(conn: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>> {
    Ok(store::unsealed(conn, end_of(conn).await?, 1).await?.first().map(|entry| entry.created_at))
}

/// Where the end of the log begins: before it, only stragglers can be unsealed.
async fn end_of(conn: &impl ConnectionTrait) -> Result<Uuid> {
    let until = store::sealed_until(conn).await?;
    Ok(until.map_or(Uuid::nil(), |at| first_of(at - STRAGGLERS)))
}

/// Seals whenever entries were written, and once more on shutdown. Once an hour it scans the whole log for entries that
/// arrived with an old time.
pub async fn seal_until_stopped(platform: Platform) {
    let mut events = platform.bus.subscribe();
    let (mut look, mut whole) = (tokio::time::interval(LOOK), tokio::time::interval(WHOLE));
    let mut told = false;
    loop {
        let everything = tokio::select! {
            event = events.next() => match event {
                Heard::Event(Event::AuditWritten) | Heard::Missed => false,
                Heard::Event(_) => continue,
                Heard::Closed => return,
            },
            _ = whole.tick() => true,
            _ = look.tick() => match waiting_since(platform.storage.read()).await {
                Ok(Some(_)) => false,
                // A database that is gone is noticed when there is something to seal.
                Ok(None) | Err(_) => continue,
            },
            () = platform.stopping.cancelled() => break,
        };
        loop {
            tokio::select! {
                () = tokio::time::sleep(DELAY) => {}
                () = platform.stopping.cancelled() => break,
            }
            match seal_pending(&platform, everything).await {
                Ok(Some(_)) => break,
                // Another node is sealing; the next run seals what remains.
                Ok(None) => {}
                // Logged once an hour: entries stay unsealed in the meantime, and `audit verify` says why.
                Err(Error::ChainReplaced(at)) => {
                    if everything || !told {
                        tracing::error!(entry = at, "the audit chain was replaced, so nothing more is sealed onto it");
                        told = true;
                    }
                    break;
                }
                Err(error) => tracing::warn!(%error, "the audit trail cannot be sealed yet"),
            }
        }
    }
    if let Err(error) = seal_pending(&platform, false).await {
        tracing::warn!(%error, "the last entries will be sealed at the next start");
    }
}

/// The same for a command: a server or another command that seals at the same time does its work.
///
/// # Errors
/// The chain is not the one that was sealed here; the database is unavailable.
pub async fn seal_beside_others(platform: &Platform, everything: bool) -> Result<()> {
    for _ in 0..TURNS {
        match seal_pending(platform, everything).await {
            Ok(None) => tokio::time::sleep(TURN).await,
            outcome => return outcome.map(drop),
        }
    }
    // Others kept sealing, and continue with what remains.
    Ok(())
}

/// Seals unsealed entries and returns how many, or none if another program is sealing. With `everything`, scans the
/// whole log instead of only its end.
///
/// # Errors
/// The chain is not the one that was sealed here; the database is unavailable.
pub async fn seal_pending(platform: &Platform, everything: bool) -> Result<Option<u64>> {
    let Some(alone) = platform.storage.alone("the sealer").await? else { return Ok(None) };
    let outcome = seal_alone(platform, everything).await;
    alone.end().await;
    match outcome {
        // A command beside the server on SQLite, or a node that lost its lock.
        Err(error) if error.is_unique_violation() => Ok(None),
        outcome => outcome.map(Some),
    }
}

/// Reads from the primary: a standby that lags would look like a chain that was replaced.
async fn seal_alone(platform: &Platform, everything: bool) -> Result<u64> {
    let conn = platform.storage.read();
    let mut from = if everything { Uuid::nil() } else { end_of(conn).await? };
    let mut sealed = 0;
    loop {
        // The order matters: if the chain is replaced after its head was read, it gets no links onto that head.
        let head = store::head(conn).await?;
        if let Some(ours) = lost(platform).await? {
            return Err(Error::ChainReplaced(ours.seq));
        }
        let entries = store::unsealed(conn, from, BATCH).await?;
        let Some(last) = entries.last() else { return Ok(sealed) };
        // Entries sealed in this run are not scanned again.
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
        let (now, sealed_here) = (platform.clock.now(), Head { seq, hash: hash.clone() });
        let due = store::last_checkpoint(conn).await?.is_none_or(|last| last.created_at + CHECKPOINT <= now);
        let checkpoint = due.then(|| {
            let signature = chain::sign(platform.keys.current(Purpose::AuditSignature).1, seq, &hash);
            audit_checkpoints::Model { seq, hash, signature, created_at: now }
        });
        platform
            .storage
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
        platform.last_sealed.set(sealed_here);
    }
}
