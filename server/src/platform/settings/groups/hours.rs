//! Opening hours.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::hours::{Holiday, Opening};
use super::super::kind::{Kind, read};
use super::super::registry::{Group, Key};
use crate::http::valid::Check;
use crate::platform::permission::Permission;

pub const GROUP: Group = Group {
    id: "hours",
    label: "Hours",
    help: "When someone is there to reply. The site shows whether you are open, and when you open next.",
    needs: Permission::Settings,
    place: 30,
    sensitive: false,
};

/// When the firm is open, in its own time zone.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hours {
    time_zone: String,
    pub weekly: Vec<Opening>,
    pub holidays: Vec<Holiday>,
}

impl Hours {
    /// The firm's time zone, which applies to its hours and days.
    pub fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// A moment for a reader: in their own zone if they have set one, otherwise in the firm's. The zone is named:
    /// `5 January 2026, 10:30 CET`.
    pub fn moment(&self, at: DateTime<Utc>, own: Option<&str>) -> String {
        let zone = own.and_then(|name| name.parse().ok()).unwrap_or_else(|| self.zone());
        let local = at.with_timezone(&zone);
        let name = local.format("%Z").to_string();
        // Zones without an abbreviation have a bare offset.
        let utc = if name.starts_with(['+', '-']) { "UTC" } else { "" };
        format!("{} {utc}{name}", local.format("%-d %B %Y, %-H:%M"))
    }
}

/// The keys of the group.
pub fn keys() -> Vec<Key> {
    let day = |day: &str, closes: &str| json!({ "day": day, "opens": "09:00", "closes": closes });
    let week = json!([
        day("mon", "17:30"),
        day("tue", "17:30"),
        day("wed", "17:30"),
        day("thu", "17:30"),
        day("fri", "16:00")
    ]);
    vec![
        Key::new(&GROUP, "timeZone", "Time zone", Kind::TimeZone, json!("Europe/Berlin"))
            .sample()
            .help("The zone of your opening hours, and the one in which days start on the dashboard."),
        Key { example: Some(week.clone()), ..Key::new(&GROUP, "weekly", "Weekly hours", Kind::Hours, week) }
            .sample()
            .help("A day can have several times. Days without any are closed; without any at all, the site does not mention hours."),
        Key::new(&GROUP, "holidays", "Holidays", Kind::Holidays, json!([]))
            .help("Days on which you are closed, with a name that visitors see."),
    ]
}

/// Reports errors in the weekly hours.
pub(in super::super) fn check_weekly(check: &mut Check, field: &str, value: &Value) {
    let Some(week) = read::<Vec<Opening>>(check, field, value) else { return };
    if week.len() > 28 {
        check.refuse(field, "too_long", "At most 28 times a week are allowed.");
    }
    for (index, opening) in week.iter().enumerate() {
        let place = format!("{field}.{index}");
        let Some((day, opens, closes)) = opening.parsed() else {
            let message = "Closing time must be after opening time, both written like 09:00.";
            check.refuse(&place, "invalid", message);
            continue;
        };
        let overlaps = week[..index]
            .iter()
            .filter_map(Opening::parsed)
            .any(|(other, from, until)| other == day && opens < until && from < closes);
        if overlaps {
            check.refuse(&place, "taken", "This overlaps another time on the same day.");
        }
    }
}

/// Allowed years for a holiday: catches typing errors.
const YEARS: std::ops::RangeInclusive<i32> = 2_000..=2_100;
/// Maximum length of a holiday in days.
const LONGEST: i64 = 100;

/// Reports errors in the holidays.
pub(in super::super) fn check_holidays(check: &mut Check, field: &str, value: &Value) {
    let Some(holidays) = read::<Vec<Holiday>>(check, field, value) else { return };
    if holidays.len() > 200 {
        check.refuse(field, "too_long", "At most 200 holidays are allowed.");
    }
    for (index, holiday) in holidays.iter().enumerate() {
        check.line(&format!("{field}.{index}.name"), &holiday.name, 60, "Every holiday needs a name.");
        let from = check_date(check, &format!("{field}.{index}.from"), Some(&holiday.from));
        let until = check_date(check, &format!("{field}.{index}.until"), holiday.until.as_ref());
        let Some((from, until)) = from.map(|from| (from, until.unwrap_or(from))) else { continue };
        if until < from {
            check.refuse(&format!("{field}.{index}.until"), "invalid", "This is before the first day.");
        } else if (until - from).num_days() >= LONGEST {
            let message = format!("A holiday can last at most {LONGEST} days.");
            check.refuse(&format!("{field}.{index}.until"), "invalid", message);
        } else if holidays[..index].iter().filter_map(Holiday::days).any(|(first, last)| from <= last && first <= until)
        {
            check.refuse(&format!("{field}.{index}.from"), "taken", "Another holiday already covers this day.");
        }
    }
}

fn check_date(check: &mut Check, place: &str, date: Option<&String>) -> Option<NaiveDate> {
    use chrono::Datelike as _;
    let date = date?;
    let read = date.parse::<NaiveDate>().ok().filter(|day| date.len() == 10 && YEARS.contains(&day.year()));
    if read.is_none() {
        let message = format!("This must be a date such as 2026-12-24, from {} to {}.", YEARS.start(), YEARS.end());
        check.refuse(place, "invalid", message);
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_in_the_readers_zone_or_in_that_of_the_firm() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        let hours = Hours { time_zone: "Europe/Berlin".into(), weekly: vec![], holidays: vec![] };
        assert_eq!(hours.moment(at("2026-01-05T09:30:00Z"), None), "5 January 2026, 10:30 CET");
        assert_eq!(hours.moment(at("2026-07-05T23:05:00Z"), None), "6 July 2026, 1:05 CEST");
        assert_eq!(hours.moment(at("2026-01-05T09:30:00Z"), Some("Asia/Dubai")), "5 January 2026, 13:30 UTC+04");
        assert_eq!(hours.moment(at("2026-01-05T09:30:00Z"), Some("Mars/Olympus")), "5 January 2026, 10:30 CET");
        let nowhere = Hours { time_zone: "Mars/Olympus".into(), ..hours };
        assert_eq!(nowhere.moment(at("2026-01-05T09:30:00Z"), None), "5 January 2026, 9:30 UTC");
    }
}
