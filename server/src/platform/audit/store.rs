//! Queries of the audit trail.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::entity::{audit_chain, audit_checkpoints, audit_logs};
use sea_orm::sea_query::{Alias, Asterisk, CommonTableExpression, Expr, ExprTrait as _, Func, Query, UnionType};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::line::{Line, lines};
use crate::ids::first_of;

/// The last link of the chain.
pub(super) async fn head(conn: &impl ConnectionTrait) -> Result<Option<(i64, String)>, DbErr> {
    let last = audit_chain::Entity::find().order_by_desc(audit_chain::Column::Seq).one(conn).await?;
    Ok(last.map(|link| (link.seq, link.hash)))
}

/// The lengths of chain and log.
pub(super) struct Extent {
    /// Number of the last link; 0 if there is none.
    pub head: i64,
    /// Entries, sealed or not.
    pub entries: u64,
}

/// Both, read at the same time.
pub(super) async fn extent(conn: &impl ConnectionTrait) -> Result<Extent, DbErr> {
    let entries = Query::select().expr(Func::count(Expr::col(Asterisk))).from(audit_logs::Entity).take();
    let head = Query::select().expr(Func::max(Expr::col(audit_chain::Column::Seq))).from(audit_chain::Entity).take();
    let both = Query::select()
        .expr_as(Expr::SubQuery(None, Box::new(entries.into())), Alias::new("entries"))
        .expr_as(Expr::SubQuery(None, Box::new(head.into())), Alias::new("head"))
        .take();
    let Some(row) = conn.query_one(&both).await? else { return Ok(Extent { head: 0, entries: 0 }) };
    let (entries, head): (i64, Option<i64>) = (row.try_get("", "entries")?, row.try_get("", "head")?);
    Ok(Extent { head: head.unwrap_or(0), entries: u64::try_from(entries).unwrap_or(0) })
}

/// The time of the last sealed entry.
pub(super) async fn sealed_until(conn: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    let Some(last) = audit_chain::Entity::find().order_by_desc(audit_chain::Column::Seq).one(conn).await? else {
        return Ok(None);
    };
    Ok(audit_logs::Entity::find_by_id(last.audit_id).one(conn).await?.map(|entry| entry.created_at))
}

