//! Who is told. Everybody with their rights and choices is kept in memory for less than a second, because every message
//! of a visitor asks for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use database::entity::{notifications, staff};
use moka::sync::Cache;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::events::{Channel, Event};
use super::store;
use crate::app::App;
use crate::error::Result;
use crate::platform::permission::{Permission, PermissionSet};
use crate::platform::staff as people;

/// A choice counts after this time at the latest, on every node.
const FRESH: Duration = Duration::from_millis(800);

/// What happened, as notices need it.
#[derive(Debug, Clone, Default)]
pub struct News {
    pub entity: Option<(&'static str, Uuid)>,
    /// The colleague who did it; they are not told of it.
    pub actor: Option<Uuid>,
    /// A word or two more. No personal data of clients: the notice would outlive an erasure.
    pub detail: Option<String>,
}

/// Whom it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// Everybody with this permission.
    Holders(Permission),
    /// One person, if they may know of it.
    Person(Uuid),
}

/// Active people with their rights and choices.
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

    /// Reads everybody again when asked next.
    pub fn forget(&self) {
        self.0.invalidate_all();
    }

    async fn of(&self, app: &App) -> Result<Arc<Vec<Listener>>> {
        if let Some(known) = self.0.get(&()) {
            return Ok(known);
        }
        let conn = app.storage.read();
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
    fn hears(&self, event: Event, channel: Channel, news: &News, to: To) -> bool {
        let concerned = match to {
            To::Holders(permission) => self.permissions.has(permission),
            To::Person(id) => self.id == id,
        };
        let chosen = self.chosen.get(&(event.name().to_owned(), channel.name().to_owned())).copied();
        concerned
            && news.actor != Some(self.id)
            && event.needs().is_none_or(|permission| self.permissions.has(permission))
            && event.goes_out(channel, chosen)
    }
}

/// The rows of an event for everybody who wants it in the dashboard: made before the unit that writes them.
///
/// # Errors
/// The database is away.
pub async fn rows(app: &App, event: Event, news: &News, to: To) -> Result<Vec<notifications::Model>> {
    let everybody = app.audience.of(app).await?;
    let listeners = everybody.iter().filter(|listener| listener.hears(event, Channel::App, news, to));
    Ok(listeners.map(|listener| row(app, event, news, listener.id)).collect())
}

/// Names and addresses of those who want an event by mail.
///
/// # Errors
/// The database is away.
pub async fn mail_to(app: &App, event: Event, news: &News, to: To) -> Result<Vec<(String, String)>> {
    let everybody = app.audience.of(app).await?;
    let listeners = everybody.iter().filter(|listener| listener.hears(event, Channel::Mail, news, to));
    Ok(listeners.map(|listener| (listener.name.clone(), listener.email.clone())).collect())
}

/// The row of an event for one person, and whether they want a mail: within a unit that knows only there whom it concerns.
///
/// # Errors
/// The database is away.
pub async fn for_one(
    app: &App,
    conn: &impl ConnectionTrait,
    event: Event,
    news: &News,
    person: &staff::Model,
) -> Result<(Option<notifications::Model>, bool), DbErr> {
    let permissions = PermissionSet::of(person);
    let may = person.is_active && event.needs().is_none_or(|permission| permissions.has(permission));
    if !may || news.actor == Some(person.id) {
        return Ok((None, false));
    }
    let chosen = store::choices_of(conn, person.id).await?;
    let wants = |channel: Channel| {
        let choice = chosen.iter().find(|row| row.event == event.name() && row.channel == channel.name());
        event.goes_out(channel, choice.map(|row| row.is_on))
    };
    Ok((wants(Channel::App).then(|| row(app, event, news, person.id)), wants(Channel::Mail)))
}

fn row(app: &App, event: Event, news: &News, to: Uuid) -> notifications::Model {
    let now = app.clock.now();
    notifications::Model {
        id: app.ids.next(now),
        staff_id: to,
        event: event.name().to_owned(),
        entity_type: news.entity.map(|(kind, _)| kind.to_owned()),
        entity_id: news.entity.map(|(_, id)| id),
        actor_id: news.actor,
        detail: news.detail.clone(),
        created_at: now,
        read_at: None,
    }
}
