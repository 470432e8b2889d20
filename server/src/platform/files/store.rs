//! The rows of files. A file that is not kept has a time from which on it is gone; a job removes it then.

use chrono::{DateTime, Utc};
use database::entity::files::{Column, Entity as Files, Model};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::platform::entity::Entity;

/// Files of one line.
pub const MOST: usize = 5;
/// Rows of one read.
const MANY: u64 = 1_000;

/// A file, unless it is gone.
pub async fn alive(conn: &impl ConnectionTrait, id: Uuid, now: DateTime<Utc>) -> Result<Option<Model>, DbErr> {
    Files::find_by_id(id).filter(is_there(now)).one(conn).await
}

pub async fn insert(conn: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Files::insert(row.into_active_model()).exec_without_returning(conn).await.map(drop)
}

/// The sizes of what a stranger has uploaded for something, at most 1,000.
pub async fn sizes(conn: &impl ConnectionTrait, owner: (Entity, Uuid), now: DateTime<Utc>) -> Result<Vec<i64>, DbErr> {
    Files::find()
        .select_only()
        .column(Column::Size)
        .filter(of_owner(owner.0, [owner.1]))
        .filter(Column::UploadedBy.is_null())
        .filter(is_there(now))
        .limit(MANY)
        .into_tuple()
        .all(conn)
        .await
}

/// The bytes of what strangers have uploaded and no line names.
pub async fn unnamed_bytes(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<i64, DbErr> {
    let sizes: Option<Option<i64>> = Files::find()
        .select_only()
        .column_as(Expr::col(Column::Size).sum().cast_as("BIGINT"), "bytes")
        .filter(Column::GoneAt.gt(now))
        .filter(Column::LineId.is_null())
        .filter(Column::UploadedBy.is_null())
        .into_tuple()
        .one(conn)
        .await?;
    Ok(sizes.flatten().unwrap_or_default())
}

/// Who names files in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whoever is outside: files that were uploaded for that, such as a chat or a form.
    Stranger(Uuid),
    /// A person: files that they have uploaded.
    Staff(Uuid),
}

/// The files that can be named in a line, in that order. [`claim`] decides.
///
/// # Errors
/// A validation error if one of them cannot be named.
pub async fn offered(
    conn: &impl ConnectionTrait,
    ids: &[Uuid],
    kind: Entity,
    by: By,
    now: DateTime<Utc>,
) -> Result<Vec<Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = Files::find().filter(unnamed(ids, kind, by, now)).all(conn).await?;
    if rows.len() == ids.len() { Ok(in_order(rows, ids)) } else { Err(unknown()) }
}

/// Gives uploaded files to the line that names them, within its unit, and returns them in that order. They stay from
/// then on.
///
/// # Errors
/// A validation error if one of them is unknown, somebody else's, or named by a line already; the unit must not go on.
pub async fn claim(
    conn: &impl ConnectionTrait,
    ids: &[Uuid],
    owner: (Entity, Uuid),
    line: Uuid,
    by: By,
    now: DateTime<Utc>,
) -> Result<Vec<Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let claimed = Files::update_many()
        .col_expr(Column::LineId, Expr::value(line))
        .col_expr(Column::OwnerId, Expr::value(owner.1))
        .col_expr(Column::GoneAt, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(unnamed(ids, owner.0, by, now))
        .exec(conn)
        .await?;
    if claimed.rows_affected != ids.len() as u64 {
        return Err(unknown());
    }
    let rows = Files::find().filter(Column::Id.is_in(ids.iter().copied())).all(conn).await?;
    Ok(in_order(rows, ids))
}

fn unnamed(ids: &[Uuid], kind: Entity, by: By, now: DateTime<Utc>) -> Condition {
    let theirs = Condition::all()
        .add(Column::Id.is_in(ids.iter().copied()))
        .add(Column::OwnerKind.eq(kind.name()))
        .add(Column::LineId.is_null())
        .add(Column::GoneAt.gt(now));
    match by {
        By::Stranger(place) => theirs.add(Column::OwnerId.eq(place)).add(Column::UploadedBy.is_null()),
        By::Staff(person) => theirs.add(Column::OwnerId.is_null()).add(Column::UploadedBy.eq(person)),
    }
}