/// Entries that are not in the chain yet, oldest first, from `from` on.
pub(super) async fn unsealed(
    conn: &impl ConnectionTrait,
    from: Uuid,
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
    audit_logs::Entity::find()
        .filter(audit_logs::Column::Id.gte(from))
        .filter(Expr::exists(sealed).not())
        .order_by_asc(audit_logs::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}

/// The latest signed head.
pub(super) async fn last_checkpoint(conn: &impl ConnectionTrait) -> Result<Option<audit_checkpoints::Model>, DbErr> {
    audit_checkpoints::Entity::find().order_by_desc(audit_checkpoints::Column::Seq).one(conn).await
}

/// Signed heads after one position, up to another.
pub(super) async fn checkpoints_between(
    conn: &impl ConnectionTrait,
    after: i64,
    until: i64,
) -> Result<Vec<audit_checkpoints::Model>, DbErr> {
    audit_checkpoints::Entity::find()
        .filter(audit_checkpoints::Column::Seq.gt(after))
        .filter(audit_checkpoints::Column::Seq.lte(until))
        .all(conn)
        .await
}

/// A position in the chain with its entry; none: the entry was deleted.
pub(super) type Link = (audit_chain::Model, Option<audit_logs::Model>);

/// Links after one position, up to another, with their entries, in chain order.
pub(super) async fn links_between(conn: &impl ConnectionTrait, after: i64, until: i64) -> Result<Vec<Link>, DbErr> {
    let entry = audit_chain::Entity::belongs_to(audit_logs::Entity)
        .from(audit_chain::Column::AuditId)
        .to(audit_logs::Column::Id)
        .into();
    audit_chain::Entity::find()
        .filter(audit_chain::Column::Seq.gt(after))
        .filter(audit_chain::Column::Seq.lte(until))
        .order_by_asc(audit_chain::Column::Seq)
        .join(JoinType::LeftJoin, entry)
        .select_also(audit_logs::Entity)
        .all(conn)
        .await
}

/// Positions at which the chain records an erasure of these entries: the last one for each.
pub(super) async fn erasures_of(conn: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashMap<Uuid, i64>, DbErr> {
    let said = audit_logs::Entity::find()
        .filter(audit_logs::Column::EntityType.eq("audit"))
        .filter(audit_logs::Column::EntityId.is_in(ids.iter().map(Uuid::to_string)))
        .filter(audit_logs::Column::Action.eq("audit.erased"))
        .all(conn)
        .await?;
    let links = audit_chain::Entity::find()
        .filter(audit_chain::Column::AuditId.is_in(said.iter().map(|entry| entry.id)))
        .all(conn)
        .await?;
    let places: HashMap<Uuid, i64> = links.into_iter().map(|link| (link.audit_id, link.seq)).collect();
    let mut last = HashMap::new();
    for entry in said {
        let of = entry.entity_id.as_deref().and_then(|id| id.parse().ok());
        if let (Some(of), Some(seq)) = (of, places.get(&entry.id)) {
            let known: &mut i64 = last.entry(of).or_insert(*seq);
            *known = std::cmp::Ord::max(*known, *seq);
        }
    }
    Ok(last)
}

/// The link at a position in the chain.
pub(super) async fn link_at(conn: &impl ConnectionTrait, seq: i64) -> Result<Option<audit_chain::Model>, DbErr> {
    audit_chain::Entity::find_by_id(seq).one(conn).await
}

/// The history of one entity, newest first.
pub async fn of_entity(
    conn: &impl ConnectionTrait,
    entity_type: &str,
    id: Uuid,
    limit: u64,
) -> Result<Vec<Line>, DbErr> {
    lines()
        .filter(audit_logs::Column::EntityType.eq(entity_type))
        .filter(audit_logs::Column::EntityId.eq(id.to_string()))
        .order_by_desc(audit_logs::Column::Id)
        .limit(limit)
        .into_model()
        .all(conn)
        .await
}

/// The newest entries.
pub async fn recent(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<Line>, DbErr> {
    lines().order_by_desc(audit_logs::Column::Id).limit(limit).into_model().all(conn).await
}

/// When an action last happened, if ever.
pub async fn last_time(conn: &impl ConnectionTrait, action: &str) -> Result<Option<DateTime<Utc>>, DbErr> {
    let last = audit_logs::Entity::find()
        .filter(audit_logs::Column::Action.eq(action))
        .order_by_desc(audit_logs::Column::Id)
        .one(conn)
        .await?;
    Ok(last.map(|entry| entry.created_at))
}

/// Entries of an action after a moment, oldest first; at most 1,000.
///
/// # Errors
/// The database is unavailable.
pub async fn since(
    conn: &impl ConnectionTrait,
    action: &str,
    moment: DateTime<Utc>,
) -> Result<Vec<audit_logs::Model>, DbErr> {
    audit_logs::Entity::find()
        .filter(audit_logs::Column::Action.eq(action))
        .filter(audit_logs::Column::Id.gte(first_of(moment)))
        .filter(audit_logs::Column::CreatedAt.gt(moment))
        .order_by_asc(audit_logs::Column::Id)
        .limit(1_000)
        .all(conn)
        .await
}

/// The distinct values of an indexed column. A loose index scan, so a million rows cost no more than the number of
/// distinct values.
pub(super) async fn distinct(conn: &impl ConnectionTrait, column: audit_logs::Column) -> Result<Vec<String>, DbErr> {
    let (values, word) = (Alias::new("found"), Alias::new("word"));
    let smallest = || Query::select().expr(Func::min(Expr::col(column))).from(audit_logs::Entity).take();
    let next = smallest()
        .and_where(Expr::col((audit_logs::Entity, column)).gt(Expr::col((values.clone(), word.clone()))))
        .take();
    let step = Query::select()
        .expr(Expr::SubQuery(None, Box::new(next.into())))
        .from(values.clone())
        .and_where(Expr::col(word.clone()).is_not_null())
        .take();
    let walk = CommonTableExpression::new()
        .query(smallest().union(UnionType::All, step).take())
        .column(word.clone())
        .table_name(values.clone())
        .to_owned();
    let all = Query::select().column(word.clone()).from(values).and_where(Expr::col(word).is_not_null()).take();
    let rows = conn.query_all(&all.with(Query::with().recursive(true).cte(walk).to_owned())).await?;
    rows.iter().map(|row| row.try_get("", "word")).collect()
}

/// Clears the personal columns of entries; the commitments remain.
pub(super) async fn forget(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<(), DbErr> {
    audit_logs::Entity::update_many()
        .col_expr(audit_logs::Column::IpAddress, Expr::value(Option::<String>::None))
        .col_expr(audit_logs::Column::UserAgent, Expr::value(Option::<String>::None))
        .col_expr(audit_logs::Column::Salt, Expr::value(Option::<Vec<u8>>::None))
        .filter(audit_logs::Column::Id.is_in(ids.iter().copied()))
        .exec(conn)
        .await
        .map(drop)
}
