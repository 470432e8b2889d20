//! Once a week the firm hears what was taken for spam: a mistake of the rules is noticed while the client still waits.

use chrono::{DateTime, Datelike as _, Days, Utc};
use chrono_tz::Tz;
use database::entity::messages::{Column, Entity, Model, Status};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::later::{day_of, morning_of};
use super::letters::{SpamReport, Suspect};
use super::settings::Telling;
use super::spam::{Sign, without_links};
use crate::app::App;
use crate::error::Result;
use crate::ids::first_of;
use crate::platform::entity;
use crate::platform::mail::Mail;
use crate::platform::marks;

/// Where the end of the last week that was reported is kept.
const MARK: &str = "spamReportedUntil";
/// Messages that the mail names.
const NAMED: usize = 20;
/// Messages that are counted.
const COUNTED: u64 = 1_000;
/// Characters of a message in the mail.
const EXCERPT: usize = 120;

/// Sends the list of the week that ended last, unless it went out already or is empty.
pub async fn send(app: &App) -> Result<()> {
    let settings = app.settings.get();
    let until = last_monday(app.clock.now(), settings.hours.zone());
    if marks::has_reached(app.storage.read(), marks::FIRM, MARK, until).await? {
        return Ok(());
    }
    let from = until - Days::new(7);
    let mut mails = Vec::new();
    if settings.part::<Telling>().spam_report {
        let suspects = filed_between(app.storage.read(), from, until).await?;
        if !suspects.is_empty() {
            let letter = letter(app, suspects);
            for to in settings.notifications.recipients(&settings.firm) {
                mails.push(Mail::new(&to, &letter).about((entity::Entity::Inbox, Uuid::nil())).row(app)?);
            }
        }
    }
    let now = app.clock.now();
    app.storage
        .write(mails, move |tx, mails| {
            Box::pin(async move {
                if marks::advance(tx.conn(), marks::FIRM, MARK, until, now).await? {
                    for mail in mails {
                        tx.mail(mail.clone());
                    }
                }
                Ok(())
            })
        })
        .await
}

/// The last Monday at eight in the zone of the firm, now included.
fn last_monday(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let today = day_of(now, zone);
    let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
    let this = morning_of(monday, zone);
    if this <= now { this } else { morning_of(monday - Days::new(7), zone) }
}

/// Messages that came in a period, that the rules took for spam, and that are there still, the newest first.
async fn filed_between(
    conn: &impl ConnectionTrait,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::Status.eq(Status::Spam))
        .filter(Column::Id.gte(first_of(from)))
        .filter(Column::Id.lt(first_of(until)))
        .filter(Column::Signs.is_not_null())
        .order_by_desc(Column::Id)
        .limit(COUNTED)
        .all(conn)
        .await
}

fn letter(app: &App, mut suspects: Vec<Model>) -> SpamReport {
    let total = suspects.len();
    // What is least surely spam comes first: a flood of traps must not push a client off the list.
    suspects.sort_by_key(|it| certainty(it.signs.as_deref().unwrap_or_default()));
    let shown = |text: &str| without_links(text, "[link]").chars().take(EXCERPT).collect();
    let messages = suspects.into_iter().take(NAMED).map(|it| Suspect {
        name: shown(&it.name),
        excerpt: shown(&it.message),
        link: app.config.server.link(&format!("/admin/messages/{}?view=spam", it.id)),
        email: it.email,
    });
    SpamReport { total, messages: messages.collect(), link: app.config.server.link("/admin/messages?view=spam") }
}

/// How sure the signs are: those that decide alone come last.
fn certainty(signs: &str) -> (bool, usize) {
    let decide = [Sign::ApiTrap, Sign::Blocked].map(Sign::name);
    (signs.split(',').any(|sign| decide.contains(&sign)), signs.split(',').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_certain_come_first() {
        let mut signs = ["blocked", "haste,page_trap,links", "api_trap", "haste,links"];
        signs.sort_by_key(|it| certainty(it));
        assert_eq!(signs, ["haste,links", "haste,page_trap,links", "blocked", "api_trap"]);
    }

    #[test]
    fn a_week_ends_on_monday_at_eight_where_the_firm_is() {
        let last = |now: &str, zone: Tz| last_monday(now.parse().expect("a time"), zone).to_rfc3339();
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(last("2026-03-02T06:59:59Z", berlin), "2026-02-23T07:00:00+00:00", "a second before");
        assert_eq!(last("2026-03-02T07:00:00Z", berlin), "2026-03-02T07:00:00+00:00");
        assert_eq!(last("2026-03-08T22:30:00Z", berlin), "2026-03-02T07:00:00+00:00", "Sunday there too");
        assert_eq!(last("2026-04-05T23:00:00Z", berlin), "2026-03-30T06:00:00+00:00", "in summer time");
        assert_eq!(last("2026-03-01T20:00:00Z", chrono_tz::Pacific::Auckland), "2026-03-01T19:00:00+00:00");
    }
}
