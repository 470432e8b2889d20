//! The typed settings registry: what a firm decides while the program runs.
//!
//! Every key stands once in `keys.rs` with its type, bounds, default and help; values that differ from the default are
//! rows of `settings`. Readers take a [`Snapshot`]; a change is validated, audited, committed and published on the bus.
//! Table: `settings`. Permission: `settings`. Event: `settings_changed`.

mod api;
mod firm;
mod hours;
mod keys;
mod store;

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

pub use api::routes;
pub use firm::{Firm, Question, Service, Step};
pub use hours::{OpenState, Opening, lines as opening_lines, open_state};
pub use keys::{KEYS, Key, firm_key};

use crate::app::App;
use crate::error::Result;
use crate::features::audit::{Changes, Entry};
use crate::http::RequestInfo;
use crate::storage::{Storage, Tx};
use uuid::Uuid;

/// All settings at one moment, typed.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub firm: Firm,
    /// In the order of the site.
    pub services: Vec<Service>,
    /// Every key with its value.
    pub values: Map<String, Value>,
    /// When the newest of them was set.
    pub last_change: Option<DateTime<Utc>>,
}

impl Snapshot {
    /// The name of a service, by its slug.
    pub fn service_name(&self, slug: &str) -> Option<&str> {
        self.services.iter().find(|service| service.slug == slug).map(|service| service.name.as_str())
    }
}

/// The current settings of this process.
pub struct Settings(RwLock<Arc<Snapshot>>);

impl Settings {
    /// Reads them from the database.
    pub async fn load(storage: &Storage) -> Result<Self, sea_orm::DbErr> {
        Ok(Self(RwLock::new(Arc::new(store::snapshot(storage.read()).await?))))
    }

    /// True when the table has changed since it was read. A database that is away has not.
    pub async fn is_stale(&self, storage: &Storage) -> bool {
        store::last_change(storage.read()).await.is_ok_and(|last| last != self.get().last_change)
    }

    /// The settings as they are now.
    pub fn get(&self) -> Arc<Snapshot> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads them again.
    pub async fn reload(&self, storage: &Storage) -> Result<(), sea_orm::DbErr> {
        let fresh = Arc::new(store::snapshot(storage.read()).await?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }
}

/// Changes settings: checks each value, then writes all of them or none. Answers with the settings after it.
pub async fn change(
    app: &App,
    actor: Option<Uuid>,
    from: &RequestInfo,
    changes: Map<String, Value>,
) -> Result<Arc<Snapshot>> {
    let before = app.settings.get();
    keys::check(&before.values, &changes)?;
    let now = app.clock.now();
    let entry = {
        let mut noted = Changes::none();
        for (key, value) in &changes {
            noted = noted.field(key, before.values.get(key), value);
        }
        Entry { actor, action: "settings.changed", entity: ("settings", None), changes: noted, from }.row(&app.ids, now)
    };
    app.storage
        .write((changes, entry), move |tx, (changes, entry)| {
            Box::pin(async move {
                write(tx, changes, actor, now).await?;
                tx.audit(entry.clone());
                Ok(())
            })
        })
        .await?;
    // The bus tells everybody else; who changed it sees it at once. If the database went away just now, the bus's
    // listener tries on.
    if app.settings.reload(&app.storage).await.is_ok() {
        app.forget_pages();
    }
    Ok(app.settings.get())
}

/// Checks changes without writing them.
pub fn check(app: &App, changes: &Map<String, Value>) -> Result<()> {
    keys::check(&app.settings.get().values, changes)
}

/// Writes changes that were checked, in the unit of something larger.
pub async fn write(tx: &Tx<'_>, changes: &Map<String, Value>, actor: Option<Uuid>, now: DateTime<Utc>) -> Result<()> {
    for (key, value) in changes {
        store::put(tx.conn(), key, value, actor, now).await?;
    }
    tx.publish(crate::cluster::Event::SettingsChanged);
    Ok(())
}
