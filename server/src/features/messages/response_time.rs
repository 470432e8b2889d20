//! How long clients wait for the first answer: defined once, used by the site, the mails and the dashboard.
//!
//! Counted: first answers of a person that went out in the last 30 days, from the arrival of the message. The median
//! is that of the newest thousand of them.

use std::time::Duration as StdDuration;

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::app::App;
use crate::error::Result;

const PERIOD: Duration = Duration::days(30);
/// With fewer answers a median says nothing, and the site keeps quiet.
const ENOUGH: u64 = 5;
/// Answers that a median is taken of: enough for a minute's precision, few enough to ask at any time.
const SAMPLE: u64 = 1_000;

/// The first answer, now and in the period before.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResponseTime {
    pub median_minutes: Option<i64>,
    pub previous_median_minutes: Option<i64>,
    /// First answers of the period.
    pub answered: u64,
}

/// The median of this period and of the one before.
pub async fn response_time(app: &App) -> Result<ResponseTime> {
    let now = app.clock.now();
    let conn = app.storage.read();
    // What happens in this very moment counts too.
    let until = now + Duration::seconds(1);
    let this = store::newest_first_answers(conn, now - PERIOD, until, SAMPLE).await?;
    let before = store::newest_first_answers(conn, now - PERIOD * 2, now - PERIOD, SAMPLE).await?;
    Ok(ResponseTime {
        answered: store::count_first_answers(conn, now - PERIOD, until).await?,
        median_minutes: median(waits(this)),
        previous_median_minutes: median(waits(before)),
    })
}

/// "2 h": what a visitor may expect, or none as long as nobody can know. Asked at most once a minute.
pub async fn usual_answer(app: &App) -> Option<String> {
    if let Some(known) = app.pages.answer_time() {
        return known;
    }
    let known = match response_time(app).await {
        Ok(ResponseTime { median_minutes: Some(minutes), answered, .. }) if answered >= ENOUGH => Some(spell(minutes)),
        _ => None,
    };
    app.pages.keep_answer_time(known.clone(), StdDuration::from_mins(1));
    known
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
    fn medians_and_words() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(vec![4, 2]), Some(3));
        assert_eq!(spell(12), "30 minutes");
        assert_eq!(spell(61), "2 h");
        assert_eq!(spell(2_000), "2 days");
    }
}
