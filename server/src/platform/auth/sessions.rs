//! Starting and ending sessions, always inside a unit of work.

use chrono::{DateTime, Utc};
use database::entity::{active_sessions, refresh_tokens, staff};
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait, IntoActiveModel as _, QueryFilter as _};
use uuid::Uuid;

use super::rotation;
use crate::cluster::Event;
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::Platform;
use crate::secrets;
use crate::storage::Tx;

/// A session with its first refresh token, ready to be inserted.
pub struct NewSession {
    pub session: active_sessions::Model,
    pub token_row: refresh_tokens::Model,
    /// Returned to the client once.
    pub token: String,
}

impl NewSession {
    /// A session of that person, from this request.
    pub fn of(platform: &Platform, person: &staff::Model, remember: bool, web: bool, info: &RequestInfo) -> Self {
        let now = platform.clock.now();
        let rules = &platform.settings.get().security;
        let token_id = platform.ids.next(now);
        let session = active_sessions::Model {
            id: platform.ids.next(now),
            user_id: person.id,
            refresh_token_id: Some(token_id),
            is_active: true,
            // Programs keep their token as long as they like; only a browser has this choice.
            remember: remember || !web,
            web,
            user_agent: info.user_agent.clone(),
            ip_address: Some(info.ip.to_string()),
            created_at: now,
            last_activity: now,
            expires_at: now + rules.longest_session(),
            // Signing in counts as a proof of identity.
            proved_at: Some(now),
        };
        let token = secrets::new_token();
        let token_row = rotation::new_token(&session, rules, &token, token_id, now, info);
        Self { session, token_row, token }
    }

    /// Inserts both rows.
    pub async fn insert(&self, tx: &Tx<'_>) -> Result<()> {
        self.session.clone().into_active_model().insert(tx.conn()).await?;
        self.token_row.clone().into_active_model().insert(tx.conn()).await?;
        Ok(())
    }
}

/// Ends one session; true if it was active.
pub async fn end(tx: &Tx<'_>, session: Uuid, now: DateTime<Utc>) -> Result<bool> {
    Ok(end_where(tx, Condition::all().add(active_sessions::Column::Id.eq(session)), now).await? > 0)
}

/// Ends one session of that person; true if it was theirs and active.
pub async fn end_of(tx: &Tx<'_>, person: Uuid, session: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let which =
        Condition::all().add(active_sessions::Column::Id.eq(session)).add(active_sessions::Column::UserId.eq(person));
    Ok(end_where(tx, which, now).await? > 0)
}

/// Ends all sessions of a person except one; returns how many. Without an exception, all known browsers are forgotten
/// too.
pub async fn end_all(tx: &Tx<'_>, person: Uuid, except: Option<Uuid>, now: DateTime<Utc>) -> Result<u64> {
    let mut which = Condition::all().add(active_sessions::Column::UserId.eq(person));
    match except {
        Some(except) => which = which.add(active_sessions::Column::Id.ne(except)),
        None => {
            staff::Entity::update_many()
                .col_expr(staff::Column::DevicesFrom, Expr::value(now))
                .filter(staff::Column::Id.eq(person))
                .exec(tx.conn())
                .await?;
        }
    }
    end_where(tx, which, now).await
}

async fn end_where(tx: &Tx<'_>, which: Condition, now: DateTime<Utc>) -> Result<u64> {
    let ended = active_sessions::Entity::update_many()
        .col_expr(active_sessions::Column::IsActive, Expr::value(false))
        .filter(which)
        .filter(active_sessions::Column::IsActive.eq(true))
        .exec_with_returning(tx.conn())
        .await?;
    let ids: Vec<Uuid> = ended.iter().map(|session| session.id).collect();
    refresh_tokens::Entity::update_many()
        .col_expr(refresh_tokens::Column::RevokedAt, Expr::value(now))
        .col_expr(refresh_tokens::Column::SuccessorSealed, Expr::value(Option::<Vec<u8>>::None))
        .filter(refresh_tokens::Column::SessionId.is_in(ids.clone()))
        .filter(refresh_tokens::Column::RevokedAt.is_null())
        .exec(tx.conn())
        .await?;
    for id in &ids {
        tx.publish(Event::SessionChanged(*id));
    }
    Ok(ids.len() as u64)
}
