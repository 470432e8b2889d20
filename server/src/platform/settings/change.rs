//! Changing settings: all of a change or nothing of it, never over what somebody else has written meanwhile.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Snapshot, groups, pictures, registry, store};
use crate::app::App;
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::{IfMatch, RequestInfo};
use crate::platform::audit::{Changes, Entry};
use crate::platform::permission::Permission;
use crate::storage::Tx;

/// Who changes what.
pub struct Change<'a> {
    /// None: the command line.
    pub actor: Option<Uuid>,
    pub from: &'a RequestInfo,
    /// Keys with their new values.
    pub values: Map<String, Value>,
    /// The version that the person has seen.
    pub seen: IfMatch,
}

/// The `ETag` of all settings.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// Changes settings: checks each value, then writes all of them or none. Answers with the settings after it.
///
/// # Errors
/// Validation errors by key, and [`Error::PreconditionFailed`] when `seen` is not the version of now.
pub async fn change(app: &App, change: Change<'_>, may: impl Fn(Permission) -> bool) -> Result<Arc<Snapshot>> {
    let values = registry::check(&app.settings.get().values, &change.values, may)?;
    let now = app.clock.now();
    let entry = Entry {
        actor: change.actor,
        action: "settings.changed",
        entity: ("settings", None),
        changes: Changes::none(),
        from: change.from,
    }
    .row(&app.ids, now);
    let (actor, seen) = (change.actor, change.seen);
    app.storage
        .write((values, entry, seen), move |tx, (values, entry, seen)| {
            Box::pin(async move {
                let noted = write(tx, values, actor, now, Some(seen)).await?;
                if !noted.is_empty() {
                    tx.audit(noted.into_entry(entry.clone()));
                }
                Ok(())
            })
        })
        .await?;
    // The bus tells everybody else; who changed it sees it at once. If the database went away just now, the bus's
    // listener tries on.
    if app.settings.reload(&app.storage).await.is_ok() {
        app.apply_settings();
    }
    Ok(app.settings.get())
}

/// Checks changes without writing them; answers with the values as they would be written.
pub fn check(app: &App, values: &Map<String, Value>) -> Result<Map<String, Value>> {
    registry::check(&app.settings.get().values, values, |_| true)
}

/// The settings as they would be with these values, for previews.
///
/// # Errors
/// Validation errors by key.
pub fn draft(app: &App, values: &Map<String, Value>, may: impl Fn(Permission) -> bool) -> Result<Snapshot> {
    let current = app.settings.get();
    let checked = registry::check(&current.values, values, may)?;
    let mut after = current.values.clone();
    after.extend(checked);
    Snapshot::of(after, current.version, current.last_change).map_err(Error::internal)
}

/// Writes values that were checked, in the unit of something larger; answers with what is different now.
pub async fn write(
    tx: &Tx<'_>,
    values: &Map<String, Value>,
    actor: Option<Uuid>,
    now: DateTime<Utc>,
    seen: Option<&IfMatch>,
) -> Result<Changes> {
    // The row of the version is locked first, so that of two changes at once one comes after the other.
    let version = store::lock_version(tx.conn(), now).await?;
    if let Some(seen) = seen {
        seen.check(&etag(version))?;
    }
    let (current, _, _) = store::values(tx.conn()).await?;
    let mut after = current.clone();
    after.extend(values.clone());
    groups::check_together(&after)?;
    pictures::check(tx.conn(), values).await?;
    let mut noted = Changes::none();
    for (key, value) in values.iter().filter(|(key, value)| current.get(*key) != Some(value)) {
        noted = noted.field(key, current.get(key), value);
        store::put(tx.conn(), key, value, actor, now).await?;
    }
    if !noted.is_empty() {
        store::put(tx.conn(), store::VERSION, &Value::from(version + 1), actor, now).await?;
        tx.publish(Event::SettingsChanged);
    }
    Ok(noted)
}
