//! When the firm is open, computed in its own zone for each date, never with today's offset.

use chrono::{DateTime, Datelike as _, NaiveTime, TimeZone as _, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One stretch of a week in which the firm is open; a day may have several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// `mon` to `sun`.
    pub day: String,
    /// `09:00`, in the zone of the firm.
    pub opens: String,
    pub closes: String,
}

/// Whether the firm is open, and until or from when.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenState {
    pub now: bool,
    /// `until 17:30` or `opens Monday at 9:00`; none when the firm keeps no hours.
    pub text: Option<String>,
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl Opening {
    /// The day and both times, if they are what they should be.
    pub fn parsed(&self) -> Option<(Weekday, NaiveTime, NaiveTime)> {
        let index = DAYS.iter().position(|day| *day == self.day)?;
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
        let (opens, closes) = (time(&self.opens)?, time(&self.closes)?);
        (opens < closes).then_some((Weekday::try_from(u8::try_from(index).ok()?).ok()?, opens, closes))
    }
}

/// Whether the firm is open at `now`.
pub fn open_state(hours: &[Opening], zone: Tz, now: DateTime<Utc>) -> OpenState {
    let local = now.with_timezone(&zone);
    let openings: Vec<_> = hours.iter().filter_map(Opening::parsed).collect();
    let today = openings
        .iter()
        .find(|(day, opens, closes)| *day == local.weekday() && *opens <= local.time() && local.time() < *closes);
    if let Some((_, _, closes)) = today {
        return OpenState { now: true, text: Some(format!("until {}", clock(*closes))) };
    }
    let next = (0..8).find_map(|ahead| {
        let date = local.date_naive() + chrono::Days::new(ahead);
        openings
            .iter()
            .filter(|(day, opens, _)| *day == date.weekday() && (ahead > 0 || *opens > local.time()))
            // A time that a change of the clocks skips does not exist on that date.
            .filter(|(_, opens, _)| zone.from_local_datetime(&date.and_time(*opens)).earliest().is_some())
            .min_by_key(|(_, opens, _)| *opens)
            .map(|(day, opens, _)| match ahead {
                0 => format!("opens today at {}", clock(*opens)),
                1 => format!("opens tomorrow at {}", clock(*opens)),
                _ => format!("opens {} at {}", name(*day), clock(*opens)),
            })
    });
    OpenState { now: false, text: next }
}

/// Hours as lines for people: days with the same times are joined.
pub fn lines(hours: &[Opening]) -> Vec<(String, String)> {
    let mut days: Vec<(usize, String)> = Vec::new();
    for (index, day) in DAYS.iter().enumerate() {
        let mut stretches: Vec<_> = hours
            .iter()
            .filter(|it| it.day == *day)
            .filter_map(Opening::parsed)
            .map(|(_, from, to)| (from, to))
            .collect();
        stretches.sort_unstable();
        if !stretches.is_empty() {
            let times: Vec<_> = stretches.iter().map(|(from, to)| format!("{}–{}", clock(*from), clock(*to))).collect();
            days.push((index, times.join(", ")));
        }
    }
    let mut lines: Vec<(usize, usize, String)> = Vec::new();
    for (index, times) in days {
        match lines.last_mut() {
            Some((_, last, known)) if *last + 1 == index && *known == times => *last = index,
            _ => lines.push((index, index, times)),
        }
    }
    lines
        .into_iter()
        .map(|(first, last, times)| {
            let days =
                if first == last { NAMES[first].to_owned() } else { format!("{} to {}", NAMES[first], NAMES[last]) };
            (days, times)
        })
        .collect()
}

fn clock(time: NaiveTime) -> String {
    time.format("%-H:%M").to_string()
}

fn name(day: Weekday) -> &'static str {
    NAMES[day.num_days_from_monday() as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week() -> Vec<Opening> {
        let opening = |day: &str, opens: &str, closes: &str| Opening {
            day: day.into(),
            opens: opens.into(),
            closes: closes.into(),
        };
        vec![
            opening("mon", "09:00", "17:30"),
            opening("tue", "09:00", "17:30"),
            opening("fri", "09:00", "12:00"),
            opening("fri", "13:00", "16:00"),
        ]
    }

    fn at(text: &str) -> OpenState {
        open_state(&week(), chrono_tz::Europe::Berlin, text.parse().expect("a time"))
    }

    #[test]
    fn open_and_closed_in_the_zone_of_the_firm() {
        // A Monday in winter (UTC+1) and one in summer (UTC+2).
        assert_eq!(at("2026-01-05T08:00:00Z").text.as_deref(), Some("until 17:30"));
        assert_eq!(at("2026-01-05T07:59:00Z").text.as_deref(), Some("opens today at 9:00"));
        assert!(at("2026-07-06T07:00:00Z").now);
        assert_eq!(at("2026-01-06T20:00:00Z").text.as_deref(), Some("opens Friday at 9:00"));
        assert_eq!(at("2026-01-09T11:30:00Z").text.as_deref(), Some("opens today at 13:00"));
        assert_eq!(at("2026-01-11T11:30:00Z").text.as_deref(), Some("opens tomorrow at 9:00"));
        assert_eq!(open_state(&[], chrono_tz::UTC, Utc.timestamp_nanos(0)).text, None);
    }

    #[test]
    fn days_with_the_same_times_are_one_line() {
        assert_eq!(
            lines(&week()),
            [
                ("Monday to Tuesday".to_owned(), "9:00–17:30".to_owned()),
                ("Friday".to_owned(), "9:00–12:00, 13:00–16:00".to_owned())
            ]
        );
    }
}
