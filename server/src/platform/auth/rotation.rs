//! Refresh tokens: how they rotate, how long an old one still works, and when a family is revoked.
//!
//! RFC 9700 requires rejecting an old token and revoking its family. But responses get lost, and two tabs may refresh
//! at once. A token is therefore *used up* only when its successor was used or a minute has passed. Until then the old
//! one returns the same successor again, which requires its plain text: it is stored encrypted under the old token
//! itself.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use database::entity::{active_sessions, refresh_tokens, staff};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait, IntoActiveModel as _, QueryFilter as _,
};
use uuid::Uuid;

use super::sessions;
use crate::error::{Error, Result};
use crate::http::RequestInfo;
use crate::ids::Ids;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity;
use crate::platform::settings::{Security, Snapshot};
use crate::secrets::{open_under, seal_under, sha256_hex};
use crate::storage::Tx;

/// How long an old token returns the same successor again.
const REPLAY: Duration = Duration::seconds(60);
const LABEL: &str = "refresh successor";

/// The verdict on a presented token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// The newest in its family: exchange it.
    Rotate,
    /// Exchanged a moment ago, and its successor is unused: return it again.
    Replay,
    /// Old: someone has a copy. Revoke the family.
    Reuse,
    /// Expired or revoked.
    Refuse,
}

/// The rule. `successor_used`: the token's successor was itself exchanged.
fn judge(token: &refresh_tokens::Model, successor_used: bool, now: DateTime<Utc>) -> Verdict {
    match token.rotated_at {
        _ if token.revoked_at.is_some() => Verdict::Refuse,
        None if token.expires_at <= now => Verdict::Refuse,
        None => Verdict::Rotate,
        Some(at) if !successor_used && now < at + REPLAY => Verdict::Replay,
        Some(_) => Verdict::Reuse,
    }
}

/// The result of a refresh.
pub enum Outcome {
    Continued(Box<Continued>),
    /// The token was old; this unit revoked its family.
    Reused {
        person: Uuid,
        session: Uuid,
    },
    Refused,
}

/// A session that continues.
pub struct Continued {
    pub token: String,
    pub session: active_sessions::Model,
    pub person: staff::Model,
}

/// The input of a refresh; created before the unit, so that the unit can run again.
pub struct Refresh {
    pub presented: String,
    pub successor: String,
    pub successor_id: Uuid,
    /// They define how long sessions last.
    pub settings: Arc<Snapshot>,
    pub now: DateTime<Utc>,
    pub info: RequestInfo,
    pub ids: Ids,
}

/// Exchanges a refresh token within a unit.
pub async fn refresh(tx: &Tx<'_>, ask: &Refresh) -> Result<Outcome> {
    let conn = tx.conn();
    let hash = sha256_hex(&ask.presented);
    let by_hash = || refresh_tokens::Entity::find().filter(refresh_tokens::Column::TokenHash.eq(&hash));
    let Some(token) = by_hash().one(conn).await? else { return Ok(Outcome::Refused) };
    let Some(person) = staff::Entity::find_by_id(token.user_id).one(conn).await?.filter(|it| it.is_active) else {
        return Ok(Outcome::Refused);
    };
    // The session's row is locked before any token's, here and where sessions end: one order, so no deadlock, and
    // exactly one of a concurrent refresh and revocation wins.
    let Some(session) = touch(conn, token.session_id, ask).await? else { return Ok(Outcome::Refused) };
    // Read again under the lock: another refresh may have been first.
    let Some(token) = by_hash().one(conn).await? else { return Ok(Outcome::Refused) };
    let successor_used = match token.replaced_by {
        Some(id) => refresh_tokens::Entity::find_by_id(id).one(conn).await?.is_none_or(|it| it.rotated_at.is_some()),
        None => false,
    };
    match judge(&token, successor_used, ask.now) {
        Verdict::Refuse => Ok(Outcome::Refused),
        Verdict::Reuse => {
            sessions::end(tx, session.id, ask.now).await?;
            let entry = Entry {
                actor: Some(person.id),
                action: "auth.refresh_reused",
                entity: (entity::Entity::Staff, Some(person.id)),
                changes: Changes::none().fact("sessionId", session.id),
                from: &ask.info,
            };
            tx.audit(entry.row(&ask.ids, ask.now));
            Ok(Outcome::Reused { person: person.id, session: session.id })
        }
        Verdict::Replay => {
            let successor = token
                .successor_sealed
                .as_deref()
                .and_then(|sealed| open_under(&ask.presented, LABEL, sealed))
                .and_then(|plain| String::from_utf8(plain).ok())
                .ok_or_else(|| Error::internal("a sealed successor does not open"))?;
            Ok(Outcome::Continued(Box::new(Continued { token: successor, session, person })))
        }
        Verdict::Rotate => {
            rotate(conn, &token, &session, ask).await?;
            Ok(Outcome::Continued(Box::new(Continued { token: ask.successor.clone(), session, person })))
        }
    }
}

