//! Counting messages anew, and putting right what was kept of them.
//!
//! Each step compares rows with what is kept of them in one statement, so of a change that is made meanwhile it sees both or
//! neither. What differs is written as a change like any other: nobody has to wait, and a recount that is cut off leaves
//! nothing wrong.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use database::entity::messages::{Column, Entity, Status};
use database::entity::{count_changes, counts};
use sea_orm::sea_query::{
    Alias, Asterisk, Condition, Expr, ExprTrait as _, Func, OnConflict, Query, SelectStatement, UnionType,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, Iterable as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
};
use uuid::Uuid;

use super::store::answered_in;
use super::tally::{ANSWERED, RECEIVED, names, slot_of};
use crate::app::App;
use crate::error::Result;
use crate::ids::first_of;
use crate::storage::{Count, SLOT, Tx};

/// Slots of one step: a day of UTC.
const STEP: i32 = 96;
/// What a row of a comparison counts for: rows that are there, and numbers that are kept.
const THERE: i32 = 1;
const KEPT: i32 = -1;

/// Counts everything anew; answers how many numbers were wrong.
pub async fn recount(app: &App) -> Result<u64> {
    let mut wrong = app.storage.write((), |tx, ()| Box::pin(correct(tx, standing()))).await?;
    let Some((first, last)) = bounds(app.storage.read()).await? else { return Ok(wrong) };
    for day in first.div_euclid(STEP)..=last.div_euclid(STEP) {
        wrong += app.storage.write((), move |tx, ()| Box::pin(correct(tx, of_day(day)))).await?;
    }
    Ok(wrong)
}

/// Compares, and writes the differences as changes.
async fn correct(tx: &Tx<'_>, comparison: SelectStatement) -> Result<u64> {
    take_turn(tx.conn()).await?;
    let known: Vec<&'static str> = names().into_iter().chain([RECEIVED, ANSWERED]).collect();
    let mut missing: BTreeMap<Count, i64> = BTreeMap::new();
    for row in tx.conn().query_all(&comparison).await? {
        let (sign, name): (i32, String) = (row.try_get("", "sign")?, row.try_get("", "name")?);
        let Some(name) = known.iter().find(|it| **it == name || it.strip_prefix("messages_") == Some(&*name)) else {
            continue;
        };
        let person: Option<Uuid> = row.try_get("", "person")?;
        let (moment, slot): (DateTime<Utc>, i32) = (row.try_get("", "moment")?, row.try_get("", "slot")?);
        let count = Count { name, slot: slot_of(moment) + slot, person: person.unwrap_or_default() };
        *missing.entry(count).or_default() += i64::from(sign) * row.try_get::<i64>("", "number")?;
    }
    missing.retain(|_, number| *number != 0);
    for (count, number) in &missing {
        tx.count(*count, i32::try_from(*number).map_err(crate::error::Error::internal)?);
    }
    Ok(missing.len() as u64)
}

/// Waits until no other recount compares: two at once would put the same right twice.
async fn take_turn(conn: &impl ConnectionTrait) -> Result<(), DbErr> {
    let turn = counts::ActiveModel {
        name: Set("messages_recounted".to_owned()),
        slot: Set(0),
        person: Set(Uuid::nil()),
        total: Set(0),
    };
    let key = [counts::Column::Name, counts::Column::Slot, counts::Column::Person];
    counts::Entity::insert(turn)
        .on_conflict(OnConflict::columns(key).update_column(counts::Column::Total).to_owned())
        .exec_without_returning(conn)
        .await
        .map(drop)
}

/// Messages by status, snooze and person, beside what is kept of them.
fn standing() -> SelectStatement {
    let those = |name: Expr, which: Expr| {
        let number = Func::count(Expr::col(Asterisk)).into();
        there(name, begin_of(0).into(), Expr::col(Column::AssignedTo), number)
            .and_where(which)
            .group_by_columns([Column::Status, Column::AssignedTo])
            .take()
    };
    let mut all = those(Expr::col(Column::Status), Column::SnoozedUntil.is_null());
    let snoozed = those(Expr::cust("status || '_snoozed'"), Column::SnoozedUntil.is_not_null());
    with_kept(all.union(UnionType::All, snoozed).take(), &names(), 0, 1)
}

