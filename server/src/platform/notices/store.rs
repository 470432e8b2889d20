//! Queries for notices and preferences.

use chrono::{DateTime, Utc};
use database::entity::notification_preferences as choices;
use database::entity::notifications::{Column, Entity, Model};
use sea_orm::sea_query::{Condition, Expr, OnConflict, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    Set,
};
use uuid::Uuid;

use crate::ids::first_of;
use crate::storage::{COUNT_LIMIT, Cursor, Page, count_rows};

/// Selects the notices of a person.
#[derive(Debug, Clone)]
pub(super) struct Which {
    pub person: Uuid,
    pub unread_only: bool,
    /// Kinds of entities that the person may see; notices about others are omitted.
    pub seen: Vec<&'static str>,
}

impl Which {
    fn condition(&self) -> Condition {
        let mut all = Condition::all().add(Column::StaffId.eq(self.person));
        if self.unread_only {
            all = all.add(Column::ReadAt.is_null());
        }
        let seen = Column::EntityType.is_in(self.seen.iter().copied());
        all.add(Condition::any().add(Column::EntityType.is_null()).add(seen))
    }
}

/// One page, newest first.
pub(super) async fn list(
    conn: &impl ConnectionTrait,
    which: &Which,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<Page<Model>, DbErr> {
    let mut query = Entity::find().filter(which.condition());
    if let Some(Cursor(last)) = cursor {
        query = query.filter(Column::Id.lt(last));
    }
    let rows = query.order_by_desc(Column::Id).limit(limit as u64 + 1).all(conn).await?;
    let counted = count(conn, which).await?;
    Ok(Page::new(rows, limit, counted, |row| row.id))
}

/// The number of notices; stops one after 1,000.
pub(super) async fn count(conn: &impl ConnectionTrait, which: &Which) -> Result<u64, DbErr> {
    let some =
        Query::select().expr(Expr::value(1)).from(Entity).cond_where(which.condition()).limit(COUNT_LIMIT + 1).take();
    count_rows(conn, some).await
}

/// Marks unread notices of a person as read; returns how many.
pub(super) async fn read(
    conn: &impl ConnectionTrait,
    person: Uuid,
    which: Condition,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::ReadAt, Expr::value(now))
        .filter(Column::StaffId.eq(person))
        .filter(Column::ReadAt.is_null())
        .filter(which)
        .exec(conn)
        .await?;
    Ok(done.rows_affected)
}

/// Notices that were read before one time or created before another, oldest first.
pub(super) fn old(read_before: DateTime<Utc>, made_before: DateTime<Utc>) -> Select<Entity> {
    Entity::find()
        .filter(Column::Id.lt(first_of(read_before)))
        .filter(Condition::any().add(Column::ReadAt.lt(read_before)).add(Column::Id.lt(first_of(made_before))))
        .order_by_asc(Column::Id)
}

/// Deletes all notices about these entities; returns what they were.
pub async fn take_of_entities(conn: &impl ConnectionTrait, entities: Vec<Uuid>) -> Result<Vec<Model>, DbErr> {
    Entity::delete_many().filter(Column::EntityId.is_in(entities)).exec_with_returning(conn).await
}

/// Deletes all notices about these entities.
pub async fn delete_of_entities(conn: &impl ConnectionTrait, entities: Vec<Uuid>) -> Result<u64, DbErr> {
    let done = Entity::delete_many().filter(Column::EntityId.is_in(entities)).exec(conn).await?;
    Ok(done.rows_affected)
}

/// Deletes the notices of that kind about an entity.
pub async fn delete_of_event(conn: &impl ConnectionTrait, kind: &super::Kind, entity: Uuid) -> Result<(), DbErr> {
    let said = Entity::delete_many().filter(Column::EntityId.eq(entity)).filter(Column::Event.eq(kind.name));
    said.exec(conn).await.map(drop)
}

/// Everyone's preferences.
pub(super) async fn all_choices(conn: &impl ConnectionTrait) -> Result<Vec<choices::Model>, DbErr> {
    choices::Entity::find().all(conn).await
}

/// One person's preferences.
pub(super) async fn choices_of(conn: &impl ConnectionTrait, person: Uuid) -> Result<Vec<choices::Model>, DbErr> {
    choices::Entity::find().filter(choices::Column::StaffId.eq(person)).all(conn).await
}

/// Stores one preference.
pub(super) async fn choose(
    conn: &impl ConnectionTrait,
    person: Uuid,
    event: &str,
    channel: &str,
    is_on: bool,
) -> Result<(), DbErr> {
    let row = choices::ActiveModel {
        staff_id: Set(person),
        event: Set(event.to_owned()),
        channel: Set(channel.to_owned()),
        is_on: Set(is_on),
    };
    let replace = OnConflict::columns([choices::Column::StaffId, choices::Column::Event, choices::Column::Channel])
        .update_column(choices::Column::IsOn)
        .to_owned();
    choices::Entity::insert(row).on_conflict(replace).exec_without_returning(conn).await.map(drop)
}
