//! Whether a session or an API token is still valid: checked in the database about twice a second at most, and dropped
//! from the cache at once when an event says that something ended.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use database::entity::{active_sessions, staff};
use moka::sync::Cache;
use sea_orm::{ColumnTrait as _, EntityTrait, QueryFilter as _};
use uuid::Uuid;

use super::factors;
use super::guard::Caller;
use crate::cluster::Event;
use crate::error::Result;
use crate::platform::Platform;
use crate::platform::permission::PermissionSet;
use crate::platform::tokens::{self, Holder};
use crate::secrets::sha256_hex;

/// Revocation is promised within a second, even if the bus fails.
const FRESH: Duration = Duration::from_millis(400);

/// Sessions and tokens that were recently valid.
pub struct Liveness {
    sessions: Cache<Uuid, Live>,
    /// By the hash of the token.
    tokens: Cache<String, Holder>,
}

/// A valid session.
#[derive(Clone)]
pub struct Live {
    pub caller: Caller,
    pub token_version: i32,
}

impl Liveness {
    pub fn new() -> Self {
        Self { sessions: cache(), tokens: cache() }
    }

    /// The session's person, or none if session or person is no longer active.
    pub async fn of(&self, platform: &Platform, session: Uuid) -> Result<Option<Live>> {
        if let Some(live) = self.sessions.get(&session) {
            return Ok(Some(live));
        }
        let conn = platform.storage.read();
        let Some(row) = active_sessions::Entity::find_by_id(session).one(conn).await? else { return Ok(None) };
        let Some(person) = staff::Entity::find_by_id(row.user_id).one(conn).await? else { return Ok(None) };
        let Some(live) = live(platform, &row, person).await? else { return Ok(None) };
        self.sessions.insert(session, live.clone());
        Ok(Some(live))
    }

    /// The holder of an API token, or none if the token is no longer valid. Records the use.
    pub async fn of_token(&self, platform: &Platform, token: &str, address: IpAddr) -> Result<Option<Caller>> {
        let hash = sha256_hex(token);
        let holder = match self.tokens.get(&hash) {
            Some(holder) => holder,
            None => match tokens::holder(platform, token).await? {
                Some(holder) => holder,
                None => return Ok(None),
            },
        };
        if tokens::note_use(platform, &holder, address.to_string()).await {
            // Reload it with its new last use.
            self.tokens.invalidate(&hash);
        } else {
            self.tokens.insert(hash, holder.clone());
        }
        Ok(Some(Caller {
            staff_id: holder.person.id,
            session_id: holder.token,
            token: Some(holder.token),
            permissions: holder.permissions,
            name: holder.person.name,
            email: holder.person.email,
            role: holder.person.role,
            // A token is not a sign-in: whoever created it had the required factors then, and it proves nothing anew.
            second_factor_missing: false,
            proved_at: None,
        }))
    }

    /// Drops the entries that an event concerns.
    pub fn follow(&self, event: &Event) {
        match *event {
            Event::SessionChanged(session) => self.sessions.invalidate(&session),
            Event::StaffChanged(person) => {
                // The cache keeps a predicate until all older entries have passed it; that takes less than a second.
                let _ = self.sessions.invalidate_entries_if(move |_, live| live.caller.staff_id == person);
                let _ = self.tokens.invalidate_entries_if(move |_, holder| holder.person.id == person);
            }
            Event::TokensChanged(person) => {
                let _ = self.tokens.invalidate_entries_if(move |_, holder| holder.person.id == person);
            }
            Event::Everything => self.forget_all(),
            _ => {}
        }
    }

    /// Drops all entries.
    pub fn forget_all(&self) {
        self.sessions.invalidate_all();
        self.tokens.invalidate_all();
    }
}

/// The valid ones among these sessions, with their people. Excludes people who lack a required second factor. Two
/// queries for all, and one for each session whose role requires a second factor.
///
/// # Errors
/// The database is unavailable.
pub async fn alive(platform: &Platform, sessions: Vec<Uuid>) -> Result<HashMap<Uuid, Caller>> {
    let conn = platform.storage.read();
    let rows = active_sessions::Entity::find().filter(active_sessions::Column::Id.is_in(sessions)).all(conn).await?;
    let ids: HashSet<Uuid> = rows.iter().map(|row| row.user_id).collect();
    let people = staff::Entity::find().filter(staff::Column::Id.is_in(ids)).all(conn).await?;
    let people: HashMap<Uuid, staff::Model> = people.into_iter().map(|person| (person.id, person)).collect();
    let mut alive = HashMap::new();
    for row in rows {
        let Some(person) = people.get(&row.user_id) else { continue };
        let found = live(platform, &row, person.clone()).await?;
        if let Some(found) = found.filter(|it| !it.caller.second_factor_missing) {
            alive.insert(row.id, found.caller);
        }
    }
    Ok(alive)
}

/// The session with its person, if both are active.
async fn live(platform: &Platform, row: &active_sessions::Model, person: staff::Model) -> Result<Option<Live>> {
    if !row.is_active || row.expires_at <= platform.clock.now() || !person.is_active {
        return Ok(None);
    }
    let second_factor_missing = factors::missing(platform, &person).await?;
    Ok(Some(Live {
        token_version: person.token_version,
        caller: Caller {
            staff_id: person.id,
            session_id: row.id,
            token: None,
            permissions: PermissionSet::of(&person),
            name: person.name,
            email: person.email,
            role: person.role,
            second_factor_missing,
            proved_at: row.proved_at,
        },
    }))
}

fn cache<K: Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static>() -> Cache<K, V> {
    Cache::builder().max_capacity(10_000).time_to_live(FRESH).support_invalidation_closures().build()
}

impl Default for Liveness {
    fn default() -> Self {
        Self::new()
    }
}
