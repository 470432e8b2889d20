//! The typed settings registry: what a firm decides while the program runs.
//!
//! Every key stands once, in a file of `groups`, with its type, bounds, default and help; values that differ from the
//! default are rows of `settings`. Readers take a [`Snapshot`]; a change is validated, audited, committed and published
//! on the bus. Tables: `settings`, `site_pictures`. Permissions: `settings`, and what a group needs beside it. Event: `settings_changed`.

mod api;
mod change;
mod groups;
mod hours;
mod kind;
mod pictures;
mod reference;
mod registry;
mod store;
mod text;

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

pub use api::routes;
pub use change::{Change, change, check, draft, write};
pub use groups::firm::Firm;
pub use groups::hours::Hours;
pub use groups::mail::{MailTexts, Values as MailValues};
pub use groups::notifications::{Notifications, ReplyTo};
pub use groups::privacy::Privacy;
pub use groups::security::{Lockout, Security};
pub use groups::services::{Question, Service, Step};
pub use hours::{Holiday, OpenState, Opening, coming_holidays, lines as opening_lines, open_state};
pub use kind::{Choice, Kind, Variable};
pub use pictures::{PictureName, picture};
pub use reference::reference;
pub use registry::{GROUPS, Group, KEYS, Key, key};

use crate::storage::Storage;

/// All settings at one moment, typed.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub firm: Firm,
    /// In the order of the site.
    pub services: Vec<Service>,
    pub hours: Hours,
    pub mail: MailTexts,
    pub notifications: Notifications,
    pub privacy: Privacy,
    pub security: Security,
    /// Every key with its value.
    pub values: Map<String, Value>,
    /// Rises with every change.
    pub version: i64,
    /// When the newest of them was set.
    pub last_change: Option<DateTime<Utc>>,
}

impl Snapshot {
    /// Typed settings out of the values of all keys.
    fn of(values: Map<String, Value>, version: i64, last_change: Option<DateTime<Utc>>) -> serde_json::Result<Self> {
        let services = values.get("services.list").cloned().unwrap_or_default();
        Ok(Self {
            firm: groups::part(&values, "firm")?,
            services: serde_json::from_value(services)?,
            hours: groups::part(&values, "hours")?,
            mail: groups::part(&values, "mail")?,
            notifications: groups::part(&values, "notifications")?,
            privacy: groups::part(&values, "privacy")?,
            security: groups::part(&values, "security")?,
            values,
            version,
            last_change,
        })
    }

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
        let known = self.get();
        store::last_change(storage.read()).await.is_ok_and(|last| last != (known.version, known.last_change))
    }

    /// The settings as they are now.
    pub fn get(&self) -> Arc<Snapshot> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads them again.
    pub async fn reload(&self, storage: &Storage) -> Result<(), sea_orm::DbErr> {
        let fresh = Arc::new(store::snapshot(storage.read()).await?);
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Of two that read at once, the one that read later wins.
        if fresh.version >= kept.version {
            *kept = fresh;
        }
        Ok(())
    }
}
