//! Queries for passkeys and their ceremonies.

use chrono::{DateTime, Duration, Utc};
use database::entity::{passkey_challenges as challenges, passkeys};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, Select,
};
use serde_json::Value;
use uuid::Uuid;

use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::Platform;
use crate::platform::audit::{self, Changes, Entry};
use crate::platform::entity::Entity;

/// A ceremony must finish within this time: WebAuthn recommends five minutes for those that involve a person.
pub const CEREMONY: Duration = Duration::minutes(5);

/// The purpose of a ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Register,
    SignIn,
    Prove,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::SignIn => "sign_in",
            Self::Prove => "prove",
        }
    }
}

/// Stores the state of a new ceremony; returns its id.
pub async fn begin(platform: &Platform, purpose: Purpose, session: Option<Uuid>, state: Value) -> Result<Uuid> {
    let now = platform.clock.now();
    let row = challenges::Model {
        id: platform.ids.next(now),
        purpose: purpose.name().to_owned(),
        session_id: session,
        state,
        expires_at: now + CEREMONY,
        used_at: None,
    };
    let id = row.id;
    platform
        .storage
        .write(row, |tx, row| {
            Box::pin(async move {
                challenges::Entity::insert(row.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
                Ok(())
            })
        })
        .await?;
    Ok(id)
}

/// Consumes a ceremony and returns its state; none if it is unknown, used, expired, or has another purpose or session.
/// A challenge works once, whether the response to it is valid or not.
pub async fn redeem(platform: &Platform, purpose: Purpose, session: Option<Uuid>, id: Uuid) -> Result<Option<Value>> {
    let now = platform.clock.now();
    platform
        .storage
        .write((), move |tx, ()| {
            Box::pin(async move {
                let session = match session {
                    Some(session) => challenges::Column::SessionId.eq(session),
                    None => challenges::Column::SessionId.is_null(),
                };
                let used = challenges::Entity::update_many()
                    .col_expr(challenges::Column::UsedAt, Expr::value(now))
                    .filter(challenges::Column::Id.eq(id))
                    .filter(challenges::Column::Purpose.eq(purpose.name()))
                    .filter(session)
                    .filter(challenges::Column::UsedAt.is_null())
                    .filter(challenges::Column::ExpiresAt.gt(now))
                    .exec_with_returning(tx.conn())
                    .await?;
                Ok(used.into_iter().next().map(|row| row.state))
            })
        })
        .await
}

/// A person's passkeys, oldest first.
pub async fn of(conn: &impl ConnectionTrait, staff: Uuid) -> Result<Vec<passkeys::Model>, DbErr> {
    passkeys::Entity::find()
        .filter(passkeys::Column::StaffId.eq(staff))
        .order_by_asc(passkeys::Column::Id)
        .all(conn)
        .await
}

/// The passkey with that credential id (base64url).
pub async fn by_credential(conn: &impl ConnectionTrait, id: &str) -> Result<Option<passkeys::Model>, DbErr> {
    passkeys::Entity::find().filter(passkeys::Column::CredentialId.eq(id)).one(conn).await
}

/// A passkey that has just signed a challenge.
#[derive(Debug, Clone)]
pub struct Use {
    pub id: Uuid,
    /// The credential with the authenticator's updates.
    pub credential: Value,
    pub sign_count: i64,
}

/// Records the use; false if the passkey is gone, or if its counter is not above the stored one: two copies of it may
/// then exist (WebAuthn, 6.1.1). Authenticators without a counter report 0.
pub async fn note_use(conn: &impl ConnectionTrait, used: &Use, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let rises = Condition::any()
        .add(passkeys::Column::SignCount.lt(used.sign_count))
        .add(Condition::all().add(passkeys::Column::SignCount.eq(0)).add(Expr::value(used.sign_count == 0)));
    let updated = passkeys::Entity::update_many()
        .col_expr(passkeys::Column::Credential, Expr::value(used.credential.clone()))
        .col_expr(passkeys::Column::SignCount, Expr::value(used.sign_count))
        .col_expr(passkeys::Column::LastUsedAt, Expr::value(now))
        .filter(passkeys::Column::Id.eq(used.id))
        .filter(rises)
        .exec(conn)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Records that a passkey's counter did not increase.
pub async fn note_counter(platform: &Platform, staff: Uuid, info: &RequestInfo) -> Result<()> {
    tracing::warn!(%staff, "a passkey counter did not increase: the passkey may have been copied");
    note_refusal(platform, "auth.passkey_counter", staff, info).await
}

/// Records that a person's passkey was rejected, whoever presented it.
pub async fn note_refusal(platform: &Platform, action: &'static str, staff: Uuid, info: &RequestInfo) -> Result<()> {
    let entry =
        Entry { actor: None, action, entity: (Entity::Staff, Some(staff)), changes: Changes::none(), from: info };
    audit::write(platform, entry.row(&platform.ids, platform.clock.now())).await
}

/// Expired ceremonies.
pub fn over(now: DateTime<Utc>) -> Select<challenges::Entity> {
    challenges::Entity::find().filter(challenges::Column::ExpiresAt.lt(now))
}
