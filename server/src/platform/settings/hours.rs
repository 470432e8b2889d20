//! When the firm is open, computed in its time zone for each date, never with today's offset.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeZone as _, Utc, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::groups::hours::Hours;

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

/// Days on which the firm is closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The first day, such as `2026-12-24`.
    pub from: String,
    /// The last day; missing: the same.
    #[serde(default)]
    pub until: Option<String>,
    /// Visitors see it.
    pub name: String,
}

impl Holiday {
    /// The first and the last day, if they are valid dates.
    pub fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        let from = self.from.parse().ok()?;
        Some((from, self.until.as_ref().map_or(Some(from), |until| until.parse().ok())?))
    }
}

/// Whether the firm is open, and until or from when.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpenState {
    /// None if the firm has no hours.
    pub now: Option<bool>,
    /// The holiday for which it is closed.
    pub holiday: Option<String>,
    /// `until 17:30` or `opens Monday at 9:00`; none if it will not open within a year.
    pub text: Option<String>,
    /// When it closes, or opens next.
    pub changes_at: Option<DateTime<Utc>>,
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl Opening {
    /// The day and both times, if they are valid.
    pub fn parsed(&self) -> Option<(Weekday, NaiveTime, NaiveTime)> {
        let index = DAYS.iter().position(|day| *day == self.day)?;
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
        let (opens, closes) = (time(&self.opens)?, time(&self.closes)?);
        (opens < closes).then_some((Weekday::try_from(u8::try_from(index).ok()?).ok()?, opens, closes))
    }
}

/// Days to search for the next opening.
const AHEAD: u64 = 400;

/// Whether the firm is open at `now`.
pub fn open_state(hours: &Hours, now: DateTime<Utc>) -> OpenState {
    let zone = hours.zone();
    let local = now.with_timezone(&zone);
    let openings: Vec<_> = hours.weekly.iter().filter_map(Opening::parsed).collect();
    if openings.is_empty() {
        return OpenState::default();
    }
    let holidays: Vec<_> =
        hours.holidays.iter().filter_map(|it| it.days().map(|(from, until)| (from, until, &it.name))).collect();
    let holiday_on = |day: NaiveDate| holidays.iter().find(|(from, until, _)| (*from..=*until).contains(&day));
    let today = local.date_naive();
    let holiday = holiday_on(today).map(|(_, _, name)| (*name).clone());
    let open = openings.iter().find(|(day, opens, closes)| {
        holiday.is_none() && *day == local.weekday() && *opens <= local.time() && local.time() < *closes
    });
    let moment = |date: NaiveDate, time: NaiveTime| zone.from_local_datetime(&date.and_time(time)).earliest();
    if let Some((_, _, closes)) = open {
        return OpenState {
            now: Some(true),
            holiday: None,
            text: Some(format!("until {}", clock(*closes))),
            changes_at: moment(today, *closes).map(|at| at.to_utc()),
        };
    }
    let next = (0..AHEAD).find_map(|ahead| {
        let date = today + chrono::Days::new(ahead);
        openings
            .iter()
            .filter(|(day, opens, _)| *day == date.weekday() && (ahead > 0 || *opens > local.time()))
            .filter(|_| holiday_on(date).is_none())
            // A local time that daylight saving skips does not exist on that date.
            .filter_map(|(day, opens, _)| Some((day, opens, moment(date, *opens)?.to_utc())))
            .min_by_key(|(_, opens, _)| *opens)
            .map(|(day, opens, at)| {
                let text = match ahead {
                    0 => format!("opens today at {}", clock(*opens)),
                    1 => format!("opens tomorrow at {}", clock(*opens)),
                    2..=6 => format!("opens {} at {}", name(*day), clock(*opens)),
                    _ => format!("opens {} at {}", date.format("%A, %-d %B"), clock(*opens)),
                };
                (text, at)
            })
    });
    let (text, changes_at) = next.unzip();
    OpenState { now: Some(false), holiday, text, changes_at }
}

/// How many days ahead a holiday is announced.
const NOTICE: u64 = 45;

/// Current and upcoming holidays as text: the days, and the name.
pub fn coming_holidays(hours: &Hours, now: DateTime<Utc>) -> Vec<(String, String)> {
    let today = now.with_timezone(&hours.zone()).date_naive();
    let mut coming: Vec<_> = hours
        .holidays
        .iter()
        .filter_map(|it| it.days().map(|(from, until)| (from, until, it.name.clone())))
        .filter(|(from, until, _)| *until >= today && *from <= today + chrono::Days::new(NOTICE))
        .collect();
    coming.sort_unstable();
    coming.into_iter().map(|(from, until, name)| (days(from, until), name)).collect()
}

