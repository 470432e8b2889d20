//! Queries of the audit trail.

use chrono::{DateTime, Utc};
use database::entity::{audit_chain, audit_checkpoints, audit_logs};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::ids::first_of;

/// Number and hash of the last sealed entry.
pub(super) async fn head(conn: &impl ConnectionTrait) -> Result<Option<(i64, String)>, DbErr> {
    let last = audit_chain::Entity::find().order_by_desc(audit_chain::Column::Seq).one(conn).await?;
    Ok(last.map(|link| (link.seq, link.hash)))
}

/// When the last sealed entry was made.
pub(super) async fn sealed_until(conn: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    let Some(last) = audit_chain::Entity::find().order_by_desc(audit_chain::Column::Seq).one(conn).await? else {
        return Ok(None);
    };
    Ok(audit_logs::Entity::find_by_id(last.audit_id).one(conn).await?.map(|entry| entry.created_at))
}

/// Entries that the chain does not hold yet, oldest first.
pub(super) async fn unsealed(
    conn: &impl ConnectionTrait,
    since: Option<DateTime<Utc>>,
    limit: u64,
) -> Result<Vec<audit_logs::Model>, DbErr> {
    let sealed = Query::select()
        .expr(Expr::val(1))
        .from(audit_chain::Entity)
        .and_where(
            Expr::col((audit_chain::Entity, audit_chain::Column::AuditId))
                .equals((audit_logs::Entity, audit_logs::Column::Id)),
        )
        .take();
    let mut query = audit_logs::Entity::find().filter(Expr::exists(sealed).not());
    if let Some(since) = since {
        query = query.filter(audit_logs::Column::Id.gte(first_of(since)));
    }
    query.order_by_asc(audit_logs::Column::Id).limit(limit).all(conn).await
}

pub(super) async fn last_checkpoint(conn: &impl ConnectionTrait) -> Result<Option<audit_checkpoints::Model>, DbErr> {
    audit_checkpoints::Entity::find().order_by_desc(audit_checkpoints::Column::Seq).one(conn).await
}

pub(super) async fn checkpoints(conn: &impl ConnectionTrait) -> Result<Vec<audit_checkpoints::Model>, DbErr> {
    audit_checkpoints::Entity::find().order_by_asc(audit_checkpoints::Column::Seq).all(conn).await
}

/// Links after `seq` with their entries, in the order of the chain.
pub(super) async fn links_after(
    conn: &impl ConnectionTrait,
    seq: i64,
    limit: u64,
) -> Result<Vec<(audit_chain::Model, Option<audit_logs::Model>)>, DbErr> {
    let links = audit_chain::Entity::find()
        .filter(audit_chain::Column::Seq.gt(seq))
        .order_by_asc(audit_chain::Column::Seq)
        .limit(limit)
        .all(conn)
        .await?;
    let ids: Vec<Uuid> = links.iter().map(|link| link.audit_id).collect();
    let mut entries: std::collections::HashMap<Uuid, audit_logs::Model> = audit_logs::Entity::find()
        .filter(audit_logs::Column::Id.is_in(ids))
        .all(conn)
        .await?
        .into_iter()
        .map(|entry| (entry.id, entry))
        .collect();
    Ok(links
        .into_iter()
        .map(|link| {
            let entry = entries.remove(&link.audit_id);
            (link, entry)
        })
        .collect())
}

/// The history of one entity, newest first.
pub async fn of_entity(
    conn: &impl ConnectionTrait,
    entity_type: &str,
    id: Uuid,
    limit: u64,
) -> Result<Vec<audit_logs::Model>, DbErr> {
    audit_logs::Entity::find()
        .filter(audit_logs::Column::EntityType.eq(entity_type))
        .filter(audit_logs::Column::EntityId.eq(id.to_string()))
        .order_by_desc(audit_logs::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}

/// The newest entries.
pub async fn recent(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<audit_logs::Model>, DbErr> {
    audit_logs::Entity::find().order_by_desc(audit_logs::Column::Id).limit(limit).all(conn).await
}

/// A page of all entries, oldest first, after that id.
pub async fn export(
    conn: &impl ConnectionTrait,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<audit_logs::Model>, DbErr> {
    let mut query = audit_logs::Entity::find();
    if let Some(after) = after {
        query = query.filter(audit_logs::Column::Id.gt(after));
    }
    query.order_by_asc(audit_logs::Column::Id).limit(limit).all(conn).await
}