/// Messages that came or were answered on a day of UTC, one by one, beside what is kept of them.
fn of_day(day: i32) -> SelectStatement {
    let (first, next) = (day * STEP, (day + 1) * STEP);
    let (from, until) = (begin_of(first), begin_of(next));
    let each = |name: &'static str, at: Column, which: Condition| {
        there(Expr::val(name), Expr::col(at), Uuid::nil().into(), Expr::val(1_i64)).cond_where(which).take()
    };
    let mut all = each(RECEIVED, Column::CreatedAt, received_in(from, until));
    all.union(UnionType::All, each(ANSWERED, Column::FirstRepliedAt, answered_in(from, until)));
    with_kept(all, &[RECEIVED, ANSWERED], first, next)
}

fn begin_of(slot: i32) -> DateTime<Utc> {
    DateTime::from_timestamp(i64::from(slot) * SLOT, 0).unwrap_or_default()
}

/// Rows that are there. Where they belong is said by a moment; of what is kept, by the slot.
fn there(name: Expr, at: Expr, person: Expr, number: Expr) -> SelectStatement {
    Query::select()
        .expr_as(Expr::val(THERE), Alias::new("sign"))
        .expr_as(name, Alias::new("name"))
        .expr_as(at, Alias::new("moment"))
        .expr_as(Expr::val(0), Alias::new("slot"))
        .expr_as(person, Alias::new("person"))
        .expr_as(number, Alias::new("number"))
        .from(Entity)
        .take()
}

/// Each status that counts, by its index: "not spam" would read every message of the day.
fn received_in(from: DateTime<Utc>, until: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(Column::Status.is_in(Status::iter().filter(|status| *status != Status::Spam)))
        .add(Column::Id.gte(first_of(from)))
        .add(Column::Id.lt(first_of(until)))
}

fn with_kept(mut there: SelectStatement, names: &[&'static str], from: i32, until: i32) -> SelectStatement {
    let folded = Query::select()
        .expr(Expr::val(KEPT))
        .column(counts::Column::Name)
        .expr(Expr::val(begin_of(0)))
        .columns([counts::Column::Slot, counts::Column::Person])
        .expr(Expr::col(counts::Column::Total).cast_as("bigint"))
        .from(counts::Entity)
        .and_where(counts::Column::Name.is_in(names.iter().copied()))
        .and_where(counts::Column::Slot.gte(from))
        .and_where(counts::Column::Slot.lt(until))
        .take();
    let waiting = Query::select()
        .expr(Expr::val(KEPT))
        .column(count_changes::Column::Name)
        .expr(Expr::val(begin_of(0)))
        .columns([count_changes::Column::Slot, count_changes::Column::Person])
        .expr(Expr::col(count_changes::Column::Delta).cast_as("bigint"))
        .from(count_changes::Entity)
        .and_where(count_changes::Column::Name.is_in(names.iter().copied()))
        .and_where(count_changes::Column::Slot.gte(from))
        .and_where(count_changes::Column::Slot.lt(until))
        .take();
    there.union(UnionType::All, folded).union(UnionType::All, waiting).take()
}

/// The first and the last slot in which a message came or was answered, or in which something is kept.
async fn bounds(conn: &impl ConnectionTrait) -> Result<Option<(i32, i32)>, DbErr> {
    let mut slots: Vec<i32> = Vec::new();
    for column in [Column::Id, Column::FirstRepliedAt] {
        let some = Entity::find().filter(column.is_not_null());
        for ordered in [some.clone().order_by_asc(column), some.order_by_desc(column)] {
            if let Some(message) = ordered.one(conn).await? {
                slots.push(slot_of(message.created_at));
                slots.extend(message.first_replied_at.map(slot_of));
            }
        }
    }
    for name in [RECEIVED, ANSWERED] {
        let some = counts::Entity::find().filter(counts::Column::Name.eq(name));
        for ordered in [some.clone().order_by_asc(counts::Column::Slot), some.order_by_desc(counts::Column::Slot)] {
            slots.extend(ordered.one(conn).await?.map(|row| row.slot));
        }
        let some = count_changes::Entity::find().filter(count_changes::Column::Name.eq(name));
        let waiting: Vec<i32> =
            some.select_only().column(count_changes::Column::Slot).distinct().into_tuple().all(conn).await?;
        slots.extend(waiting);
    }
    Ok(slots.iter().min().copied().zip(slots.iter().max().copied()))
}
