//! Tells by email that emails were given up: whoever manages settings may not look at the dashboard for days.

use std::collections::HashMap;

use chrono::Duration;
use serde::Serialize;

use super::fault::Fault;
use super::{Letter, MAILS_FAILED, Mail, store};
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::Platform;
use crate::platform::audit::{self, Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::notices::{self, News, To};
use crate::platform::permission::Permission;

/// A server that rejects everything must not be told of a thousand times.
const AT_MOST_EVERY: Duration = Duration::days(1);
/// Entries that say that a mail was given up.
pub(super) const GIVEN_UP: &str = "mail.given_up";
const REPORTED: &str = "mail.failures_reported";

/// Reports the emails that were given up since the last report, if there are any and the last one is a day old. The
/// emails and the entry that records them are one unit, so a job that runs twice sends once.
///
/// # Errors
/// The database is unavailable; the next run tries again.
pub(super) async fn report_failures(platform: &Platform) -> Result<()> {
    let (conn, now) = (platform.storage.read(), platform.clock.now());
    let last = audit::last_time(conn, REPORTED).await?;
    if last.is_some_and(|last| last + AT_MOST_EVERY > now) {
        return Ok(());
    }
    // An installation that never reported anything does not begin with its past.
    let since = last.unwrap_or(now - AT_MOST_EVERY);
    let entries = audit::since(conn, GIVEN_UP, since).await?;
    let fact = |changes: &Option<serde_json::Value>, name: &str| {
        changes.as_ref().and_then(|it| it[name]["to"].as_str().map(str::to_owned)).unwrap_or_default()
    };
    // A report that nobody took is no reason for another one.
    let others = entries.iter().filter(|entry| fact(&entry.changes, "template") != MailsFailed::TEMPLATE);
    let failed: Vec<String> = others.map(|entry| fact(&entry.changes, "reason")).collect();
    if failed.is_empty() || !store::any_failed(conn).await? {
        return Ok(());
    }
    let holders = To::Holders(Permission::Settings);
    let people = notices::mail_to(platform, &MAILS_FAILED, &News::default(), holders).await?;
    if people.is_empty() {
        return Ok(());
    }
    let link = platform.config.server.link("/admin/");
    let mut mails = Vec::with_capacity(people.len());
    for (name, address) in people {
        let letter = MailsFailed {
            name,
            number: failed.len(),
            since: platform.settings.get().hours.moment(since, None),
            reasons: reasons(&failed),
            link: link.clone(),
        };
        mails.push(Mail::new(&address, &letter).row(platform)?);
    }
    let changes = Changes::none().fact("emails", failed.len()).fact("recipients", mails.len());
    let from = RequestInfo::internal();
    let entry = Entry { actor: None, action: REPORTED, entity: (Entity::Mail, None), changes, from: &from }
        .row(&platform.ids, now);
    super::send_noted(platform, mails, entry).await
}

/// Why they were given up: the most frequent first.
fn reasons(failed: &[String]) -> Vec<Reason> {
    let mut often: HashMap<&str, usize> = HashMap::new();
    for words in failed {
        *often.entry(words).or_default() += 1;
    }
    let mut reasons: Vec<_> =
        often.into_iter().map(|(words, number)| Reason { number, words: words.to_owned() }).collect();
    reasons.sort_by(|a, b| b.number.cmp(&a.number).then_with(|| a.words.cmp(&b.words)));
    reasons
}

/// To people who manage settings: emails could not be delivered.
#[derive(Serialize)]
pub struct MailsFailed {
    name: String,
    number: usize,
    since: String,
    reasons: Vec<Reason>,
    link: String,
}

/// One reason, and how many emails it holds for.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Reason {
    number: usize,
    words: String,
}

impl Letter for MailsFailed {
    const TEMPLATE: &'static str = "mails_failed";

    fn sample() -> Self {
        Self {
            name: "Ben".into(),
            number: 3,
            since: "5 January 2026, 10:30 CET".into(),
            reasons: reasons(&[Fault::Rejected, Fault::Silent, Fault::Rejected].map(|it| it.in_words().to_owned())),
            link: "http://localhost:5500/admin/".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_reason_comes_first() {
        let reason = |number, words: &str| Reason { number, words: words.to_owned() };
        let failed = ["silent", "rejected", "busy", "rejected", "busy"].map(str::to_owned);
        assert_eq!(reasons(&failed), [reason(2, "busy"), reason(2, "rejected"), reason(1, "silent")]);
    }
}
