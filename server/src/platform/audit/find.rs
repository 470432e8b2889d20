//! Finding entries: pages of a list, and their number.

use database::entity::audit_chain;
use database::entity::audit_logs::{Column, Entity};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait as _, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};
use uuid::Uuid;

use super::filter::Filter;
use super::line::{Line, lines};
use crate::storage::{COUNT_LIMIT, Cursor, Page, count_rows};

/// One page of entries under a filter.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<Page<Line>, DbErr> {
    let Some(select) = page(lines(), filter, cursor, limit as u64 + 1) else {
        return Ok(Page::new(Vec::new(), limit, 0, |row: &Line| row.id));
    };
    let rows: Vec<Line> = select.expr_as(place(), "seq").into_model().all(conn).await?;
    let counted = match rows.iter().filter_map(|row| row.seq).max() {
        // Chain positions have no gaps, so this one is a lower bound for the number of entries.
        Some(seq) if filter.lets_all_through() && seq.unsigned_abs() > COUNT_LIMIT => seq.unsigned_abs(),
        _ => count(conn, filter, COUNT_LIMIT + 1).await?,
    };
    Ok(Page::new(rows, limit, counted, |row| row.id))
}

/// Up to `limit` entries after the cursor, in the order of the filter.
pub async fn rows(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Vec<Line>, DbErr> {
    match page(lines(), filter, cursor, limit) {
        Some(select) => select.into_model().all(conn).await,
        None => Ok(Vec::new()),
    }
}

/// Up to `limit` of the entries after the cursor; none if nothing can match.
fn page(entries: Select<Entity>, filter: &Filter, cursor: Option<Cursor>, limit: u64) -> Option<Select<Entity>> {
    let ids = ids(filter, cursor, limit)?;
    let condition = match filter.actions.as_deref() {
        None => filter.condition(cursor),
        Some([one]) => filter.condition(cursor).add(Column::Action.eq(one)),
        Some(_) => Condition::all().add(Column::Id.in_subquery(ids)),
    };
    Some(entries.filter(condition).order_by(Column::Id, filter.order()).limit(limit))
}

/// The position of an entry in the chain.
fn place() -> Expr {
    let link = Query::select()
        .column(audit_chain::Column::Seq)
        .from(audit_chain::Entity)
        .and_where(Expr::col((audit_chain::Entity, audit_chain::Column::AuditId)).equals((Entity, Column::Id)))
        .take();
    Expr::SubQuery(None, Box::new(link.into()))
}

/// The number of entries under a filter; stops at `limit`.
pub async fn count(conn: &impl ConnectionTrait, filter: &Filter, limit: u64) -> Result<u64, DbErr> {
    let Some(ids) = ids(filter, None, limit) else { return Ok(0) };
    let some = Query::select().column(Column::Id).from_subquery(ids, Alias::new("found")).limit(limit).take();
    count_rows(conn, some).await
}

/// The ids of up to `limit` entries per action, so that each index is read in order and no further than needed; none if
/// nothing can match.
fn ids(filter: &Filter, cursor: Option<Cursor>, limit: u64) -> Option<SelectStatement> {
    let of = |condition: Condition| {
        Query::select()
            .column(Column::Id)
            .from(Entity)
            .cond_where(condition)
            .order_by(Column::Id, filter.order())
            .limit(limit)
            .take()
    };
    let Some(actions) = &filter.actions else { return Some(of(filter.condition(cursor))) };
    // SQLite accepts no parentheses around the parts of a union, so each is a subselect.
    let mut parts = actions.iter().zip(0..).map(|(action, place)| {
        let part = of(filter.condition(cursor).add(Column::Action.eq(action)));
        Query::select().column(Column::Id).from_subquery(part, Alias::new(format!("part{place}"))).take()
    });
    let mut all = parts.next()?;
    for part in parts {
        all.union(UnionType::All, part);
    }
    Some(
        Query::select()
            .column(Column::Id)
            .from_subquery(all, Alias::new("some"))
            .order_by(Column::Id, filter.order())
            .limit(limit)
            .take(),
    )
}

/// The entries of one entity that still contain personal data.
pub async fn personal_of(conn: &impl ConnectionTrait, entity_type: &str, id: Uuid) -> Result<Vec<Uuid>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::EntityType.eq(entity_type))
        .filter(Column::EntityId.eq(id.to_string()))
        .filter(Condition::any().add(Column::IpAddress.is_not_null()).add(Column::UserAgent.is_not_null()))
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(conn)
        .await
}
