//! Whether a session or an API token is still alive: asked of the database at most once a second for each, and
//! forgotten at once when the bus says that something ended.

use std::net::IpAddr;
use std::time::Duration;

use database::entity::{active_sessions, staff};
use moka::sync::Cache;
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::factors;
use super::guard::Caller;
use crate::app::App;
use crate::error::Result;
use crate::platform::permission::PermissionSet;
use crate::platform::tokens::{self, Holder};
use crate::secrets::sha256_hex;

/// Revocation is promised within a second, whatever becomes of the bus.
const FRESH: Duration = Duration::from_millis(400);

/// Sessions and tokens that were seen alive a moment ago.
pub struct Liveness {
    sessions: Cache<Uuid, Live>,
    /// By the hash of the token.
    tokens: Cache<String, Holder>,
}

/// A session that is alive.
#[derive(Clone)]
pub struct Live {
    pub caller: Caller,
    pub token_version: i32,
}

impl Liveness {
    pub fn new() -> Self {
        Self {
            sessions: Cache::builder().max_capacity(10_000).time_to_live(FRESH).build(),
            tokens: Cache::builder().max_capacity(10_000).time_to_live(FRESH).build(),
        }
    }

    /// The session's person, or none when session or person are not active any more.
    pub async fn of(&self, app: &App, session: Uuid) -> Result<Option<Live>> {
        if let Some(live) = self.sessions.get(&session) {
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
        let second_factor_missing = factors::missing(app, &person).await?;
        let live = Live {
            token_version: person.token_version,
            caller: Caller {
                staff_id: person.id,
                session_id: session,
                token: None,
                permissions: PermissionSet::of(&person),
                name: person.name,
                email: person.email,
                role: person.role,
                second_factor_missing,
                proved_at: row.proved_at,
            },
        };
        self.sessions.insert(session, live.clone());
        Ok(Some(live))
    }

    /// The holder of an API token, or none when the token is not good any more. Notes the use.
    pub async fn of_token(&self, app: &App, token: &str, address: IpAddr) -> Result<Option<Caller>> {
        let hash = sha256_hex(token);
        let holder = match self.tokens.get(&hash) {
            Some(holder) => holder,
            None => match tokens::holder(app, token).await? {
                Some(holder) => holder,
                None => return Ok(None),
            },
        };
        if tokens::note_use(app, &holder, address.to_string()).await {
            // It is read again with its new last use.
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
            // A token is no sign-in: it was made by somebody who had what it took then, and proves nothing anew.
            second_factor_missing: false,
            proved_at: None,
        }))
    }

    /// Asks the database again for everybody.
    pub fn forget_all(&self) {
        self.sessions.invalidate_all();
        self.tokens.invalidate_all();
    }
}

impl Default for Liveness {
    fn default() -> Self {
        Self::new()
    }
}
