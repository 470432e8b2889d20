//! The typed settings registry: what a firm configures while the program runs.
//!
//! A file in `groups` declares every key once, with its type, bounds, default and help; values that differ from the
//! default are rows of `settings`. Readers take a [`Snapshot`]; a change is validated, audited, committed and published
//! on the bus. Tables: `settings`, `services`, `service_slugs`, `site_pictures`. Permissions: `settings`, and what a
//! group also requires. Event: `settings_changed`.

mod api;
mod blocks;
mod change;
mod groups;
mod hours;
mod kind;
mod offered;
mod pictures;
mod reference;
mod registry;
mod sentences;
mod steps;
mod store;
mod text;

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

pub use blocks::{Block, every as every_block};
pub use change::{Change, Seen, change, check, draft, write};
pub use groups::firm::Firm;
pub use groups::firm::word as firm_word;
pub use groups::hours::Hours;
pub use groups::mail::{GROUP as MAIL, Sender};
pub use groups::notifications::{GROUP as NOTIFICATIONS, Notifications};
pub use groups::privacy::{GROUP as PRIVACY, Privacy, days, days_ago};
pub use groups::security::{Lockout, Security, limit};
pub use groups::services::{Question, Service, Step};
pub use hours::{Holiday, OpenState, Opening, coming_holidays, lines as opening_lines, open_state};
pub use kind::{BlockChoice, Choice, Kind, Variable};
pub use offered::{Known, Offered};
pub use pictures::{PictureFile, UploadedPicture, hold_pictures, keep_picture, public_picture};
pub use reference::reference;
pub use registry::{Group, Key, Part, Registry, Section};
pub use text::fill;

use crate::error::Result;
use crate::ids::Ids;
use crate::pictures::PICTURE;
use crate::platform::Platform;
use crate::platform::slice::{Brings, Slice};
use crate::storage::{Storage, Tx};

pub const SLICE: Slice<Platform> = Slice {
    api: api::routes,
    brings: Brings {
        bodies: &[("/api/admin/settings/pictures", PICTURE)],
        settings: &[Section::of::<groups::Own>()],
        sentences: sentences::sentences,
        steps: &steps::STEPS,
        ..Brings::NOTHING
    },
    ..Slice::new("settings")
};

/// All settings at one point in time, typed.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub firm: Firm,
    /// In the order of the site.
    pub services: Vec<Service>,
    /// These, and services that were offered before.
    pub offered: Arc<Offered>,
    pub hours: Hours,
    pub mail: Sender,
    pub notifications: Notifications,
    pub privacy: Privacy,
    pub security: Security,
    /// The settings of other parts, by their type.
    parts: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    /// Every key with its value.
    pub values: Map<String, Value>,
    /// Increases with every change.
    pub version: i64,
    /// The time of the newest change.
    pub last_change: Option<DateTime<Utc>>,
}

impl Snapshot {
    /// Builds typed settings from the values of all keys.
    fn of(
        values: Map<String, Value>,
        parts: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
        offered: Arc<Offered>,
        version: i64,
        last_change: Option<DateTime<Utc>>,
    ) -> serde_json::Result<Self> {
        let services = values.get(store::SERVICES).cloned().unwrap_or_default();
        Ok(Self {
            firm: groups::part(&values, "firm")?,
            services: serde_json::from_value(services)?,
            offered,
            hours: groups::part(&values, "hours")?,
            mail: groups::part(&values, "mail")?,
            notifications: groups::part(&values, "notifications")?,
            privacy: groups::part(&values, "privacy")?,
            security: groups::part(&values, "security")?,
            parts,
            values,
            version,
            last_change,
        })
    }

    /// The settings of a part.
    ///
    /// # Panics
    /// If no slice declares that part: a bug that any use would reveal.
    pub fn part<T: Part>(&self) -> &T {
        let part = self.parts.get(&TypeId::of::<T>()).and_then(|part| part.downcast_ref());
        part.expect("a slice brings this part of the settings")
    }

    /// The numeric value of a key; 0 if it is not a number.
    pub fn number(&self, key: &str) -> u32 {
        self.values.get(key).and_then(Value::as_u64).and_then(|number| number.try_into().ok()).unwrap_or(0)
    }

    /// The values of one group, keys without the group's prefix: the form that templates use.
    pub fn group(&self, id: &str) -> Map<String, Value> {
        groups::own(&self.values, id)
    }

