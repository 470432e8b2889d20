//! For whom a token acts, and what it may at this moment.

use chrono::{DateTime, Duration, Utc};
use database::entity::{api_tokens, staff};
use serde_json::Value;
use uuid::Uuid;

use super::store;
use crate::error::Result;
use crate::platform::Platform;
use crate::platform::permission::{Permission, PermissionSet};
use crate::platform::staff as people;
use crate::secrets::sha256_hex;

/// What every token begins with, so that a leaked one is found by those who look for secrets.
pub const PREFIX: &str = "tkw_";
/// The last use is written at most this often.
const NOTED_EVERY: Duration = Duration::minutes(1);

/// A token that is good, with its person.
#[derive(Debug, Clone)]
pub struct Holder {
    pub token: Uuid,
    pub person: staff::Model,
    /// What was chosen for the token and the person has.
    pub permissions: PermissionSet,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The holder of a token; none when it is unknown, over or revoked, or its person is not active.
///
/// # Errors
/// The database is away.
pub async fn holder(platform: &Platform, token: &str) -> Result<Option<Holder>> {
    let row = store::by_hash(platform.storage.read(), &sha256_hex(token)).await?;
    match row {
        Some(row) => holder_of(platform, row).await,
        None => Ok(None),
    }
}

async fn holder_of(platform: &Platform, row: api_tokens::Model) -> Result<Option<Holder>> {
    let conn = platform.storage.read();
    if !is_open(&row, platform.clock.now()) {
        return Ok(None);
    }
    let Some(person) = people::by_id(conn, row.created_by).await?.filter(|person| person.is_active) else {
        return Ok(None);
    };
    let own = PermissionSet::of(&person);
    let permissions = chosen(&row.permissions).into_iter().filter(|it| own.has(*it)).collect();
    Ok(Some(Holder { token: row.id, person, permissions, last_used_at: row.last_used_at }))
}

/// What a token may do now; none when it is good no more. Asked again during long answers.
///
/// # Errors
/// The database is away.
pub async fn permissions_of(platform: &Platform, token: Uuid) -> Result<Option<PermissionSet>> {
    match store::by_id(platform.storage.read(), token).await? {
        Some(row) => Ok(holder_of(platform, row).await?.map(|holder| holder.permissions)),
        None => Ok(None),
    }
}

/// Notes that a token was used now; true when it was due. A failure is logged and stops nobody.
pub async fn note_use(platform: &Platform, holder: &Holder, address: String) -> bool {
    let now = platform.clock.now();
    if holder.last_used_at.is_some_and(|last| last + NOTED_EVERY > now) {
        return false;
    }
    let id = holder.token;
    let noted = platform
        .storage
        .write(address, move |tx, address| {
            Box::pin(async move { Ok(store::used(tx.conn(), id, address, now, now - NOTED_EVERY).await?) })
        })
        .await;
    if let Err(error) = noted {
        tracing::warn!(%error, "the use of a token cannot be recorded");
    }
    true
}

/// True for a token that is neither revoked nor over.
fn is_open(row: &api_tokens::Model, now: DateTime<Utc>) -> bool {
    row.revoked_at.is_none() && row.expires_at > now
}

/// The permissions of a row. Names that this version does not know are passed over.
pub fn chosen(permissions: &Value) -> Vec<Permission> {
    let names = permissions.as_array().into_iter().flatten();
    names.filter_map(|name| serde_json::from_value(name.clone()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_ends_by_its_date_or_by_being_revoked() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let row = api_tokens::Model {
            id: Uuid::nil(),
            name: String::new(),
            prefix: String::new(),
            token_hash: String::new(),
            permissions: json!(["messages", "unheard_of"]),
            created_by: Uuid::nil(),
            created_at: now,
            expires_at: now + Duration::days(1),
            last_used_at: None,
            last_used_address: None,
            revoked_at: None,
            revoked_by: None,
        };
        assert_eq!(chosen(&row.permissions), [Permission::Messages]);
        assert!(is_open(&row, now));
        assert!(!is_open(&row, now + Duration::days(1)));
        assert!(!is_open(&api_tokens::Model { revoked_at: Some(now), ..row }, now));
    }
}
