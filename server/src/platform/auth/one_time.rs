//! Single-use tokens: set-up links, invitations, reset links, WebSocket tickets. The table stores hashes.

use chrono::{DateTime, Duration, Utc};
use database::entity::one_time_tokens::{Column, Entity, Model};
use database::entity::staff;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _, QueryFilter as _, Select};
use uuid::Uuid;

use crate::error::Result;
use crate::platform::Platform;
use crate::platform::staff as people;
use crate::secrets::sha256_hex;

/// The purpose of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Setup,
    Invite,
    Reset,
    WsTicket,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Invite => "invite",
            Self::Reset => "reset",
            Self::WsTicket => "ws_ticket",
        }
    }

    /// How long it is valid.
    pub fn lifetime(self) -> Duration {
        match self {
            Self::Setup => Duration::hours(24),
            Self::Invite => Duration::days(7),
            Self::Reset => Duration::minutes(60),
            Self::WsTicket => Duration::seconds(30),
        }
    }
}

/// The row for a token.
pub fn row(platform: &Platform, kind: Kind, token: &str, staff: Option<Uuid>, session: Option<Uuid>) -> Model {
    let now = platform.clock.now();
    Model {
        id: platform.ids.next(now),
        kind: kind.name().to_owned(),
        token_hash: sha256_hex(token),
        staff_id: staff,
        session_id: session,
        created_at: now,
        expires_at: now + kind.lifetime(),
        used_at: None,
    }
}

/// Inserts the row of a new token.
pub async fn insert(conn: &impl ConnectionTrait, row: &Model) -> Result<(), DbErr> {
    Entity::insert(row.clone().into_active_model()).exec_without_returning(conn).await.map(drop)
}

/// True for a token that is still valid. Checked before anything costly is done for a stranger.
pub async fn is_open(conn: &impl ConnectionTrait, kind: Kind, token: &str, now: DateTime<Utc>) -> Result<bool, DbErr> {
    Ok(peek(conn, kind, token, now).await?.is_some())
}

/// A valid token, without consuming it.
pub async fn peek(
    conn: &impl ConnectionTrait,
    kind: Kind,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::TokenHash.eq(sha256_hex(token)))
        .filter(Column::Kind.eq(kind.name()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .one(conn)
        .await
}

/// The person whose token it is, if it is still valid.
pub async fn owner(
    conn: &impl ConnectionTrait,
    kind: Kind,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<staff::Model>, DbErr> {
    match peek(conn, kind, token, now).await?.and_then(|row| row.staff_id) {
        Some(id) => people::by_id(conn, id).await,
        None => Ok(None),
    }
}

/// Consumes a token; none if it is unknown, used or expired. One conditional update decides between two concurrent
/// attempts.
pub async fn redeem(
    conn: &impl ConnectionTrait,
    kind: Kind,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let used = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::TokenHash.eq(sha256_hex(token)))
        .filter(Column::Kind.eq(kind.name()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec_with_returning(conn)
        .await?;
    Ok(used.into_iter().next())
}

/// Revokes all open tokens of that kind, of one person or of everyone.
pub async fn withdraw(conn: &impl ConnectionTrait, kind: Kind, staff: Option<Uuid>) -> Result<(), DbErr> {
    let mut delete = Entity::delete_many().filter(Column::Kind.eq(kind.name()));
    if let Some(staff) = staff {
        delete = delete.filter(Column::StaffId.eq(staff));
    }
    delete.exec(conn).await.map(drop)
}

/// The session to which a WebSocket ticket was issued.
pub async fn redeem_ticket(platform: &Platform, ticket: String) -> Result<Option<Uuid>> {
    let now = platform.clock.now();
    if !is_open(platform.storage.read(), Kind::WsTicket, &ticket, now).await? {
        return Ok(None);
    }
    platform
        .storage
        .write(ticket, move |tx, ticket| {
            Box::pin(
                async move { Ok(redeem(tx.conn(), Kind::WsTicket, ticket, now).await?.and_then(|row| row.session_id)) },
            )
        })
        .await
}

/// Tokens that expired or were used before `before`.
pub fn over(before: DateTime<Utc>) -> Select<Entity> {
    Entity::find().filter(Column::ExpiresAt.lt(before))
}