fn in_order(mut rows: Vec<Model>, ids: &[Uuid]) -> Vec<Model> {
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    rows
}

fn unknown() -> Error {
    Error::field("files", "unknown", "One of these files is unknown, or was sent before.")
}

/// Takes the files of a line back from it, for whoever uploaded them: they can name them in another one.
pub async fn take_back(
    conn: &impl ConnectionTrait,
    owner: (Entity, Uuid),
    line: Uuid,
    until: DateTime<Utc>,
) -> Result<(), DbErr> {
    Files::update_many()
        .col_expr(Column::LineId, Expr::value(Option::<Uuid>::None))
        .col_expr(Column::OwnerId, Expr::value(Option::<Uuid>::None))
        .col_expr(Column::GoneAt, Expr::value(until))
        .filter(of_owner(owner.0, [owner.1]).add(Column::LineId.eq(line)).add(Column::UploadedBy.is_not_null()))
        .exec(conn)
        .await
        .map(drop)
}

/// The files of everything that was said in something, oldest first.
pub async fn of(conn: &impl ConnectionTrait, owner: (Entity, Uuid), now: DateTime<Utc>) -> Result<Vec<Model>, DbErr> {
    let said = of_owner(owner.0, [owner.1]).add(Column::LineId.is_not_null()).add(is_there(now));
    Files::find().filter(said).order_by_asc(Column::Id).all(conn).await
}

/// Lets go of the files of a line.
pub async fn drop_of_line(
    conn: &impl ConnectionTrait,
    owner: (Entity, Uuid),
    line: Uuid,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    end(of_owner(owner.0, [owner.1]).add(Column::LineId.eq(line)), conn, now).await
}

/// Lets go of all files of several owners, at that moment.
pub async fn drop_of(
    conn: &impl ConnectionTrait,
    kind: Entity,
    owners: Vec<Uuid>,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    end(of_owner(kind, owners), conn, at).await
}

/// Keeps the files of several owners that were let go of and are still there.
pub async fn keep_of(
    conn: &impl ConnectionTrait,
    kind: Entity,
    owners: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    Files::update_many()
        .col_expr(Column::GoneAt, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(of_owner(kind, owners).add(Column::LineId.is_not_null()).add(Column::GoneAt.gt(now)))
        .exec(conn)
        .await
        .map(drop)
}

/// Lets go of one file.
pub async fn drop_one(conn: &impl ConnectionTrait, id: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    end(Condition::all().add(Column::Id.eq(id)), conn, now).await
}

/// Files that are gone and have not been removed yet, those first that have been gone longest.
pub async fn gone(conn: &impl ConnectionTrait, now: DateTime<Utc>, limit: u64) -> Result<Vec<Model>, DbErr> {
    Files::find().filter(Column::GoneAt.lte(now)).order_by_asc(Column::GoneAt).limit(limit).all(conn).await
}

/// Deletes the rows of files whose bytes were removed.
pub async fn delete(conn: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<(), DbErr> {
    Files::delete_many().filter(Column::Id.is_in(ids)).filter(Column::GoneAt.is_not_null()).exec(conn).await.map(drop)
}

async fn end(which: Condition, conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
    Files::update_many()
        .col_expr(Column::GoneAt, Expr::value(now))
        .filter(which)
        .filter(is_there(now))
        .exec(conn)
        .await
        .map(drop)
}

fn of_owner(kind: Entity, owners: impl IntoIterator<Item = Uuid>) -> Condition {
    Condition::all().add(Column::OwnerId.is_in(owners)).add(Column::OwnerKind.eq(kind.name()))
}

fn is_there(now: DateTime<Utc>) -> Condition {
    Condition::any().add(Column::GoneAt.is_null()).add(Column::GoneAt.gt(now))
}
