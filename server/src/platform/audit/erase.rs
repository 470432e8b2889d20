//! Erases personal data from the trail without breaking its seal.

use uuid::Uuid;

use super::entry::{Changes, Entry};
use super::{find, store};
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::Platform;
use crate::platform::entity::Entity;

/// Entries per unit.
const CHUNK: usize = 200;

/// Erases network addresses and user agents from the entries about one entity; returns the number of entries. Each
/// erasure is an entry of its own, because the seal accepts no other explanation for missing data.
///
/// # Errors
/// The database is unavailable; completed work stays done, and the call can be repeated.
pub async fn erase(
    platform: &Platform,
    entity_type: &str,
    entity_id: Uuid,
    actor: Option<Uuid>,
    from: &RequestInfo,
) -> Result<usize> {
    let ids = find::personal_of(platform.storage.read(), entity_type, entity_id).await?;
    for chunk in ids.chunks(CHUNK) {
        let now = platform.clock.now();
        let entries: Vec<_> = chunk
            .iter()
            .map(|id| {
                Entry {
                    actor,
                    action: "audit.erased",
                    entity: (Entity::Audit, Some(*id)),
                    changes: Changes::none(),
                    from,
                }
                .row(&platform.ids, now)
            })
            .collect();
        platform
            .storage
            .write((chunk.to_vec(), entries), |tx, (ids, entries)| {
                Box::pin(async move {
                    store::forget(tx.conn(), ids).await?;
                    for entry in entries {
                        tx.audit(entry.clone());
                    }
                    Ok(())
                })
            })
            .await?;
    }
    Ok(ids.len())
}
