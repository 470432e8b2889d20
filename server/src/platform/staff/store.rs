//! Queries of staff.

use std::collections::{HashMap, HashSet};

use database::entity::staff::{ActiveModel, Column, Entity, Model, Role};
use database::entity::{site_people, staff_avatars};
use sea_orm::sea_query::{Condition, Expr, LockType, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use crate::platform::permission::{Permission, PermissionSet};
use crate::storage::{email_key, search_text};

/// True if someone can sign in. Sample, invited and deleted people have no password.
pub async fn anybody_can_sign_in(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let first: Option<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::IsActive.eq(true))
        .filter(Column::PasswordHash.starts_with("$argon2"))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(first.is_some())
}

/// The person with that address, ignoring case.
pub async fn by_email(conn: &impl ConnectionTrait, email: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::EmailKey.eq(email_key(email))).one(conn).await
}

/// The person with that id, even if deleted.
pub async fn by_id(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(conn).await
}

/// True if work of that kind can be given to a person: they exist, are active and have the permission. Within a unit,
/// the row stays locked until it ends, so that nobody who is leaving is given work meanwhile.
pub async fn can_be_given(conn: &impl ConnectionTrait, id: Uuid, needs: Permission) -> Result<bool, DbErr> {
    let person = Entity::find_by_id(id).lock(LockType::Share).one(conn).await?;
    Ok(person.is_some_and(|person| person.is_active && PermissionSet::of(&person).has(needs)))
}

/// True if the person is active and still has the password with this hash. Locks their row until the unit ends, so that
/// a verification done before the unit holds within it.
pub async fn has_password(conn: &impl ConnectionTrait, id: Uuid, hash: &str) -> Result<bool, DbErr> {
    let person = Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(conn).await?;
    Ok(person.is_some_and(|person| person.is_active && person.password_hash == hash))
}

/// Updates the columns that are set in `change`.
pub async fn change(conn: &impl ConnectionTrait, change: ActiveModel) -> Result<Model, DbErr> {
    Entity::update(change).exec(conn).await
}

/// All people, past and present, by name, including deleted ones.
pub async fn everybody(conn: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    let mut people = Entity::find().order_by_asc(Column::Id).all(conn).await?;
    people.sort_by_cached_key(|person| search_text([person.name.as_str()]));
    Ok(people)
}

/// All people who were not deleted, by name. A firm has hundreds of people, not millions: we sort names ourselves
/// instead of relying on the engine.
pub(super) async fn all(conn: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    let mut people = Entity::find().filter(Column::DeletedAt.is_null()).order_by_asc(Column::Id).all(conn).await?;
    people.sort_by_cached_key(|person| search_text([person.name.as_str()]));
    Ok(people)
}

/// Names by id, including deleted people.
pub(super) async fn names(conn: &impl ConnectionTrait) -> Result<HashMap<Uuid, String>, DbErr> {
    let pairs: Vec<(Uuid, String)> =
        Entity::find().select_only().column(Column::Id).column(Column::Name).into_tuple().all(conn).await?;
    Ok(pairs.into_iter().collect())
}

/// These people and all active admins, their rows locked in id order. The lock still lets others reference the rows.
pub(super) async fn locked_with_admins(conn: &impl ConnectionTrait, ids: [Uuid; 2]) -> Result<Vec<Model>, DbErr> {
    let admins = Condition::all().add(Column::Role.eq(Role::Admin)).add(Column::IsActive.eq(true));
    Entity::find()
        .filter(Condition::any().add(Column::Id.is_in(ids)).add(admins))
        .order_by_asc(Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(conn)
        .await
}

/// Inserts people whose addresses are not taken yet.
pub(super) async fn insert_many(conn: &impl ConnectionTrait, people: &[Model]) -> Result<(), DbErr> {
    for some in people.chunks(200) {
        let rows = some.iter().map(|person| person.clone().into_active_model());
        Entity::insert_many(rows).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Which of these folded addresses are taken.
pub(super) async fn known_keys(conn: &impl ConnectionTrait, keys: &[String]) -> Result<HashSet<String>, DbErr> {
    let found: Vec<String> = Entity::find()
        .select_only()
        .column(Column::EmailKey)
        .filter(Column::EmailKey.is_in(keys))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(found.into_iter().collect())
}

/// Deletes the row of a person who never accepted; nothing references it.
pub(super) async fn delete_invited(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), DbErr> {
    delete_avatar(conn, id).await?;
    Entity::delete_by_id(id).exec(conn).await.map(drop)
}

/// Stores a person's picture, replacing the previous one.
pub(super) async fn put_avatar(conn: &impl ConnectionTrait, avatar: &staff_avatars::Model) -> Result<(), DbErr> {
    use staff_avatars::Column as C;
    let replace = OnConflict::column(C::StaffId).update_columns([C::Hash, C::Content, C::CreatedAt]).to_owned();
    staff_avatars::Entity::insert(avatar.clone().into_active_model())
        .on_conflict(replace)
        .exec_without_returning(conn)
        .await
        .map(drop)
}

/// Ends a person's consent to be shown on the website: what they agreed to is no longer what would be shown. Only they
/// can agree again.
pub(super) async fn hide_from_site(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), DbErr> {
    site_people::Entity::update_many()
        .col_expr(site_people::Column::IsShown, Expr::value(false))
        .filter(site_people::Column::StaffId.eq(id))
        .exec(conn)
        .await
        .map(drop)
}

/// Deletes what a person wrote about themselves for the website.
pub(super) async fn delete_site_profile(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), DbErr> {
    site_people::Entity::delete_by_id(id).exec(conn).await.map(drop)
}

pub(super) async fn delete_avatar(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), DbErr> {
    staff_avatars::Entity::delete_by_id(id).exec(conn).await.map(drop)
}

/// The picture with that hash.
pub(super) async fn avatar(conn: &impl ConnectionTrait, hash: &str) -> Result<Option<Vec<u8>>, DbErr> {
    let found = staff_avatars::Entity::find().filter(staff_avatars::Column::Hash.eq(hash)).one(conn).await?;
    Ok(found.map(|row| row.content))
}
