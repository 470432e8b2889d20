//! Messages that come back on a day: snoozed ones, and those that somebody wants to follow up.
//!
//! Both come back among the open ones, unread, and somebody is told. Until then a snoozed message is out of sight and
//! one to follow up stays where it is.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use database::entity::messages::{ActiveModel, Column, Entity, Model, Status};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait as _, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::change::{self, Change};
use super::status::is_open;
use super::{lines, reads, store, tell};
use crate::app::App;
use crate::error::Result;
use crate::http::RequestInfo;
use crate::http::valid::Check;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity;

/// The farthest day.
const FARTHEST: Days = Days::new(366);
/// Messages that come back in one unit.
const CHUNK: u64 = 50;

/// When a message comes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    pub snoozed_until: Option<DateTime<Utc>>,
    pub follow_up_at: Option<DateTime<Utc>>,
    /// Who is told if the message is nobody's by then.
    pub follow_up_by: Option<Uuid>,
}

impl Later {
    pub fn of(message: &Model) -> Self {
        Self {
            snoozed_until: message.snoozed_until,
            follow_up_at: message.follow_up_at,
            follow_up_by: message.follow_up_by,
        }
    }

    /// What a change makes of it.
    pub fn after(self, change: &Change, by: Uuid, zone: Tz) -> Self {
        let mut later = self;
        if let Some(day) = change.snoozed_until {
            later.snoozed_until = day.map(|day| morning_of(day, zone));
        }
        if let Some(day) = change.follow_up_on {
            later.follow_up_at = day.map(|day| morning_of(day, zone));
            later.follow_up_by = day.map(|_| by);
        }
        later
    }

    /// Only open messages are snoozed, and nobody follows spam up.
    pub fn under(self, status: Status) -> Self {
        let follows = status != Status::Spam;
        Self {
            snoozed_until: self.snoozed_until.filter(|_| is_open(status)),
            follow_up_at: self.follow_up_at.filter(|_| follows),
            follow_up_by: self.follow_up_by.filter(|_| follows),
        }
    }

    /// What is left of it at a moment: what is over has come back.
    fn left_at(self, now: DateTime<Utc>) -> Self {
        let follow_up_at = self.follow_up_at.filter(|at| *at > now);
        Self {
            snoozed_until: self.snoozed_until.filter(|until| *until > now),
            follow_up_at,
            follow_up_by: self.follow_up_by.filter(|_| follow_up_at.is_some()),
        }
    }
}

/// Refuses to snooze what is closed by the same change, days whose morning is over, and those farther away than a year.
pub fn check(check: &mut Check, change: &Change, now: DateTime<Utc>, zone: Tz) {
    let closes = change.status.is_some_and(|status| !is_open(status));
    if closes && change.snoozed_until.flatten().is_some() {
        check.refuse("snoozedUntil", "invalid", "Only an open message can be snoozed.");
    }
    let farthest = day_of(now, zone).checked_add_days(FARTHEST);
    for (field, day) in [("snoozedUntil", change.snoozed_until), ("followUpOn", change.follow_up_on)] {
        if let Some(day) = day.flatten()
            && (morning_of(day, zone) <= now || farthest.is_some_and(|last| day > last))
        {
            check.refuse(field, "invalid", "Choose a day to come, within a year.");
        }
    }
}

