//! Queries of API tokens.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::entity::api_tokens::{Column, Entity, Model};
use database::entity::installation;
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::storage::{Cursor, Page};

pub(super) async fn by_hash(conn: &impl ConnectionTrait, hash: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::TokenHash.eq(hash)).one(conn).await
}

pub(super) async fn by_id(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(conn).await
}

/// One page of all tokens, newest first.
pub(super) async fn page(
    conn: &impl ConnectionTrait,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<Page<Model>, DbErr> {
    let mut query = Entity::find();
    if let Some(Cursor(last)) = cursor {
        query = query.filter(Column::Id.lt(last));
    }
    let rows = query.order_by_desc(Column::Id).limit(limit as u64 + 1).all(conn).await?;
    Ok(Page::new(rows, limit, Entity::find().count(conn).await?, |row| row.id))
}

/// Waits for other units that make tokens: they all lock the same row.
pub(super) async fn one_at_a_time(conn: &impl ConnectionTrait) -> Result<(), DbErr> {
    installation::Entity::find().lock_exclusive().one(conn).await.map(drop)
}

/// Tokens that work now.
pub(super) async fn count_open(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, DbErr> {
    Entity::find().filter(Column::RevokedAt.is_null()).filter(Column::ExpiresAt.gt(now)).count(conn).await
}

pub(super) async fn insert(conn: &impl ConnectionTrait, row: &Model) -> Result<(), DbErr> {
    Entity::insert(row.clone().into_active_model()).exec_without_returning(conn).await.map(drop)
}

/// Revokes a token that is not revoked yet; false when somebody was first.
pub(super) async fn revoke(conn: &impl ConnectionTrait, id: Uuid, by: Uuid, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .col_expr(Column::RevokedBy, Expr::value(by))
        .filter(Column::Id.eq(id))
        .filter(Column::RevokedAt.is_null())
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Revokes every open token of a person; answers how many there were.
pub async fn revoke_all_of(
    conn: &impl ConnectionTrait,
    person: Uuid,
    by: Uuid,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .col_expr(Column::RevokedBy, Expr::value(by))
        .filter(Column::CreatedBy.eq(person))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(conn)
        .await?;
    Ok(done.rows_affected)
}

/// Notes a use, unless one was noted after `since`.
pub(super) async fn used(
    conn: &impl ConnectionTrait,
    id: Uuid,
    address: &str,
    now: DateTime<Utc>,
    since: DateTime<Utc>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .col_expr(Column::LastUsedAddress, Expr::value(address))
        .filter(Column::Id.eq(id))
        .filter(Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lte(since)))
        .exec(conn)
        .await
        .map(drop)
}

/// Names by id, of every token that there ever was: the audit trail speaks of them.
pub(super) async fn names(conn: &impl ConnectionTrait) -> Result<HashMap<Uuid, String>, DbErr> {
    let pairs: Vec<(Uuid, String)> =
        Entity::find().select_only().column(Column::Id).column(Column::Name).into_tuple().all(conn).await?;
    Ok(pairs.into_iter().collect())
}
