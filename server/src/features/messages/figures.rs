//! What is counted of the inbox, for everybody who looks.

use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use database::entity::messages::Status;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::response_time::{self, ResponseTime, last_days};
use super::status::is_open;
use super::tally::{ANSWERED, RECEIVED, name_of, names, places, slot_of};
use crate::app::App;
use crate::error::Result;
use crate::storage::{COUNT_LIMIT, Counted, counted};

/// Number of messages by status, snoozed ones included; each at most 1,000, which means 1,000 or more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    pub new: u64,
    pub in_progress: u64,
    pub replied: u64,
    pub converted: u64,
    pub archived: u64,
    pub spam: u64,
    /// New or in progress, and not snoozed.
    pub open: u64,
    /// Of these, unassigned.
    pub unassigned: u64,
    /// Of these, assigned to the caller.
    pub mine: u64,
    /// New or in progress, and snoozed.
    pub snoozed: u64,
}

/// A day with its first moment and the one after its last.
pub type Span = (NaiveDate, DateTime<Utc>, DateTime<Utc>);

/// What happened on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    pub date: NaiveDate,
    /// Messages that came in, without spam.
    pub received: u64,
    /// Messages that got their first reply.
    pub answered: u64,
}

/// How many messages stand where and with whom.
pub struct Standing(Vec<Stands>);

/// Messages that stand at one place with one person; nobody is the nil id.
#[derive(Debug, Clone, Copy)]
pub struct Stands {
    pub status: Status,
    pub snoozed: bool,
    pub person: Uuid,
    number: i64,
}

/// What is counted of the last days.
pub struct Figures {
    /// The last 30 days in the firm's time zone, oldest first.
    pub trend: Vec<Day>,
    pub first_response: ResponseTime,
}

impl Standing {
    /// Messages of some places and people.
    pub fn number(&self, which: impl Fn(Stands) -> bool) -> u64 {
        natural(self.0.iter().filter(|it| which(**it)).map(|it| it.number).sum())
    }

    /// The counts for one person.
    pub fn counts(&self, me: Uuid) -> Counts {
        let number = |which: &dyn Fn(Stands) -> bool| self.number(which).min(COUNT_LIMIT);
        let of = |wanted: Status| number(&|it| it.status == wanted);
        let open = |which: &dyn Fn(Stands) -> bool| number(&|it| is_open(it.status) && !it.snoozed && which(it));
        Counts {
            new: of(Status::New),
            in_progress: of(Status::InProgress),
            replied: of(Status::Replied),
            converted: of(Status::Converted),
            archived: of(Status::Archived),
            spam: of(Status::Spam),
            open: open(&|_| true),
            unassigned: open(&|it| it.person.is_nil()),
            mine: open(&|it| it.person == me),
            snoozed: number(&|it| is_open(it.status) && it.snoozed),
        }
    }
}

/// Where messages stand now.
pub async fn standing(app: &App) -> Result<Arc<Standing>> {
    let read = async |(): &()| Ok::<_, DbErr>(stand(&counted(app.storage.read(), &names(), &[]).await?));
    Ok(app.inbox.standing.get((), read).await?)
}

/// The figures of now.
pub async fn figures(app: &App) -> Result<Arc<Figures>> {
    let of_days = async |days: &Vec<Span>| read(app.storage.read(), days).await;
    Ok(app.inbox.figures.get(last_days(app), of_days).await?)
}

async fn read(conn: &impl ConnectionTrait, days: &[Span]) -> Result<Figures, DbErr> {
    let sums: Vec<(&'static str, Range<i32>)> = days
        .iter()
        .flat_map(|(_, from, until)| [RECEIVED, ANSWERED].map(|name| (name, slot_of(*from)..slot_of(*until))))
        .collect();
    let parts = counted(conn, &[], &sums).await?;
    let trend = trend(days, &parts);
    let answered = trend.iter().map(|day| day.answered).sum();
    Ok(Figures { first_response: response_time::read(conn, days, answered).await?, trend })
}

fn stand(parts: &[Counted]) -> Standing {
    let of = |part: &Counted| places().find(|(status, snoozed)| name_of(*status, *snoozed) == part.name);
    let stands = |part: &Counted| {
        let (status, snoozed) = of(part)?;
        Some(Stands { status, snoozed, person: part.person, number: part.number })
    };
    Standing(parts.iter().filter_map(stands).collect())
}

fn trend(days: &[Span], parts: &[Counted]) -> Vec<Day> {
    let sum = |name: &str, from: DateTime<Utc>, until: DateTime<Utc>| {
        let slots = slot_of(from)..slot_of(until);
        let some = parts.iter().filter(|part| part.name == name && slots.contains(&part.slot));
        natural(some.map(|part| part.number).sum())
    };
    let days = days.iter();
    days.map(|(date, from, until)| Day {
        date: *date,
        received: sum(RECEIVED, *from, *until),
        answered: sum(ANSWERED, *from, *until),
    })
    .collect()
}

fn natural(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &'static str, slot: i32, person: u128, number: i64) -> Counted {
        Counted { name: name.to_owned(), slot, person: Uuid::from_u128(person), number }
    }

    #[test]
    fn counts_are_sums_over_people_and_stop_at_a_thousand() {
        let parts = [
            part("messages_new", 0, 0, 3),
            part("messages_new", 0, 0, -1),
            part("messages_new", 0, 7, 4),
            part("messages_in_progress", 0, 7, 1_200),
            part("messages_in_progress", 0, 8, 5),
            part("messages_replied", 0, 7, 9),
            part("messages_replied", 0, 0, 1),
            part("messages_new_snoozed", 0, 0, 2),
            part("messages_in_progress_snoozed", 0, 7, 3),
            part(RECEIVED, 0, 0, 99),
        ];
        let standing = stand(&parts);
        let counts = |mine| Counts {
            new: 8,
            in_progress: 1_000,
            replied: 10,
            converted: 0,
            archived: 0,
            spam: 0,
            open: 1_000,
            unassigned: 2,
            mine,
            snoozed: 5,
        };
        assert_eq!(standing.counts(Uuid::from_u128(7)), counts(1_000));
        assert_eq!(standing.counts(Uuid::from_u128(8)), counts(5));
        assert_eq!(standing.counts(Uuid::from_u128(9)), counts(0));
    }

    #[test]
    fn a_day_has_the_quarter_hours_that_begin_in_it() {
        // Two days in the zone of Nepal, which is 5:45 ahead.
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        let moments = [at("2026-03-01T18:15:00Z"), at("2026-03-02T18:15:00Z"), at("2026-03-03T18:15:00Z")];
        let date = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let days = [(date("2026-03-02"), moments[0], moments[1]), (date("2026-03-03"), moments[1], moments[2])];
        let first = slot_of(moments[1]);
        let parts = [
            part(RECEIVED, first - 97, 0, 1_000),
            part(RECEIVED, first - 96, 0, 1),
            part(RECEIVED, first - 1, 0, 2),
            part(RECEIVED, first, 0, 4),
            part(ANSWERED, first + 95, 0, 8),
            part(ANSWERED, first + 96, 0, 1_000),
        ];
        let expected = [(days[0].0, 3, 0), (days[1].0, 4, 8)];
        assert_eq!(trend(&days, &parts), expected.map(|(date, received, answered)| Day { date, received, answered }));
    }
}
