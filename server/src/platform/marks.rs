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

/// True once [`advance`] has come that far. To be asked before work that only an advance needs.
pub async fn has_reached(
    conn: &impl ConnectionTrait,
    scope: &str,
    name: &str,
    to: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let known = marks::Entity::find_by_id((scope.to_owned(), name.to_owned())).one(conn).await?;
    Ok(known.is_some_and(|row| is_at(&row.value, to)))
}

/// Records how far something has come; false if it had already come that far. Of two units that do so at once, one gets
/// true: both lock the row, which is there before.
pub async fn advance(
    conn: &impl ConnectionTrait,
    scope: &str,
    name: &str,
    to: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let id = (scope.to_owned(), name.to_owned());
    let begin = marks::ActiveModel {
        scope: Set(scope.to_owned()),
        name: Set(name.to_owned()),
        value: Set(Value::from(i64::MIN)),
        updated_at: Set(now),
    };
    let once = OnConflict::columns([marks::Column::Scope, marks::Column::Name]).do_nothing().to_owned();
    marks::Entity::insert(begin).on_conflict(once).exec_without_returning(conn).await?;
    let known = marks::Entity::find_by_id(id).lock_exclusive().one(conn).await?;
    if known.is_some_and(|row| is_at(&row.value, to)) {
        return Ok(false);
    }
    mark(conn, scope, name, &Value::from(to.timestamp()), now).await?;
    Ok(true)
}

fn is_at(value: &Value, to: DateTime<Utc>) -> bool {
    value.as_i64().is_some_and(|known| known >= to.timestamp())
}

/// Deletes the marks of people who are gone.
pub async fn forget(conn: &impl ConnectionTrait, people: &[Uuid]) -> Result<(), DbErr> {
    let scopes: Vec<String> = people.iter().map(Uuid::to_string).collect();
    marks::Entity::delete_many().filter(marks::Column::Scope.is_in(scopes)).exec(conn).await.map(drop)
}
