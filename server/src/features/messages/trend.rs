//! How many messages came in and were answered, day by day.

use chrono::{DateTime, NaiveDate, Utc};
use database::entity::messages::{Column, Entity, Status};
use sea_orm::sea_query::{Alias, Asterisk, Condition, Expr, Func, Query, SelectStatement, UnionType};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, Iterable as _};

use super::store::answered_in;
use crate::ids::first_of;

/// What happened on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    pub date: NaiveDate,
    /// Messages that came in, without spam.
    pub received: u64,
    /// Messages that got their first answer.
    pub answered: u64,
}

/// The days with their counts. `days` are dates with their first moment and the one after their last.
///
/// One statement for all of them: each part is a look at an index, and 60 statements would be 60 ways to the server.
pub async fn trend(
    conn: &impl ConnectionTrait,
    days: Vec<(NaiveDate, DateTime<Utc>, DateTime<Utc>)>,
) -> Result<Vec<Day>, DbErr> {
    let parts = (0_i64..).zip(&days).flat_map(|(place, (_, from, until))| {
        [count(place * 2, received_in(*from, *until)), count(place * 2 + 1, answered_in(*from, *until))]
    });
    let Some(all) = parts.reduce(|mut all, part| all.union(UnionType::All, part).take()) else { return Ok(Vec::new()) };
    let mut counts = vec![0; days.len() * 2];
    for row in conn.query_all(&all).await? {
        let (place, number): (i64, i64) = (row.try_get("", "place")?, row.try_get("", "number")?);
        if let Some(count) = usize::try_from(place).ok().and_then(|place| counts.get_mut(place)) {
            *count = u64::try_from(number).unwrap_or(0);
        }
    }
    let pairs = counts.chunks_exact(2);
    Ok(days.iter().zip(pairs).map(|((day, ..), of)| Day { date: *day, received: of[0], answered: of[1] }).collect())
}

fn count(place: i64, condition: Condition) -> SelectStatement {
    Query::select()
        .expr_as(Expr::val(place), Alias::new("place"))
        .expr_as(Func::count(Expr::col(Asterisk)), Alias::new("number"))
        .from(Entity)
        .cond_where(condition)
        .take()
}

/// Each status that counts, by its index: "not spam" would read every message of the day.
fn received_in(from: DateTime<Utc>, until: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(Column::Status.is_in(Status::iter().filter(|status| *status != Status::Spam)))
        .add(Column::Id.gte(first_of(from)))
        .add(Column::Id.lt(first_of(until)))
}
