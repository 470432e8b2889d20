//! Queries of staff.

use std::collections::HashMap;

use database::entity::staff::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::storage::email_key;

/// True when there is anybody at all.
pub async fn any(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let first: Option<Uuid> = Entity::find().select_only().column(Column::Id).into_tuple().one(conn).await?;
    Ok(first.is_some())
}

/// The person with that address, whatever its case.
pub async fn by_email(conn: &impl ConnectionTrait, email: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::EmailKey.eq(email_key(email))).one(conn).await
}

/// The person of that id.
pub async fn by_id(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(conn).await
}

/// Writes the columns that are set in `change`.
pub async fn change(conn: &impl ConnectionTrait, change: ActiveModel) -> Result<Model, DbErr> {
    Entity::update(change).exec(conn).await
}

/// Everybody, by name.
pub async fn everybody(conn: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    let mut people = Entity::find().order_by_asc(Column::Id).all(conn).await?;
    people.sort_by_key(|person| person.name.to_lowercase());
    Ok(people)
}

/// Names by id.
pub async fn names(conn: &impl ConnectionTrait) -> Result<HashMap<Uuid, String>, DbErr> {
    let pairs: Vec<(Uuid, String)> =
        Entity::find().select_only().column(Column::Id).column(Column::Name).into_tuple().all(conn).await?;
    Ok(pairs.into_iter().collect())
}
