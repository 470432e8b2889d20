//! Changing settings: a change is applied completely or not at all, and never overwrites a concurrent one.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Registry, Settings, Snapshot, offered, pictures, store};
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::{IfMatch, RequestInfo};
use crate::ids::Ids;
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::permission::Permission;
use crate::secrets::sha256_hex;
use crate::storage::Tx;

/// Who changes what.
pub struct Change<'a> {
    /// None: the command line.
    pub actor: Option<Uuid>,
    pub from: &'a RequestInfo,
    /// Keys with their new values.
    pub values: Map<String, Value>,
    pub seen: Seen,
}

/// The version that a person or a program has seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub version: IfMatch,
    /// Whose version it is: a group's, or that of all settings.
    pub group: Option<&'static str>,
}

/// The `ETag` of a group, or of all settings. That of a group depends on its values alone, so that a change elsewhere
/// leaves it as it is.
pub fn etag(group: Option<&str>, version: i64, values: &Map<String, Value>) -> String {
    let Some(group) = group else { return format!("\"{version}\"") };
    let own: Vec<_> = values.iter().filter(|(key, _)| in_group(key, group)).collect();
    // Maps are sorted by their keys, so equal values have equal text.
    format!("\"{group}-{}\"", &sha256_hex(json!(own).to_string())[..32])
}

/// True if the key belongs to the group.
pub fn in_group(key: &str, group: &str) -> bool {
    key.strip_prefix(group).is_some_and(|name| name.starts_with('.'))
}

/// Changes settings: validates each value, then writes all of them or none. Returns the resulting settings.
///
/// # Errors
/// Validation errors by key, and [`Error::PreconditionFailed`] if `seen` is not the current version.
pub async fn change(
    platform: &Platform,
    change: Change<'_>,
    may: impl Fn(Permission) -> bool,
) -> Result<Arc<Snapshot>> {
    let values = platform.settings.registry().check(&platform.settings.get().values, &change.values, may)?;
    let now = platform.clock.now();
    let entry = Entry {
        actor: change.actor,
        action: "settings.changed",
        entity: (Entity::Settings, None),
        changes: Changes::none(),
        from: change.from,
    }
    .row(&platform.ids, now);
    let (actor, seen, with) = (change.actor, change.seen, platform.clone());
    let fresh = platform
        .storage
        .write((values, entry, seen), move |tx, (values, entry, seen)| {
            let with = with.clone();
            Box::pin(async move {
                let noted = write(tx, &with.settings, &with.ids, values, actor, now, Some(seen)).await?;
                if noted.is_empty() {
                    return Ok(None);
                }
                tx.audit(noted.into_entry(entry.clone()));
                // Read where it was written: the caller sees the change at once, however busy the database is.
                Ok(Some(with.settings.read_in(tx).await?))
            })
        })
        .await?;
    if let Some(fresh) = fresh {
        platform.settings.adopt(&fresh);
    }
    Ok(platform.settings.get())
}

/// Validates changes without writing them; returns the values as they would be written.
pub fn check(platform: &Platform, values: &Map<String, Value>) -> Result<Map<String, Value>> {
    platform.settings.registry().check(&platform.settings.get().values, values, |_| true)
}

/// The settings as they would be with these values, for previews.
///
/// # Errors
/// Validation errors by key.
pub fn draft(platform: &Platform, values: &Map<String, Value>, may: impl Fn(Permission) -> bool) -> Result<Snapshot> {
    let current = platform.settings.get();
    let checked = platform.settings.registry().check(&current.values, values, may)?;
    let mut after = current.values.clone();
    after.extend(checked);
    platform
        .settings
        .registry()
        .snapshot(after, Arc::clone(&current.offered), current.version, current.last_change)
        .map_err(Error::internal)
}

/// Writes validated values, as a part of a larger unit; returns what changed.
pub async fn write(
    tx: &Tx<'_>,
    settings: &Settings,
    ids: &Ids,
    values: &Map<String, Value>,
    actor: Option<Uuid>,
    now: DateTime<Utc>,
    seen: Option<&Seen>,
) -> Result<Changes> {
    // The version row is locked first, so that concurrent changes are applied one after the other.
    let version = store::lock_version(tx.conn(), now).await?;
    let (current, _, _) = store::values(tx.conn(), settings.registry()).await?;
    if let Some(seen) = seen {
        seen.version.check(&etag(seen.group, version, &current))?;
    }
    let mut after = current.clone();
    after.extend(values.clone());
    settings.registry().check_together(&after)?;
    pictures::check(tx.conn(), settings.registry(), values, now).await?;
    let mut values = values.clone();
    if let Some(list) = values.get_mut(store::SERVICES) {
        *list = offered::settle(tx.conn(), list, ids, now).await?;
    }
    let mut noted = Changes::none();
    for (key, value) in values.iter().filter(|(key, value)| current.get(*key) != Some(value)) {
        noted = match current.get(key) {
            Some(before) if key == store::SERVICES => offered::note(noted, before, value),
            before => noted.field(key, before, value),
        };
        store::put(tx.conn(), key, value, actor, now).await?;
    }
    if !noted.is_empty() {
        store::put(tx.conn(), store::VERSION, &Value::from(version + 1), actor, now).await?;
        tx.publish(Event::SettingsChanged);
    }
    Ok(noted)
}

/// Creates the rows for the listed services; the list itself is unchanged.
pub(super) async fn settle_services(tx: &Tx<'_>, registry: &Registry, ids: &Ids, now: DateTime<Utc>) -> Result<()> {
    let version = store::lock_version(tx.conn(), now).await?;
    let (values, _, _) = store::values(tx.conn(), registry).await?;
    let list = values.get(store::SERVICES).cloned().unwrap_or_default();
    let settled = offered::settle(tx.conn(), &list, ids, now).await?;
    if settled != list {
        store::put(tx.conn(), store::SERVICES, &settled, None, now).await?;
        store::put(tx.conn(), store::VERSION, &Value::from(version + 1), None, now).await?;
        tx.publish(Event::SettingsChanged);
    }
    Ok(())
}
