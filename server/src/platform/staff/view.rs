//! People as the API returns them.

use chrono::{DateTime, Utc};
use database::entity::staff::{Model, Role};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{avatar, store};
use crate::error::{Error, Result};
use crate::http::{Data, Tagged};
use crate::platform::auth::{self, Caller};
use crate::platform::permission::{Permission, PermissionSet, Standing};
use crate::secrets::sha256_hex;
use crate::storage::email_key;

/// The status of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StaffState {
    Active,
    /// Has not accepted the invitation yet.
    Invited,
    Deactivated,
}

impl StaffState {
    pub fn of(person: &Model) -> Self {
        match (person.is_active, person.invited_at) {
            (true, _) => Self::Active,
            (false, Some(_)) => Self::Invited,
            (false, None) => Self::Deactivated,
        }
    }
}

/// A person in the staff list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaffSummary {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub permissions: Vec<Permission>,
    pub state: StaffState,
    /// The last sign-in.
    pub last_login: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    /// When the latest invitation expires; null for people who are not invited.
    pub invite_expires_at: Option<DateTime<Utc>>,
    /// Address of the picture, for `GET` with an access token; null if there is none.
    pub avatar: Option<String>,
    /// False: the person has a permission that the caller lacks, so the caller cannot change them.
    pub may_change: bool,
}

/// A person with the details of their own page.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaffDetail {
    #[serde(flatten)]
    pub summary: StaffSummary,
    /// When the sign-in lock after wrong passwords ends; null if it is not locked.
    pub locked_until: Option<DateTime<Utc>>,
    /// Open work assigned to the person, such as messages; 1,000 means 1,000 or more.
    pub open_work: u64,
}

impl StaffSummary {
    pub fn of(person: Model, caller: &Caller) -> Self {
        let own = Standing { role: caller.role, permissions: caller.permissions };
        Self {
            state: StaffState::of(&person),
            permissions: PermissionSet::of(&person).list(),
            may_change: own.covers(Standing::of(&person)),
            invite_expires_at: person.invited_at.map(|at| at + auth::OneTimeKind::Invite.lifetime()),
            avatar: avatar::url(&person),
            id: person.id,
            name: person.name,
            email: person.email,
            role: person.role,
            last_login: person.last_login,
            created_at: person.created_at,
        }
    }
}

/// One person, with the tag of their editable fields.
pub async fn detail(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    now: DateTime<Utc>,
    open_work: u64,
) -> Result<Tagged<Data<StaffDetail>>> {
    let person = store::by_id(conn, id).await?.filter(|person| person.deleted_at.is_none()).ok_or(Error::NotFound)?;
    let etag = etag(&person);
    let locked_until = auth::locked_until(conn, &email_key(&person.email), now).await?;
    Ok(Tagged {
        etag,
        answer: Data(StaffDetail { summary: StaffSummary::of(person, caller), locked_until, open_work }),
    })
}

/// The `ETag` of a person: a digest of what others can edit. A sign-in or another theme does not change it; any write
/// to an editable column does.
pub fn etag(person: &Model) -> String {
    let edited = json!([
        person.name,
        person.email,
        person.role,
        PermissionSet::of(person).list(),
        person.is_active,
        person.invited_at.is_some()
    ]);
    format!("\"{}\"", &sha256_hex(edited.to_string())[..24])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> Model {
        let at = DateTime::<Utc>::UNIX_EPOCH;
        Model {
            id: Uuid::nil(),
            name: "Ada".into(),
            email: "ada@example.com".into(),
            email_key: "ada@example.com".into(),
            password_hash: String::new(),
            role: Role::Staff,
            permissions: json!(["messages"]),
            token_version: 1,
            is_active: true,
            time_zone: None,
            locale: None,
            theme: "system".into(),
            created_at: at,
            last_login: None,
            invited_at: None,
            deleted_at: None,
            avatar: None,
            devices_from: None,
        }
    }

    #[test]
    fn the_tag_follows_what_can_be_edited_and_nothing_else() {
        let before = etag(&person());
        let signed_in =
            Model { last_login: Some(DateTime::<Utc>::UNIX_EPOCH), theme: "dark".into(), token_version: 2, ..person() };
        assert_eq!(etag(&signed_in), before);
        assert_ne!(etag(&Model { name: "Ada L".into(), ..person() }), before);
        assert_ne!(etag(&Model { permissions: json!(["chats"]), ..person() }), before);
        assert_ne!(etag(&Model { is_active: false, ..person() }), before);
    }

    #[test]
    fn states_are_told_apart() {
        let at = Some(DateTime::<Utc>::UNIX_EPOCH);
        assert_eq!(StaffState::of(&person()), StaffState::Active);
        assert_eq!(StaffState::of(&Model { is_active: false, invited_at: at, ..person() }), StaffState::Invited);
        assert_eq!(StaffState::of(&Model { is_active: false, ..person() }), StaffState::Deactivated);
    }
}
