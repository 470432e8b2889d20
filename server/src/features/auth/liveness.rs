//! Whether a session is still alive: asked of the database at most once a second for each session, and forgotten at
//! once when the bus says that something ended.

use std::time::Duration;

use database::entity::{active_sessions, staff};
use moka::sync::Cache;
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::guard::Caller;
use crate::app::App;
use crate::error::Result;
use crate::features::staff::PermissionSet;

/// Revocation is promised within a second, whatever becomes of the bus.
const FRESH: Duration = Duration::from_millis(800);

/// Sessions that were seen alive a moment ago.
pub struct Liveness(Cache<Uuid, Live>);

/// A session that is alive.
#[derive(Clone)]
pub struct Live {
    pub caller: Caller,
    pub token_version: i32,
}

impl Liveness {
    pub fn new() -> Self {
        Self(Cache::builder().max_capacity(10_000).time_to_live(FRESH).build())
    }

    /// The session's person, or none when session or person are not active any more.
    pub async fn of(&self, app: &App, session: Uuid) -> Result<Option<Live>> {
        if let Some(live) = self.0.get(&session) {
            return Ok(Some(live));
        }
        let conn = app.storage.read();
        let Some(row) = active_sessions::Entity::find_by_id(session).one(conn).await? else { return Ok(None) };
        if !row.is_active || row.expires_at <= app.clock.now() {
            return Ok(None);
        }
        let Some(person) = staff::Entity::find_by_id(row.user_id).one(conn).await?.filter(|person| person.is_active)
        else {
            return Ok(None);
        };
        let live = Live {
            token_version: person.token_version,
            caller: Caller {
                staff_id: person.id,
                session_id: session,
                permissions: PermissionSet::of(&person),
                name: person.name,
                email: person.email,
                role: person.role,
            },
        };
        self.0.insert(session, live.clone());
        Ok(Some(live))
    }

    /// Asks the database again for everybody.
    pub fn forget_all(&self) {
        self.0.invalidate_all();
    }
}

impl Default for Liveness {
    fn default() -> Self {
        Self::new()
    }
}