/// The day of a moment in the zone of the firm.
pub fn day_of(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// Eight in the morning, in the zone of the firm.
pub fn morning_of(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let eight = day.and_time(NaiveTime::from_hms_opt(8, 0, 0).unwrap_or_default());
    zone.from_local_datetime(&eight).earliest().map_or_else(|| eight.and_utc(), |at| at.with_timezone(&Utc))
}

/// Brings back what is due.
pub async fn bring_back(app: &App) -> Result<()> {
    loop {
        let now = app.clock.now();
        let due: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(is_due(now))
            .order_by_asc(Column::Id)
            .limit(CHUNK)
            .into_tuple()
            .all(app.storage.read())
            .await?;
        for id in &due {
            bring_one_back(app, *id, now).await?;
        }
        if (due.len() as u64) < CHUNK || app.stopping.is_cancelled() {
            return Ok(());
        }
    }
}

fn is_due(now: DateTime<Utc>) -> Condition {
    Condition::any().add(Column::SnoozedUntil.lte(now)).add(Column::FollowUpAt.lte(now))
}

async fn bring_one_back(app: &App, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let Some(message) = Entity::find_by_id(id).one(app.storage.read()).await? else { return Ok(()) };
    let was_snoozed = message.snoozed_until.is_some_and(|until| until <= now);
    let told = tell::of_return(app, &message, was_snoozed).await?;
    let (action, from) = (if was_snoozed { "message.woke" } else { "message.follow_up_due" }, RequestInfo::internal());
    let changes = Changes::none();
    let entry = Entry { actor: None, action, entity: (entity::Entity::Message, Some(id)), changes, from: &from };
    let entry = entry.row(&app.ids, now);
    let activity_id = app.ids.next(now);
    app.storage
        .write((told, entry), move |tx, (told, entry)| {
            Box::pin(async move {
                // Another node may have been first, or a person changed the day.
                let Some(message) = store::locked(tx.conn(), id).await?.filter(|it| {
                    it.snoozed_until.is_some_and(|at| at <= now) || it.follow_up_at.is_some_and(|at| at <= now)
                }) else {
                    return Ok(());
                };
                let status = if is_open(message.status) { message.status } else { Status::InProgress };
                let later = Later::of(&message).left_at(now);
                let waiting = match message.waiting_id {
                    Some(id) => Some(id),
                    None => lines::waits_since(tx.conn(), id, status, message.undelivered).await?,
                };
                store::amend(tx, message, |row| {
                    row.status = Set(status);
                    row.waiting_id = Set(waiting);
                    row.activity_id = Set(activity_id);
                    row.last_activity_at = Set(now);
                    set(row, later);
                })
                .await?;
                reads::mark_unread(tx.conn(), vec![id]).await?;
                tx.notify(told.clone());
                tx.audit(entry.clone());
                change::announce(tx, "message_changed", id);
                Ok(())
            })
        })
        .await
}

/// Writes it into the row of a message.
pub fn set(row: &mut ActiveModel, later: Later) {
    row.snoozed_until = Set(later.snoozed_until);
    row.follow_up_at = Set(later.follow_up_at);
    row.follow_up_by = Set(later.follow_up_by);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_day_begins_at_eight_in_the_zone_of_the_firm_whatever_its_clocks_do() {
        let berlin = Tz::Europe__Berlin;
        assert_eq!(morning_of(day("2026-03-28"), berlin), at("2026-03-28T07:00:00Z"));
        assert_eq!(morning_of(day("2026-03-29"), berlin), at("2026-03-29T06:00:00Z"));
        assert_eq!(day_of(at("2026-03-28T23:30:00Z"), berlin), day("2026-03-29"));
        // A day that Samoa left out has a morning all the same.
        assert_eq!(morning_of(day("2011-12-30"), Tz::Pacific__Apia), at("2011-12-30T08:00:00Z"));
    }

    #[test]
    fn days_whose_morning_is_to_come_can_be_chosen_for_a_year() {
        let now = at("2026-03-03T07:00:00Z");
        let refused = |change: Change| {
            let mut found = Check::new();
            check(&mut found, &change, now, Tz::Europe__Berlin);
            found.done().is_err()
        };
        let snooze = |text| Change { snoozed_until: Some(Some(day(text))), ..Change::default() };
        let follow = |text| Change { follow_up_on: Some(Some(day(text))), ..Change::default() };
        // It is eight in Berlin.
        for (text, wrong) in [("2026-03-03", true), ("2026-03-04", false), ("2027-03-04", false), ("2027-03-05", true)]
        {
            assert_eq!((refused(snooze(text)), refused(follow(text))), (wrong, wrong), "{text}");
        }
        let early = Change { snoozed_until: Some(Some(day("2026-03-03"))), ..Change::default() };
        let mut found = Check::new();
        check(&mut found, &early, now - chrono::Duration::seconds(1), Tz::Europe__Berlin);
        assert!(found.done().is_ok(), "a morning that is to come");
        let closed = Change { status: Some(Status::Archived), ..snooze("2026-03-04") };
        assert!(refused(closed) && !refused(Change { status: Some(Status::New), ..snooze("2026-03-04") }));
        assert!(!refused(Change { snoozed_until: Some(None), follow_up_on: Some(None), ..Change::default() }));
    }

    #[test]
    fn only_open_messages_are_snoozed_and_spam_is_not_followed_up() {
        let (soon, ben) = (Some(at("2026-03-04T07:00:00Z")), Some(Uuid::from_u128(7)));
        let later = Later { snoozed_until: soon, follow_up_at: soon, follow_up_by: ben };
        for status in [Status::New, Status::InProgress] {
            assert_eq!(later.under(status), later);
        }
        for status in [Status::Replied, Status::Converted, Status::Archived] {
            assert_eq!(later.under(status), Later { snoozed_until: None, ..later });
        }
        assert_eq!(later.under(Status::Spam), Later::default());
    }

    #[test]
    fn what_is_due_is_over_and_the_other_day_stays() {
        let (now, next) = (at("2026-03-04T07:00:00Z"), at("2026-03-05T07:00:00Z"));
        let ben = Some(Uuid::from_u128(7));
        let both =
            |snoozed, follow| Later { snoozed_until: Some(snoozed), follow_up_at: Some(follow), follow_up_by: ben };
        let follow_up = Later { snoozed_until: None, ..both(now, next) };
        assert_eq!(both(now, next).left_at(now), follow_up);
        assert_eq!(both(next, now).left_at(now), Later { snoozed_until: Some(next), ..Later::default() });
        assert_eq!(both(now, now).left_at(now), Later::default());
    }

    #[test]
    fn a_change_sets_moves_and_takes_a_day_away() {
        let ben = Uuid::from_u128(7);
        let change = Change {
            snoozed_until: Some(Some(day("2026-03-04"))),
            follow_up_on: Some(Some(day("2026-03-05"))),
            ..Change::default()
        };
        let set = Later::default().after(&change, ben, Tz::UTC);
        let (fourth, fifth) = (Some(at("2026-03-04T08:00:00Z")), Some(at("2026-03-05T08:00:00Z")));
        assert_eq!(set, Later { snoozed_until: fourth, follow_up_at: fifth, follow_up_by: Some(ben) });
        assert_eq!(set.after(&Change::default(), Uuid::nil(), Tz::UTC), set);
        let nothing = Change { snoozed_until: Some(None), follow_up_on: Some(None), ..Change::default() };
        assert_eq!(set.after(&nothing, ben, Tz::UTC), Later::default());
    }
}
