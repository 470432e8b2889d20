//! Making, listing and revoking tokens. No token may do that: who has one could make itself another.

use std::collections::HashMap;

use axum::extract::State;
use chrono::{DateTime, Duration, Utc};
use database::entity::api_tokens::Model;
use database::entity::staff;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::holder::{PREFIX, chosen};
use super::{letters, store};
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::valid::Check;
use crate::http::{Created, Data, Envelope, Id, Json, Listed, Nothing, Paging, Problem, Query, RequestInfo};
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::auth::{Caller, Device, demand_in_person, recently_proven};
use crate::platform::entity::Entity;
use crate::platform::idempotency::{self, Claim};
use crate::platform::mail::Mail;
use crate::platform::permission::Permission;
use crate::platform::staff as people;
use crate::secrets::{new_token, sha256_hex};

/// Days that a token lives at most.
const LONGEST: u32 = 365;
/// Tokens that may work at one time.
const MOST: u64 = 100;
/// Characters of a token that are kept for telling it from others.
const SHOWN: usize = 12;

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(demand_in_person(Permission::Settings, routes!(list_tokens)))
        .routes(demand_in_person(Permission::Settings, recently_proven(routes!(create_token))))
        .routes(demand_in_person(Permission::Settings, routes!(get_token, revoke_token)))
}

/// The status of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    Active,
    Expired,
    Revoked,
    /// Its person is deactivated or gone.
    Orphaned,
}

/// A token, without the token itself.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenView {
    pub id: Uuid,
    pub name: String,
    /// The first characters of the token.
    pub prefix: String,
    /// What was chosen for it. It can never do more than its owner can.
    pub permissions: Vec<Permission>,
    pub state: TokenState,
    pub person_id: Uuid,
    /// Null if the person has been deleted.
    pub person_name: Option<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// Accurate to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    pub last_used_address: Option<String>,
    pub revoked_at: Option<DateTime<Utc>>,
}

impl TokenView {
    fn of(row: Model, people: &HashMap<Uuid, (String, bool)>, now: DateTime<Utc>) -> Self {
        let person = people.get(&row.created_by);
        let state = if row.revoked_at.is_some() {
            TokenState::Revoked
        } else if row.expires_at <= now {
            TokenState::Expired
        } else if person.is_some_and(|(_, active)| *active) {
            TokenState::Active
        } else {
            TokenState::Orphaned
        };
        Self {
            permissions: chosen(&row.permissions),
            person_name: person.map(|(name, _)| name.clone()),
            id: row.id,
            name: row.name,
            prefix: row.prefix,
            state,
            person_id: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            last_used_address: row.last_used_address,
            revoked_at: row.revoked_at,
        }
    }
}

/// Lists all tokens, newest first, page by page, including those that no longer work.
#[utoipa::path(get, path = "/api/admin/tokens", tag = "tokens", params(Paging),
    responses((status = 200, body = Envelope<Vec<TokenView>>), (status = 422, body = Problem)))]
async fn list_tokens(State(platform): State<Platform>, Query(paging): Query<Paging>) -> Result<Listed<TokenView>> {
    let (cursor, limit) = paging.read()?;
    let conn = platform.storage.read();
    let known = known(people::everybody(conn).await?);
    let now = platform.clock.now();
    Ok(Listed(store::page(conn, cursor, limit).await?.map(|row| TokenView::of(row, &known, now))))
}

/// Returns one token.
#[utoipa::path(get, path = "/api/admin/tokens/{id}", tag = "tokens", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<TokenView>), (status = 404, body = Problem)))]
async fn get_token(State(platform): State<Platform>, Id(id): Id) -> Result<Data<TokenView>> {
    let conn = platform.storage.read();
    let row = store::by_id(conn, id).await?.ok_or(Error::NotFound)?;
    let known = known(people::by_id(conn, row.created_by).await?);
    Ok(Data(TokenView::of(row, &known, platform.clock.now())))
}

/// People with their names, and whether they are active.
fn known(people: impl IntoIterator<Item = staff::Model>) -> HashMap<Uuid, (String, bool)> {
    people.into_iter().map(|person| (person.id, (person.name, person.is_active))).collect()
}

/// A new token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewToken {
    /// What it is for, at most 80 characters.
    pub name: String,
    /// At least one, and only permissions that you have yourself.
    pub permissions: Vec<Permission>,
    /// Days until it expires, 1 to 365.
    #[schema(minimum = 1, maximum = 365)]
    pub expires_in_days: u32,
}

/// A token that was just created. The token itself is shown only once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MadeToken {
    /// For `Authorization: Bearer`. Save it: it cannot be shown again.
    pub token: String,
    #[serde(flatten)]
    pub view: TokenView,
}

