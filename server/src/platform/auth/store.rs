//! Queries of sessions, and their clean-up.

use chrono::{DateTime, Duration, Utc};
use database::entity::{active_sessions, one_time_tokens, passkey_challenges, refresh_tokens, sign_in_failures};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};
use uuid::Uuid;

use super::{lockout, one_time, passkey_store};
use crate::error::Result;
use crate::http::RequestInfo;
use crate::ids::first_of;
use crate::platform::Platform;

/// Active sessions of a person, the most recently used first: those whose refresh token still works.
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

/// The session of a refresh token, if the token is genuine.
pub async fn session_of_token(
    conn: &impl ConnectionTrait,
    token: &str,
) -> Result<Option<refresh_tokens::Model>, DbErr> {
    refresh_tokens::Entity::find()
        .filter(refresh_tokens::Column::TokenHash.eq(crate::secrets::sha256_hex(token)))
        .one(conn)
        .await
}

/// True if the person has signed in with such a program from that address before.
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

/// Tokens that expired or were revoked before `before` and cannot restore a session. None of them is newer than that,
/// so ids are scanned from the oldest on.
fn over_tokens(before: DateTime<Utc>) -> Select<refresh_tokens::Entity> {
    let over = Condition::any()
        .add(refresh_tokens::Column::ExpiresAt.lt(before))
        .add(refresh_tokens::Column::RevokedAt.lt(before));
    refresh_tokens::Entity::find()
        .filter(refresh_tokens::Column::Id.lt(first_of(before)))
        .filter(over)
        .order_by_asc(refresh_tokens::Column::Id)
}

/// Sessions without activity since `before` that have none of these tokens.
fn old_sessions(before: DateTime<Utc>, tokens: Condition) -> Select<active_sessions::Entity> {
    let in_use = Query::select()
        .expr(Expr::val(1))
        .from(refresh_tokens::Entity)
        .and_where(
            Expr::col((refresh_tokens::Entity, refresh_tokens::Column::SessionId))
                .equals((active_sessions::Entity, active_sessions::Column::Id)),
        )
        .cond_where(tokens)
        .take();
    active_sessions::Entity::find()
        .filter(active_sessions::Column::Id.lt(first_of(before)))
        .filter(active_sessions::Column::LastActivity.lt(before))
        .filter(Expr::exists(in_use).not())
        .order_by_asc(active_sessions::Column::Id)
}

/// How many sessions the clean-up would delete, at most `limit`. Ignores tokens that would be deleted with them.
pub async fn count_old_sessions(conn: &impl ConnectionTrait, before: DateTime<Utc>, limit: u64) -> Result<u64, DbErr> {
    let not_revoked = Condition::any()
        .add(refresh_tokens::Column::RevokedAt.is_null())
        .add(refresh_tokens::Column::RevokedAt.gte(before));
    let stay = Condition::all().add(refresh_tokens::Column::ExpiresAt.gte(before)).add(not_revoked);
    let some = old_sessions(before, stay).select_only().column(active_sessions::Column::Id).limit(limit);
    let ids: Vec<Uuid> = some.into_tuple().all(conn).await?;
    Ok(ids.len() as u64)
}

/// Deletes expired tokens, tickets, failures and sessions. Ended sessions stay for a while, so that someone can
/// inspect them.
pub async fn clean_up(platform: &Platform) -> Result<()> {
    let now = platform.clock.now();
    let before = platform.settings.get().privacy.sessions_before(now);
    platform.delete_in_chunks(one_time::over(now - Duration::days(1)), one_time_tokens::Column::Id).await?;
    platform.delete_in_chunks(lockout::over(now), sign_in_failures::Column::Subject).await?;
    platform.delete_in_chunks(passkey_store::over(now), passkey_challenges::Column::Id).await?;
    platform.delete_in_chunks(over_tokens(before), refresh_tokens::Column::Id).await?;
    if platform.stopping.is_cancelled() {
        // Remaining tokens would block the deletion of their sessions.
        return Ok(());
    }
    let without_tokens = old_sessions(before, Condition::all());
    platform.delete_in_chunks(without_tokens, active_sessions::Column::Id).await
}
