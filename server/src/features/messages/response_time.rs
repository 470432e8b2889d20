//! How long clients wait for the first answer: defined once, used by the site, the mails and the dashboard.
//!
//! Counted: first answers of a person that went out in the last 30 days of the firm's calendar, from the arrival of the
//! message. The median is that of the newest thousand of them.

use std::sync::{PoisonError, RwLock};
use std::time::{Duration as StdDuration, Instant};

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use sea_orm::sea_query::Condition;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::Span;
use super::store;
use crate::app::App;

/// The usual answer is asked for again after this time.
const KEPT: StdDuration = StdDuration::from_mins(1);
/// Days of the period, today included.
const DAYS: u64 = 30;
/// With fewer answers a median says nothing, and the site keeps quiet.
const ENOUGH: usize = 5;
/// Answers that a median is taken of: enough for a minute's precision, few enough to ask at any time.
const SAMPLE: u64 = 1_000;

/// Time to first reply, in this period and the one before.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResponseTime {
    pub median_minutes: Option<i64>,
    pub previous_median_minutes: Option<i64>,
    /// First replies in the period.
    pub answered: u64,
}

/// What is known of [`usual_answer`], kept for a minute.
#[derive(Default)]
pub struct UsualAnswer(RwLock<Option<(Instant, Option<String>)>>);

impl UsualAnswer {
    fn known(&self) -> Option<Option<String>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(until, _)| *until > Instant::now()).map(|(_, text)| text.clone())
    }

    fn keep(&self, text: Option<String>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now() + KEPT, text));
    }

    /// It is asked for anew.
    pub fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The last 30 days in the zone of the firm, oldest first, each with its first moment and the first after it.
pub fn last_days(app: &App) -> Vec<Span> {
    let zone = app.settings.get().hours.zone();
    let today = app.clock.now().with_timezone(&zone).date_naive();
    let first = today - Days::new(DAYS - 1);
    first
        .iter_days()
        .take_while(|day| *day <= today)
        .map(|day| (day, begin_of(day, zone), begin_of(day + Days::new(1), zone)))
        .collect()
}

/// The first moment of a day; where the clocks skip midnight, the moment after.
fn begin_of(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let local = (0..4).find_map(|hour| zone.from_local_datetime(&(midnight + Duration::hours(hour))).earliest());
    local.map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
}

/// The median of these days and of as many before, with the number of first answers that is known already.
pub(super) async fn read(conn: &impl ConnectionTrait, days: &[Span], answered: u64) -> Result<ResponseTime, DbErr> {
    let (Some((_, from, _)), Some((_, _, until))) = (days.first(), days.last()) else {
        return Ok(ResponseTime { median_minutes: None, previous_median_minutes: None, answered });
    };
    let all = Condition::all;
    let this = store::newest_first_answers(conn, *from, *until, all(), SAMPLE).await?;
    let before = store::newest_first_answers(conn, *from - (*until - *from), *from, all(), SAMPLE).await?;
    Ok(ResponseTime { answered, median_minutes: median(waits(this)), previous_median_minutes: median(waits(before)) })
}

/// "2 h": what a visitor may expect, or none as long as nobody can know. Asked at most once a minute.
pub async fn usual_answer(app: &App) -> Option<String> {
    if let Some(known) = app.inbox.usual_answer.known() {
        return known;
    }
    let known = match promise(app).await {
        Ok(known) => known,
        Err(error) => {
            tracing::warn!(%error, "the usual response time is unknown right now");
            return None;
        }
    };
    app.inbox.usual_answer.keep(known.clone());
    known
}

/// What visitors are told: sample data promises nothing.
async fn promise(app: &App) -> Result<Option<String>, DbErr> {
    let days = last_days(app);
    let (Some((_, from, _)), Some((_, _, until))) = (days.first(), days.last()) else { return Ok(None) };
    let answers = store::newest_first_answers(app.storage.read(), *from, *until, store::of_clients(), SAMPLE).await?;
    if answers.len() < ENOUGH {
        return Ok(None);
    }
    Ok(median(waits(answers)).map(spell))
}

fn waits(answers: Vec<(DateTime<Utc>, DateTime<Utc>)>) -> Vec<i64> {
    answers.into_iter().map(|(created, answered)| (answered - created).num_minutes().max(0)).collect()
}

fn median(mut minutes: Vec<i64>) -> Option<i64> {
    minutes.sort_unstable();
    let middle = minutes.len() / 2;
    match minutes.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(minutes[middle]),
        _ => Some(i64::midpoint(minutes[middle - 1], minutes[middle])),
    }
}

/// Rounded up to something that one can promise.
fn spell(minutes: i64) -> String {
    match minutes {
        ..=30 => "30 minutes".to_owned(),
        31..=60 => "1 h".to_owned(),
        61..=1_440 => format!("{} h", (minutes + 59) / 60),
        _ => format!("{} days", (minutes + 1_439) / 1_440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_when_it_does_in_the_zone_of_the_firm() {
        let begin = |day: &str, zone: Tz| begin_of(day.parse().expect("a day"), zone).to_rfc3339();
        assert_eq!(begin("2026-01-05", chrono_tz::Europe::Berlin), "2026-01-04T23:00:00+00:00");
        assert_eq!(begin("2026-07-05", chrono_tz::Europe::Berlin), "2026-07-04T22:00:00+00:00");
        // In Cairo the clocks went from 0:00 to 1:00 on this day.
        assert_eq!(begin("2024-04-26", chrono_tz::Africa::Cairo), "2024-04-25T22:00:00+00:00");
    }

    #[test]
    fn medians_and_words() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(vec![4, 2]), Some(3));
        assert_eq!(spell(12), "30 minutes");
        assert_eq!(spell(61), "2 h");
        assert_eq!(spell(2_000), "2 days");
    }
}
