//! Tokens that work once: set-up links, invitations, reset links, WebSocket tickets. The table holds hashes.

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

/// What a token is good for.
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

    /// How long it works.
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

/// Writes the row of a new token.
pub async fn insert(conn: &impl ConnectionTrait, row: &Model) -> Result<(), DbErr> {
    Entity::insert(row.clone().into_active_model()).exec_without_returning(conn).await.map(drop)
}

/// True for a token that can still be used. Asked before anything costly is done for a stranger.
pub async fn is_open(conn: &impl ConnectionTrait, kind: Kind, token: &str, now: DateTime<Utc>) -> Result<bool, DbErr> {
    Ok(peek(conn, kind, token, now).await?.is_some())
}

/// A token that can still be used, left as it is.
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

/// Whose token it is, if it can still be used.
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

/// Uses a token up; none when it is unknown, used or over. One conditional update decides between two who try at once.
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

/// Withdraws all open tokens of that kind, of one person or of everybody.
pub async fn withdraw(conn: &impl ConnectionTrait, kind: Kind, staff: Option<Uuid>) -> Result<(), DbErr> {
    let mut delete = Entity::delete_many().filter(Column::Kind.eq(kind.name()));
    if let Some(staff) = staff {
        delete = delete.filter(Column::StaffId.eq(staff));
    }
    delete.exec(conn).await.map(drop)
}

/// The session that a WebSocket ticket was given to.
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

/// Tokens that were over before a moment.
pub fn over(before: DateTime<Utc>) -> Select<Entity> {
    Entity::find().filter(Column::ExpiresAt.lt(before))
}