/// `24 December`, `24 to 26 December`, `24 December to 2 January`.
fn days(from: NaiveDate, until: NaiveDate) -> String {
    if from == until {
        return from.format("%-d %B").to_string();
    }
    let first = if from.month() == until.month() { from.format("%-d") } else { from.format("%-d %B") };
    format!("{first} to {}", until.format("%-d %B"))
}

/// Hours as text; days with the same times are joined.
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
    use serde_json::json;

    use super::*;

    fn week() -> Hours {
        let opening = |day: &str, opens: &str, closes: &str| json!({ "day": day, "opens": opens, "closes": closes });
        serde_json::from_value(json!({
            "timeZone": "Europe/Berlin",
            "weekly": [
                opening("mon", "09:00", "17:30"),
                opening("tue", "09:00", "17:30"),
                opening("fri", "09:00", "12:00"),
                opening("fri", "13:00", "16:00"),
            ],
            "holidays": [
                { "from": "2026-01-19", "name": "Winter fair" },
                { "from": "2026-12-24", "until": "2027-01-03", "name": "Christmas" },
            ],
        }))
        .expect("hours")
    }

    fn at(text: &str) -> OpenState {
        open_state(&week(), text.parse().expect("a time"))
    }

    #[test]
    fn open_and_closed_in_the_zone_of_the_firm() {
        // A Monday in winter (UTC+1) and one in summer (UTC+2).
        assert_eq!(at("2026-01-05T08:00:00Z").text.as_deref(), Some("until 17:30"));
        assert_eq!(at("2026-01-05T07:59:00Z").text.as_deref(), Some("opens today at 9:00"));
        assert_eq!(at("2026-07-06T07:00:00Z").now, Some(true));
        assert_eq!(at("2026-01-06T20:00:00Z").text.as_deref(), Some("opens Friday at 9:00"));
        assert_eq!(at("2026-01-09T11:30:00Z").text.as_deref(), Some("opens today at 13:00"));
        assert_eq!(at("2026-01-11T11:30:00Z").text.as_deref(), Some("opens tomorrow at 9:00"));
        let mut never = week();
        never.weekly.clear();
        assert_eq!(open_state(&never, Utc.timestamp_nanos(0)), OpenState::default());
    }

    #[test]
    fn a_holiday_closes_and_moves_the_next_opening() {
        let fair = at("2026-01-19T10:00:00Z");
        assert_eq!((fair.now, fair.holiday.as_deref()), (Some(false), Some("Winter fair")));
        assert_eq!(fair.text.as_deref(), Some("opens tomorrow at 9:00"));
        // The evening before: the firm is closed tomorrow.
        assert_eq!(at("2026-01-18T20:00:00Z").text.as_deref(), Some("opens Tuesday at 9:00"));
        let christmas = at("2026-12-25T10:00:00Z");
        assert_eq!(christmas.holiday.as_deref(), Some("Christmas"));
        assert_eq!(christmas.text.as_deref(), Some("opens Monday, 4 January at 9:00"));
        // The holiday ends at midnight in the firm's time zone, not UTC.
        assert_eq!(at("2027-01-03T22:59:00Z").holiday.as_deref(), Some("Christmas"));
        assert_eq!(at("2027-01-03T23:00:00Z").holiday, None);
    }

    #[test]
    fn coming_holidays_are_announced_until_they_are_over() {
        let lines = |text: &str| coming_holidays(&week(), text.parse().expect("a time"));
        assert_eq!(lines("2026-01-05T08:00:00Z"), [("19 January".to_owned(), "Winter fair".to_owned())]);
        assert_eq!(lines("2026-01-20T08:00:00Z"), []);
        assert_eq!(lines("2026-12-31T08:00:00Z")[0].0, "24 December to 3 January");
    }

    #[test]
    fn days_with_the_same_times_are_one_line() {
        assert_eq!(
            lines(&week().weekly),
            [
                ("Monday to Tuesday".to_owned(), "9:00–17:30".to_owned()),
                ("Friday".to_owned(), "9:00–12:00, 13:00–16:00".to_owned())
            ]
        );
    }
}
