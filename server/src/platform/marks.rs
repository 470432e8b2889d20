//! Marks for facts that other data does not show: that someone approved the texts, that a test email arrived, that a
//! person has dismissed a list. Table: `onboarding_marks`.

use chrono::{DateTime, Utc};
use database::entity::onboarding_marks as marks;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QuerySelect as _, Set};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The scope of marks that concern the whole firm.
pub const FIRM: &str = "firm";

/// All marks of a scope.
pub async fn of(conn: &impl ConnectionTrait, scope: &str) -> Result<Map<String, Value>, DbErr> {
    let rows = marks::Entity::find().filter(marks::Column::Scope.eq(scope)).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.name, row.value)).collect())
}

/// Sets a mark; null removes it.
pub async fn mark(
    conn: &impl ConnectionTrait,
    scope: &str,
    name: &str,
    value: &Value,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    if value.is_null() {
        return marks::Entity::delete_by_id((scope.to_owned(), name.to_owned())).exec(conn).await.map(drop);
    }
    let row = marks::ActiveModel {
        scope: Set(scope.to_owned()),
        name: Set(name.to_owned()),
        value: Set(value.clone()),
        updated_at: Set(now),
    };
    let replace = OnConflict::columns([marks::Column::Scope, marks::Column::Name])
        .update_columns([marks::Column::Value, marks::Column::UpdatedAt])
        .to_owned();
    marks::Entity::insert(row).on_conflict(replace).exec_without_returning(conn).await.map(drop)
}

/// Records how far something has come; false if it had already come that far. `to` is an RFC 3339 time in UTC, all of one
/// length, so that later is greater.
pub async fn advance(
    conn: &impl ConnectionTrait,
    scope: &str,
    name: &str,
    to: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let id = (scope.to_owned(), name.to_owned());
    let known = marks::Entity::find_by_id(id).lock_exclusive().one(conn).await?;
    if known.is_some_and(|row| row.value.as_str().is_some_and(|known| known >= to)) {
        return Ok(false);
    }
    mark(conn, scope, name, &Value::from(to), now).await?;
    Ok(true)
}

/// Deletes the marks of people who are gone.
pub async fn forget(conn: &impl ConnectionTrait, people: &[Uuid]) -> Result<(), DbErr> {
    let scopes: Vec<String> = people.iter().map(Uuid::to_string).collect();
    marks::Entity::delete_many().filter(marks::Column::Scope.is_in(scopes)).exec(conn).await.map(drop)
}