async fn rotate(
    conn: &impl ConnectionTrait,
    token: &refresh_tokens::Model,
    session: &active_sessions::Model,
    ask: &Refresh,
) -> Result<()> {
    let rotated = refresh_tokens::Entity::update_many()
        .col_expr(refresh_tokens::Column::RotatedAt, Expr::value(ask.now))
        .col_expr(refresh_tokens::Column::ReplacedBy, Expr::value(ask.successor_id))
        .col_expr(
            refresh_tokens::Column::SuccessorSealed,
            Expr::value(seal_under(&ask.presented, LABEL, ask.successor.as_bytes())),
        )
        .filter(refresh_tokens::Column::Id.eq(token.id))
        .filter(refresh_tokens::Column::RotatedAt.is_null())
        .filter(refresh_tokens::Column::RevokedAt.is_null())
        .exec(conn)
        .await?;
    if rotated.rows_affected != 1 {
        return Err(Error::internal("a refresh token changed under its lock"));
    }
    active_sessions::Entity::update_many()
        .col_expr(active_sessions::Column::RefreshTokenId, Expr::value(ask.successor_id))
        .filter(active_sessions::Column::Id.eq(session.id))
        .exec(conn)
        .await?;
    new_token(session, &ask.settings.security, &ask.successor, ask.successor_id, ask.now, &ask.info)
        .into_active_model()
        .insert(conn)
        .await?;
    Ok(())
}

/// The row for a token of that session.
pub fn new_token(
    session: &active_sessions::Model,
    rules: &Security,
    token: &str,
    id: Uuid,
    now: DateTime<Utc>,
    info: &RequestInfo,
) -> refresh_tokens::Model {
    refresh_tokens::Model {
        id,
        user_id: session.user_id,
        session_id: session.id,
        token_hash: sha256_hex(token),
        // Shortened session lengths also apply to existing sessions.
        expires_at: (now + rules.sliding(session.remember))
            .min(session.expires_at)
            .min(session.created_at + rules.longest_session()),
        revoked_at: None,
        rotated_at: None,
        replaced_by: None,
        successor_sealed: None,
        user_agent: info.user_agent.clone(),
        ip_address: Some(info.ip.to_string()),
        created_at: now,
    }
}

/// Records activity of a valid session, and locks its row.
async fn touch(conn: &impl ConnectionTrait, session: Uuid, ask: &Refresh) -> Result<Option<active_sessions::Model>> {
    let touched = active_sessions::Entity::update_many()
        .col_expr(active_sessions::Column::LastActivity, Expr::value(ask.now))
        .filter(active_sessions::Column::Id.eq(session))
        .filter(active_sessions::Column::IsActive.eq(true))
        .filter(active_sessions::Column::ExpiresAt.gt(ask.now))
        .exec_with_returning(conn)
        .await?;
    Ok(touched.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(rotated: Option<i64>, revoked: bool) -> refresh_tokens::Model {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        refresh_tokens::Model {
            id: Uuid::nil(),
            user_id: Uuid::nil(),
            session_id: Uuid::nil(),
            token_hash: String::new(),
            expires_at: now + Duration::hours(1),
            revoked_at: revoked.then_some(now),
            rotated_at: rotated.map(|seconds| now - Duration::seconds(seconds)),
            replaced_by: None,
            successor_sealed: None,
            user_agent: None,
            ip_address: None,
            created_at: now,
        }
    }

    #[test]
    fn an_old_token_is_good_only_while_its_successor_is_unused_and_young() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        assert_eq!(judge(&token(None, false), false, now), Verdict::Rotate);
        assert_eq!(judge(&token(None, false), false, now + Duration::hours(1)), Verdict::Refuse);
        assert_eq!(judge(&token(Some(59), false), false, now), Verdict::Replay);
        assert_eq!(judge(&token(Some(60), false), false, now), Verdict::Reuse);
        assert_eq!(judge(&token(Some(1), false), true, now), Verdict::Reuse);
        assert_eq!(judge(&token(Some(1), true), false, now), Verdict::Refuse);
        assert_eq!(judge(&token(None, true), false, now), Verdict::Refuse);
    }
}
