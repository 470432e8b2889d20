//! Finding entries: pages of a list, and how many there are.

use database::entity::audit_logs::{self, Column, Entity};
use sea_orm::sea_query::{Alias, Asterisk, Condition, Expr, Func, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::filter::Filter;
use crate::storage::{COUNT_LIMIT, Cursor, Page};

/// One page of entries under a filter.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<Page<audit_logs::Model>, DbErr> {
    let rows = rows(conn, filter, cursor, limit as u64 + 1).await?;
    let counted = count(conn, filter, COUNT_LIMIT + 1).await?;
    Ok(Page::new(rows, limit, counted, |row| row.id))
}

/// Up to `limit` entries after the cursor, in the order of the filter.
pub async fn rows(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Vec<audit_logs::Model>, DbErr> {
    let Some(ids) = ids(filter, cursor, limit) else { return Ok(Vec::new()) };
    let condition = match filter.actions.as_deref() {
        None => filter.condition(cursor),
        Some([one]) => filter.condition(cursor).add(Column::Action.eq(one)),
        Some(_) => Condition::all().add(Column::Id.in_subquery(ids)),
    };
    Entity::find().filter(condition).order_by(Column::Id, filter.order()).limit(limit).all(conn).await
}

/// Entries under a filter; stops at `limit`.
pub async fn count(conn: &impl ConnectionTrait, filter: &Filter, limit: u64) -> Result<u64, DbErr> {
    let Some(ids) = ids(filter, None, limit) else { return Ok(0) };
    let some = Query::select().column(Column::Id).from_subquery(ids, Alias::new("found")).limit(limit).take();
    let select = Query::select()
        .expr_as(Func::count(Expr::col(Asterisk)), Alias::new("rows"))
        .from_subquery(some, Alias::new("counted"))
        .take();
    let row = conn.query_one(&select).await?;
    let number: i64 = row.map(|row| row.try_get("", "rows")).transpose()?.unwrap_or(0);
    Ok(u64::try_from(number).unwrap_or(0))
}

/// The ids of up to `limit` entries of each action, so that every index is read in its order and no further than
/// needed; none when nothing can fit.
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
    // SQLite takes no parentheses around the parts of a union, so each stands in a selection of its own.
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

/// The entries of one entity that still hold personal data.
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