/// Creates a token that acts in your name.
#[utoipa::path(post, path = "/api/admin/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, body = Envelope<MadeToken>), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_token(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Json(new): Json<NewToken>,
) -> Result<Created<MadeToken>> {
    let (token, row) = made(&platform, &caller, new)?;
    let changes = Changes::none().fact("permissions", &row.permissions).fact("expiresAt", row.expires_at);
    let entry = entry(&platform, &caller, &info, "api_token.created", row.id, changes);
    let now = row.created_at;
    let known = HashMap::from([(caller.staff_id, (caller.name.clone(), true))]);
    let created = Created {
        location: format!("/api/admin/tokens/{}", row.id),
        data: MadeToken { token, view: TokenView::of(row.clone(), &known, now) },
        message: Some("Copy the token now. It cannot be shown again."),
    };
    let kept = claim.row(&created)?;
    let letter = letters::TokenMade {
        name: caller.name.clone(),
        token: row.name.clone(),
        permissions: row
            .permissions
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        ends: platform.settings.get().hours.moment(row.expires_at, None),
        device: Device::of(info.user_agent.as_deref()).name,
        ip_address: info.ip.to_string(),
        link: platform.config.server.link("/admin/tokens"),
    };
    let mail = Mail::new(&caller.email, &letter).about((Entity::Staff, caller.staff_id)).row(&platform)?;
    platform
        .storage
        .write((row, entry, kept, mail), move |tx, (row, entry, kept, mail)| {
            Box::pin(async move {
                idempotency::write(tx.conn(), kept.as_ref()).await?;
                // Of two that come at once, the second waits here and then counts the first.
                store::one_at_a_time(tx.conn()).await?;
                if store::count_open(tx.conn(), now).await? >= MOST {
                    let reason = "There are already 100 active tokens. Revoke one that is no longer needed.";
                    return Err(Error::Conflict(reason.into()));
                }
                store::insert(tx.conn(), row).await?;
                tx.audit(entry.clone());
                tx.mail(mail.clone());
                tx.publish(Event::TokensChanged(row.created_by));
                Ok(())
            })
        })
        .await?;
    Ok(created)
}

/// Checks what was asked for; the token and its row.
fn made(platform: &Platform, caller: &Caller, new: NewToken) -> Result<(String, Model)> {
    let mut check = Check::new();
    let name = check.line("name", &new.name, 80, "Say what it is for.");
    let mut permissions = new.permissions;
    permissions.sort_by_key(|permission| *permission as u16);
    permissions.dedup();
    if permissions.is_empty() {
        check.refuse("permissions", "required", "Choose what the token can do.");
    } else if permissions.iter().any(|permission| !caller.may(*permission)) {
        check.refuse("permissions", "invalid", "A token cannot have a permission that you don’t have.");
    }
    if !(1..=LONGEST).contains(&new.expires_in_days) {
        check.refuse("expiresInDays", "invalid", "This must be a whole number from 1 to 365.");
    }
    check.done()?;
    let now = platform.clock.now();
    let token = format!("{PREFIX}{}", new_token());
    let row = Model {
        id: platform.ids.next(now),
        name,
        prefix: token.chars().take(SHOWN).collect(),
        token_hash: sha256_hex(&token),
        permissions: json!(permissions),
        created_by: caller.staff_id,
        created_at: now,
        expires_at: now + Duration::days(i64::from(new.expires_in_days)),
        last_used_at: None,
        last_used_address: None,
        revoked_at: None,
        revoked_by: None,
    };
    Ok((token, row))
}

/// Revokes a token immediately and permanently. You can revoke another person's token only if you have all of its
/// permissions.
#[utoipa::path(delete, path = "/api/admin/tokens/{id}", tag = "tokens", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem)))]
async fn revoke_token(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
) -> Result<Data<Nothing>> {
    let row = store::by_id(platform.storage.read(), id).await?.ok_or(Error::NotFound)?;
    let beyond = chosen(&row.permissions).into_iter().any(|permission| !caller.may(permission));
    if beyond && row.created_by != caller.staff_id {
        return Err(Error::Forbidden);
    }
    let now = platform.clock.now();
    let entry = entry(&platform, &caller, &info, "api_token.revoked", id, Changes::none());
    let (by, of) = (caller.staff_id, row.created_by);
    platform
        .storage
        .write(entry, move |tx, entry| {
            Box::pin(async move {
                // Twice is once.
                if store::revoke(tx.conn(), id, by, now).await? {
                    tx.audit(entry.clone());
                    tx.publish(Event::TokensChanged(of));
                }
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

fn entry(
    platform: &Platform,
    caller: &Caller,
    info: &RequestInfo,
    action: &'static str,
    id: Uuid,
    changes: Changes,
) -> database::entity::audit_logs::Model {
    Entry { actor: Some(caller.staff_id), action, entity: (Entity::ApiToken, Some(id)), changes, from: info }
        .row(&platform.ids, platform.clock.now())
}
