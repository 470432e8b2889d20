//! What every slice builds on, without knowing any slice: people and their permissions, settings, the audit trail,
//! email, notices, files.
//!
//! Platform code takes a [`Platform`]. What it needs to know about the slices is plain data, passed to it when the
//! program is built.

pub mod act;
pub mod audit;
pub mod auth;
pub mod entity;
pub mod files;
pub mod idempotency;
pub mod known_names;
pub mod limits;
pub mod live;
pub mod mail;
pub mod marks;
pub mod notices;
pub mod permission;
pub mod settings;
pub mod slice;
pub mod staff;
pub mod tokens;

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use sea_orm::{EntityTrait, Select};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::audit::LastSealed;
use self::auth::{Liveness, Passwords, Turns};
use self::entity::Entity;
use self::files::Depot;
use self::idempotency::InFlight;
use self::known_names::KnownNames;
use self::live::{Hub, Viewers};
use self::mail::{LetterKind, Outbox};
use self::notices::Audience;
use self::notices::Kind;
use self::permission::Permission;
use self::settings::Settings;
use self::slice::{Brings, Slice, Step, Work};
use crate::clock::Clock;
use crate::cluster::{Bus, Link};
use crate::config::Config;
use crate::error::Result;
use crate::http::Front;
use crate::http::assets::Assets;
use crate::http::rate_limit::RateLimits;
use crate::ids::Ids;
use crate::jobs;
use crate::places::Places;
use crate::secrets::KeyRing;
use crate::storage::Storage;
use crate::templates::Templates;

/// The parts that slices share. Cheap to clone; handlers of the platform get it as axum state.
#[derive(Clone)]
pub struct Platform(Arc<Parts>);

/// The parts of the platform.
pub struct Parts {
    pub config: Config,
    pub clock: Clock,
    pub ids: Ids,
    pub keys: KeyRing,
    pub bus: Bus,
    /// To the other nodes; none if there is no Redis.
    pub link: Option<Link>,
    pub storage: Storage,
    /// Where the bytes of files are.
    pub files: Depot,
    pub settings: Settings,
    pub templates: Templates,
    pub assets: Assets,
    /// What the pipeline around every request uses.
    pub front: Arc<Front>,
    pub limits: RateLimits,
    pub passwords: Passwords,
    pub turns: Turns,
    pub liveness: Liveness,
    pub outbox: Outbox,
    pub last_sealed: LastSealed,
    pub audience: Audience,
    pub in_flight: InFlight,
    pub staff_names: KnownNames,
    pub token_names: KnownNames,
    /// Who is connected, and who is viewing what.
    pub hub: Hub,
    pub viewers: Viewers,
    pub places: Places,
    /// The contributions of all parts of the program, those of the platform last.
    pub brings: Vec<Brings>,
    /// Cancelled on shutdown: readiness turns 503 and sockets send `bye`.
    pub stopping: CancellationToken,
}

impl Platform {
    /// Combines the parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// All kinds of notices.
    pub fn notice_kinds(&self) -> impl Iterator<Item = &'static Kind> {
        self.brings.iter().flat_map(|part| part.notices).copied()
    }

    /// The kind of email with this template.
    pub fn letter(&self, template: &str) -> Option<&'static LetterKind> {
        self.brings.iter().flat_map(|part| part.letters).find(|kind| kind.template == template)
    }

    /// The onboarding steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = &'static Step> {
        let mut steps: Vec<&Step> = self.brings.iter().flat_map(|part| part.steps).collect();
        steps.sort_by_key(|step| step.place);
        steps.into_iter()
    }

    /// Every kind of work that people have.
    pub fn work(&self) -> impl Iterator<Item = Work> {
        self.brings.iter().filter_map(|part| part.work)
    }

    /// How much open work a person has, all kinds together.
    ///
    /// # Errors
    /// The database is unavailable.
    pub async fn open_work_of(&self, person: Uuid) -> Result<u64> {
        let mut open = 0;
        for work in self.work() {
            open += (work.open)(self.storage.read(), person).await?;
        }
        Ok(open)
    }

    /// The names of entities, limited to those that `may` permits.
    ///
    /// # Errors
    /// The database is unavailable.
    pub async fn names_of(
        &self,
        things: impl Iterator<Item = (Entity, Uuid)>,
        may: impl Fn(Permission) -> bool,
    ) -> Result<HashMap<Uuid, String>> {
        let mut wanted: HashMap<Entity, Vec<Uuid>> = HashMap::new();
        for (kind, id) in things {
            wanted.entry(kind).or_default().push(id);
        }
        let mut names = HashMap::new();
        for known in self.brings.iter().flat_map(|part| part.names) {
            if let Some(ids) = wanted.remove(&known.of).filter(|_| may(known.of.needs())) {
                names.extend((known.find)(self.storage.read(), ids).await?);
            }
        }
        Ok(names)
    }

    /// An audit entry as a sentence, without who did it.
    pub fn sentence(&self, entry: &audit::Line, names: &audit::Names) -> String {
        audit::sentence(&self.brings, entry, names)
    }

    /// An audit action in words.
    pub fn action_label(&self, action: &str) -> String {
        audit::label(&self.brings, action)
    }

    /// Deletes the selected rows, identified by the column `key`, in chunks, so that nobody waits for it; stops on
    /// shutdown.
    pub async fn delete_in_chunks<E: EntityTrait>(&self, which: Select<E>, key: E::Column) -> Result<()> {
        jobs::delete_in_chunks(&self.storage, &self.stopping, which, key).await
    }
}

impl Deref for Platform {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The contributions of the platform's parts.
pub static PARTS: [Slice<Platform>; 10] = [
    auth::SLICE,
    staff::SLICE,
    settings::SLICE,
    mail::SLICE,
    audit::SLICE,
    tokens::SLICE,
    notices::SLICE,
    live::SLICE,
    files::SLICE,
    idempotency::SLICE,
];

/// The state of routes that the platform guards: its own, or that of the whole program.
pub trait State: Clone + Send + Sync + 'static {}

impl<S: Clone + Send + Sync + 'static> State for S {}
