//! Who gets a notice. Everyone's permissions and preferences are cached for less than a second, because every visitor
//! message needs them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use database::entity::{notifications, staff};
use moka::sync::Cache;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::kind::{Channel, Kind};
use super::store;
use crate::cluster;
use crate::error::Result;
use crate::platform::Platform;
use crate::platform::entity::Entity;
use crate::platform::permission::{Permission, PermissionSet};
use crate::platform::staff as people;

/// A changed preference takes effect after this time at the latest, on every node.
const FRESH: Duration = Duration::from_millis(800);

/// What happened, as notices need it.
#[derive(Debug, Clone, Default)]
pub struct News {
    pub entity: Option<(Entity, Uuid)>,
    /// The colleague who did it; they get no notice of it.
    pub actor: Option<Uuid>,
    /// Short extra information. No personal data of clients: the notice would outlive an erasure.
    pub detail: Option<String>,
}

impl News {
    /// Nobody gets a notice about what they may not see. What happened to one's own account requires no permission.
    fn may_be_known_to(&self, permissions: PermissionSet) -> bool {
        self.entity.is_none_or(|(kind, _)| permissions.has(kind.needs()))
    }
}

/// Whom it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// Everybody with this permission.
    Holders(Permission),
    /// One person, if they may see it.
    Person(Uuid),
}

/// Active people with their permissions and preferences.
#[derive(Clone)]
pub struct Audience(Cache<(), Arc<Vec<Listener>>>);

/// One of them.
struct Listener {
    id: Uuid,
    email: String,
    name: String,
    permissions: PermissionSet,
    chosen: HashMap<(String, String), bool>,
}

impl Audience {
    pub fn new() -> Self {
        Self(Cache::builder().max_capacity(1).time_to_live(FRESH).build())
    }

    /// Reloads everyone after an event that changes who gets notices.
    pub fn follow(&self, event: &cluster::Event) {
        use cluster::Event::{Everything, PreferencesChanged, StaffChanged};
        if matches!(event, StaffChanged(_) | PreferencesChanged(_) | Everything) {
            self.0.invalidate_all();
        }
    }

    async fn of(&self, platform: &Platform) -> Result<Arc<Vec<Listener>>> {
        if let Some(known) = self.0.get(&()) {
            return Ok(known);
        }
        let conn = platform.storage.read();
        let mut chosen: HashMap<Uuid, HashMap<(String, String), bool>> = HashMap::new();
        for row in store::all_choices(conn).await? {
            chosen.entry(row.staff_id).or_default().insert((row.event, row.channel), row.is_on);
        }
        let people = people::everybody(conn).await?.into_iter().filter(|person| person.is_active);
        let fresh: Vec<Listener> = people
            .map(|person| Listener {
                permissions: PermissionSet::of(&person),
                chosen: chosen.remove(&person.id).unwrap_or_default(),
                id: person.id,
                email: person.email,
                name: person.name,
            })
            .collect();
        let fresh = Arc::new(fresh);
        self.0.insert((), Arc::clone(&fresh));
        Ok(fresh)
    }
}

impl std::default::Default for Audience {
    fn default() -> Self {
        Self::new()
    }
}

impl Listener {
    fn hears(&self, platform: &Platform, kind: &Kind, channel: Channel, news: &News, to: To) -> bool {
        let concerned = match to {
            To::Holders(permission) => self.permissions.has(permission),
            To::Person(id) => self.id == id,
        };
        let chosen = self.chosen.get(&(kind.name.to_owned(), channel.name().to_owned())).copied();
        concerned
            && news.actor != Some(self.id)
            && kind.may_reach(|permission| self.permissions.has(permission))
            && news.may_be_known_to(self.permissions)
            && kind.goes_out(channel, chosen, || platform.hub.is_watched_by(self.id))
    }
}

/// The rows of an event for everyone who wants it in the dashboard: created before the unit that inserts them.
///
/// # Errors
/// The database is unavailable.
pub async fn rows(platform: &Platform, kind: &Kind, news: &News, to: To) -> Result<Vec<notifications::Model>> {
    let everybody = platform.audience.of(platform).await?;
    let listeners = everybody.iter().filter(|listener| listener.hears(platform, kind, Channel::App, news, to));
    Ok(listeners.map(|listener| row(platform, kind, news, listener.id)).collect())
}

/// Names and addresses of people who want an event by email.
///
/// # Errors
/// The database is unavailable.
pub async fn mail_to(platform: &Platform, kind: &Kind, news: &News, to: To) -> Result<Vec<(String, String)>> {
    let everybody = platform.audience.of(platform).await?;
    let listeners = everybody.iter().filter(|listener| listener.hears(platform, kind, Channel::Mail, news, to));
    Ok(listeners.map(|listener| (listener.name.clone(), listener.email.clone())).collect())
}

/// The row of an event for one person, and whether they want an email: for a unit that knows only inside whom it
/// concerns.
///
/// # Errors
/// The database is unavailable.
pub async fn for_one(
    platform: &Platform,
    conn: &impl ConnectionTrait,
    kind: &Kind,
    news: &News,
    person: &staff::Model,
) -> Result<(Option<notifications::Model>, bool), DbErr> {
    let permissions = PermissionSet::of(person);
    let may = person.is_active
        && kind.may_reach(|permission| permissions.has(permission))
        && news.may_be_known_to(permissions);
    if !may || news.actor == Some(person.id) {
        return Ok((None, false));
    }
    let chosen = store::choices_of(conn, person.id).await?;
    let wants = |channel: Channel| {
        let choice = chosen.iter().find(|row| row.event == kind.name && row.channel == channel.name());
        kind.goes_out(channel, choice.map(|row| row.is_on), || platform.hub.is_watched_by(person.id))
    };
    Ok((wants(Channel::App).then(|| row(platform, kind, news, person.id)), wants(Channel::Mail)))
}

fn row(platform: &Platform, kind: &Kind, news: &News, to: Uuid) -> notifications::Model {
    let now = platform.clock.now();
    notifications::Model {
        id: platform.ids.next(now),
        staff_id: to,
        event: kind.name.to_owned(),
        entity_type: news.entity.map(|(kind, _)| kind.name().to_owned()),
        entity_id: news.entity.map(|(_, id)| id),
        actor_id: news.actor,
        detail: news.detail.clone(),
        created_at: now,
        read_at: None,
    }
}
