//! Queries of sessions, and their clean-up.

use chrono::{DateTime, Duration, Utc};
use database::entity::{active_sessions, refresh_tokens};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::{lockout, one_time, passkey_store};
use crate::app::App;
use crate::error::Result;
use crate::http::RequestInfo;

/// Living sessions of a person, the one used last first: those whose refresh token still works.
pub async fn sessions_of(
    conn: &impl ConnectionTrait,
    person: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<active_sessions::Model>, DbErr> {
    let usable = Query::select()
        .column(refresh_tokens::Column::SessionId)
        .from(refresh_tokens::Entity)
        .and_where(refresh_tokens::Column::UserId.eq(person))
        .and_where(refresh_tokens::Column::ExpiresAt.gt(now))
        .and_where(refresh_tokens::Column::RotatedAt.is_null())
        .and_where(refresh_tokens::Column::RevokedAt.is_null())
        .take();
    active_sessions::Entity::find()
        .filter(active_sessions::Column::UserId.eq(person))
        .filter(active_sessions::Column::IsActive.eq(true))
        .filter(active_sessions::Column::ExpiresAt.gt(now))
        .filter(active_sessions::Column::Id.in_subquery(usable))
        .order_by_desc(active_sessions::Column::LastActivity)
        .all(conn)
        .await
}

/// The session that a refresh token belongs to, if the token is the person's own.
pub async fn session_of_token(
    conn: &impl ConnectionTrait,
    token: &str,
) -> Result<Option<refresh_tokens::Model>, DbErr> {
    refresh_tokens::Entity::find()
        .filter(refresh_tokens::Column::TokenHash.eq(crate::secrets::sha256_hex(token)))
        .one(conn)
        .await
}

/// True when the person has signed in with such a program from that address before.
pub async fn has_session_like(conn: &impl ConnectionTrait, person: Uuid, info: &RequestInfo) -> Result<bool, DbErr> {
    let found = active_sessions::Entity::find()
        .filter(active_sessions::Column::UserId.eq(person))
        .filter(active_sessions::Column::Web.eq(false))
        .filter(active_sessions::Column::IpAddress.eq(info.ip.to_string()))
        .filter(match &info.user_agent {
            Some(agent) => active_sessions::Column::UserAgent.eq(agent),
            None => active_sessions::Column::UserAgent.is_null(),
        })
        .one(conn)
        .await?;
    Ok(found.is_some())
}

/// Sessions without activity since a moment, and without a token that could bring them back.
fn old_sessions(before: DateTime<Utc>) -> Condition {
    let in_use = Query::select().column(refresh_tokens::Column::SessionId).from(refresh_tokens::Entity).take();
    Condition::all()
        .add(active_sessions::Column::LastActivity.lt(before))
        .add(active_sessions::Column::Id.not_in_subquery(in_use))
}

/// How many sessions the clean-up would delete, at most `limit`. Tokens that go with them are not in their way.
pub async fn count_old_sessions(conn: &impl ConnectionTrait, before: DateTime<Utc>, limit: u64) -> Result<u64, DbErr> {
    let in_use = Query::select()
        .column(refresh_tokens::Column::SessionId)
        .from(refresh_tokens::Entity)
        .and_where(Expr::col(refresh_tokens::Column::ExpiresAt).gte(before))
        .take();
    let ids: Vec<Uuid> = active_sessions::Entity::find()
        .select_only()
        .column(active_sessions::Column::Id)
        .filter(active_sessions::Column::LastActivity.lt(before))
        .filter(active_sessions::Column::Id.not_in_subquery(in_use))
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(ids.len() as u64)
}

/// Deletes tokens, tickets, failures and sessions that are over. Ended sessions stay for a
/// while, for whoever looks into them.
pub async fn clean_up(app: &App) -> Result<()> {
    let now = app.clock.now();
    let before = app.settings.get().privacy.sessions_before(now);
    app.storage
        .write((), move |tx, ()| {
            Box::pin(async move {
                let conn = tx.conn();
                one_time::delete_over(conn, now - Duration::days(1)).await?;
                lockout::clean_up(conn, now).await?;
                passkey_store::clean_up(conn, now).await?;
                refresh_tokens::Entity::delete_many()
                    .filter(refresh_tokens::Column::ExpiresAt.lt(before))
                    .exec(conn)
                    .await?;
                active_sessions::Entity::delete_many().filter(old_sessions(before)).exec(conn).await?;
                Ok(())
            })
        })
        .await
}