    /// The service that is offered at this address, or was before it moved.
    pub fn service(&self, slug: &str) -> Option<&Service> {
        let by_slug = self.services.iter().find(|service| service.slug == slug);
        by_slug.or_else(|| {
            let known = self.offered.at(slug)?;
            self.services.iter().find(|service| service.id == known.id)
        })
    }

    /// The current address for one that a service has or had; the address itself if there is no such service.
    pub fn current_slug(&self, slug: String) -> String {
        self.offered.at(&slug).map_or(slug, |known| known.slug.clone())
    }

    /// Every address that the service at this one has or had.
    pub fn slugs_of(&self, slug: String) -> Vec<String> {
        self.offered.at(&slug).map_or_else(|| vec![slug], |known| known.slugs.clone())
    }

    /// The name of a service, by any address that it has or had, even if it is no longer offered.
    pub fn service_name(&self, slug: &str) -> Option<&str> {
        let offered = self.service(slug).map(|service| service.name.as_str());
        offered.or_else(|| self.offered.at(slug).map(|known| known.name.as_str()))
    }
}

/// Something derived from settings, updated when they change.
type Follower = Box<dyn Fn(&Snapshot) + Send + Sync>;

/// The current settings of this process.
pub struct Settings {
    registry: Arc<Registry>,
    current: RwLock<Arc<Snapshot>>,
    /// Held from taking a snapshot until all followers have it, so that none keeps an older one.
    adopting: Mutex<()>,
    followers: OnceLock<Vec<Follower>>,
}

impl Settings {
    /// Loads the settings of these sections from the database.
    pub async fn load(storage: &Storage, sections: Vec<Section>) -> Result<Self, sea_orm::DbErr> {
        let registry = Arc::new(Registry::new(sections));
        let current = RwLock::new(Arc::new(store::snapshot(storage.read(), &registry).await?));
        Ok(Self { registry, current, adopting: Mutex::default(), followers: OnceLock::new() })
    }

    /// Creates the row of every listed service: for the sample services of a new installation, and for a list from a
    /// version without rows.
    pub async fn settle_services(&self, storage: &Storage, ids: &Ids, now: DateTime<Utc>) -> Result<()> {
        let known = self.get();
        if known.offered.holds(&known.services) {
            return Ok(());
        }
        let (registry, ids) = (Arc::clone(&self.registry), ids.clone());
        storage
            .write((), move |tx, ()| {
                let (registry, ids) = (Arc::clone(&registry), ids.clone());
                Box::pin(async move { change::settle_services(tx, &registry, &ids, now).await })
            })
            .await?;
        self.adopt(&Arc::new(store::snapshot(storage.read(), &self.registry).await?));
        Ok(())
    }

    /// Every group and key.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Registers what follows the settings of this process; called each time that they are reloaded. Only the first
    /// call counts.
    pub fn keep_true(&self, followers: Vec<Follower>) {
        let _ = self.followers.set(followers);
    }

    /// The current settings.
    pub fn get(&self) -> Arc<Snapshot> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reloads them if the table has changed, and updates all followers. While the database is unavailable, nothing
    /// changes.
    pub async fn follow(&self, storage: &Storage) {
        let known = self.get();
        if !store::last_change(storage.read()).await.is_ok_and(|last| last != (known.version, known.last_change)) {
            return;
        }
        match store::snapshot(storage.read(), &self.registry).await {
            Ok(fresh) => self.adopt(&Arc::new(fresh)),
            Err(error) => tracing::warn!(%error, "cannot reload the settings"),
        }
    }

    /// The settings as a unit sees them, for [`Self::adopt`] once it is written.
    ///
    /// # Errors
    /// The database is unavailable.
    pub async fn read_in(&self, tx: &Tx<'_>) -> Result<Arc<Snapshot>> {
        Ok(Arc::new(store::snapshot(tx.conn(), &self.registry).await?))
    }

    /// Makes these the settings of this process, unless it knows later ones, and updates all followers.
    pub fn adopt(&self, fresh: &Arc<Snapshot>) {
        let _adopting = self.adopting.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            // Of two concurrent loads, the later version wins.
            if fresh.version < current.version {
                return;
            }
            *current = Arc::clone(fresh);
        }
        for follower in self.followers.get().into_iter().flatten() {
            follower(fresh);
        }
    }
}
