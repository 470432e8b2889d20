//! Counts that are maintained as rows change, so that nothing has to count rows to show them.
//!
//! A unit declares with [`Tx::count`](super::Tx::count) what it adds and subtracts. These changes are summed over the
//! units of one commit and written in the same transaction as rows of `count_changes`. No unit touches another's rows,
//! so none waits for another. A fold moves them into `counts`. Readers sum both tables in one statement, which sees
//! each change in exactly one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use database::entity::{count_changes, counts};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Func, OnConflict, Query, SelectStatement, UnionType};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter as _, Set};
use uuid::Uuid;

use super::pool::Storage;
use super::waiting::insert_all;
use crate::error::Result;

/// Seconds of a slot. Days in every time zone begin with one.
pub const SLOT: i64 = 900;
/// With fewer changes, a fold is not worth its commit.
pub const FOLD_AT: u64 = 100;
/// Changes per fold: takes far less than 50 ms.
const CHUNK: u64 = 1_000;
/// Rows per insert.
const BULK: usize = 500;

/// The subject of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    pub name: &'static str,
    /// A quarter hour since 1970 in UTC; 0 for counts without a time.
    pub slot: i32,
    /// The nil id if it belongs to nobody.
    pub person: Uuid,
}

/// The changes of one commit's units.
#[derive(Default)]
pub(super) struct Changed(BTreeMap<Count, i32>);

impl Changed {
    pub(super) fn add(&mut self, count: Count, delta: i32) {
        *self.0.entry(count).or_default() += delta;
    }

    pub(super) fn append(&mut self, other: &Self) {
        for (count, delta) in &other.0 {
            self.add(*count, *delta);
        }
    }

    /// Writes them; false if nothing changed.
    pub(super) async fn insert(&mut self, conn: &DatabaseTransaction) -> Result<bool, DbErr> {
        let rows: Vec<count_changes::ActiveModel> = std::mem::take(&mut self.0)
            .into_iter()
            .filter(|(_, delta)| *delta != 0)
            .map(|(count, delta)| count_changes::ActiveModel {
                name: Set(count.name.to_owned()),
                slot: Set(count.slot),
                person: Set(count.person),
                delta: Set(delta),
                ..Default::default()
            })
            .collect();
        let any = !rows.is_empty();
        insert_all(conn, rows).await?;
        Ok(any)
    }
}

/// A part of a count, to be summed with the others of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub name: String,
    pub slot: i32,
    pub person: Uuid,
    pub number: i64,
}

/// The counts with these names, and sums of slots, each at its first slot. One statement: a concurrent fold is seen
/// before or after, and never twice.
pub async fn counted(
    conn: &impl ConnectionTrait,
    names: &[&'static str],
    sums: &[(&'static str, Range<i32>)],
) -> Result<Vec<Counted>, DbErr> {
    let mut all = Query::select()
        .columns([counts::Column::Name, counts::Column::Slot, counts::Column::Person])
        .expr_as(Expr::col(counts::Column::Total).cast_as("bigint"), Alias::new("number"))
        .from(counts::Entity)
        .and_where(counts::Column::Name.is_in(names.iter().copied()))
        .take();
    for (name, slots) in sums {
        all.union(UnionType::All, sum(name, slots));
    }
    all.union(UnionType::All, changes(names, sums));
    let rows = conn.query_all(&all).await?;
    rows.iter()
        .map(|row| {
            Ok(Counted {
                name: row.try_get("", "name")?,
                slot: row.try_get("", "slot")?,
                person: row.try_get("", "person")?,
                number: row.try_get::<Option<i64>>("", "number")?.unwrap_or(0),
            })
        })
        .collect()
}

fn sum(name: &'static str, slots: &Range<i32>) -> SelectStatement {
    Query::select()
        .expr(Expr::val(name))
        .expr(Expr::val(slots.start))
        .expr(Expr::val(Uuid::nil()))
        .expr(Func::sum(Expr::col(counts::Column::Total)))
        .from(counts::Entity)
        .and_where(counts::Column::Name.eq(name))
        .and_where(counts::Column::Slot.gte(slots.start))
        .and_where(counts::Column::Slot.lt(slots.end))
        .take()
}

fn changes(names: &[&'static str], sums: &[(&'static str, Range<i32>)]) -> SelectStatement {
    let mut asked: Vec<&'static str> = names.iter().copied().chain(sums.iter().map(|(name, _)| *name)).collect();
    asked.sort_unstable();
    asked.dedup();
    let key = [count_changes::Column::Name, count_changes::Column::Slot, count_changes::Column::Person];
    Query::select()
        .columns(key)
        .expr(Func::sum(Expr::col(count_changes::Column::Delta)))
        .from(count_changes::Entity)
        .and_where(count_changes::Column::Name.is_in(asked))
        .group_by_columns(key)
        .take()
}

/// Number of changes that wait for a fold, at most [`FOLD_AT`].
pub async fn unfolded(conn: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let some = Query::select().column(count_changes::Column::Id).from(count_changes::Entity).limit(FOLD_AT).take();
    Ok(conn.query_all(&some).await?.len() as u64)
}

/// Adds the changes to the totals. The statement that reads a row also deletes it, so two nodes can fold concurrently.
pub async fn fold(storage: &Storage) -> Result<()> {
    while storage.write((), |tx, ()| Box::pin(fold_some(tx.conn()))).await? == CHUNK {}
    Ok(())
}

async fn fold_some(conn: &DatabaseTransaction) -> Result<u64> {
    let oldest = Query::select()
        .column(count_changes::Column::Id)
        .from(count_changes::Entity)
        .order_by(count_changes::Column::Id, sea_orm::Order::Asc)
        .limit(CHUNK)
        .take();
    let changes = count_changes::Entity::delete_many()
        .filter(count_changes::Column::Id.in_subquery(oldest))
        .exec_with_returning(conn)
        .await?;
    let taken = changes.len() as u64;
    // In a fixed order, so that two folds do not deadlock.
    let mut sums: BTreeMap<(String, i32, Uuid), i32> = BTreeMap::new();
    for change in changes {
        *sums.entry((change.name, change.slot, change.person)).or_default() += change.delta;
    }
    sums.retain(|_, total| *total != 0);
    let names: BTreeSet<String> = sums.keys().map(|(name, ..)| name.clone()).collect();
    let slots: BTreeSet<i32> = sums.keys().map(|(_, slot, _)| *slot).collect();
    let rows: Vec<counts::ActiveModel> = sums
        .into_iter()
        .map(|((name, slot, person), total)| counts::ActiveModel {
            name: Set(name),
            slot: Set(slot),
            person: Set(person),
            total: Set(total),
        })
        .collect();
    let key = [counts::Column::Name, counts::Column::Slot, counts::Column::Person];
    let added = Expr::col((counts::Entity, counts::Column::Total)).add(Expr::col(("excluded", counts::Column::Total)));
    for some in rows.chunks(BULK) {
        counts::Entity::insert_many(some.iter().cloned())
            .on_conflict(OnConflict::columns(key).value(counts::Column::Total, added.clone()).to_owned())
            .exec_without_returning(conn)
            .await?;
    }
    // Delete totals that are zero, including those of people who are gone.
    counts::Entity::delete_many()
        .filter(counts::Column::Name.is_in(names))
        .filter(counts::Column::Slot.is_in(slots))
        .filter(counts::Column::Total.eq(0))
        .exec(conn)
        .await?;
    Ok(taken)
}
