//! The worker that delivers what the outbox holds.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use database::entity::outbox::Lane;
use database::entity::{audit_logs, notifications, outbox};
use futures_util::future::join_all;
use uuid::Uuid;

use super::draft::Rendered;
use super::fault::Fault;
use super::mailer::{Mailer, SendError};
use super::trouble::MailTrouble;
use super::{MAIL_FAILED, report, retry, store};
use crate::cluster::{Bus, Event, Heard, Recent};
use crate::error::{Error, Result};
use crate::http::RequestInfo;
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::notices::{self as notices, News, To};
use crate::storage::Tx;

/// Mails leased at once. Even a server that lets each of them time out is done with them within the lease.
const BATCH: u64 = 5;
/// A server that takes longer for one mail is down.
const LONGEST: Duration = Duration::from_secs(20);
/// Between two mails. Requests come first, and no mail server likes a flood.
const PAUSE: Duration = Duration::from_millis(20);
/// The longest sleep; a mail whose time has come on another node's clock is found by it.
const LOOK: Duration = Duration::from_secs(30);
/// After this time somebody asks where a mail stays.
const BEHIND: chrono::Duration = chrono::Duration::minutes(10);

const LANES: [Lane; 2] = [Lane::Prompt, Lane::Bulk];

/// Mails of a lane that are handed over side by side. All of them together are the connections to the mail server.
const fn at_once(lane: Lane) -> u32 {
    match lane {
        Lane::Prompt => 2,
        Lane::Bulk => 4,
    }
}

/// Connections to the mail server that the lanes use.
pub(super) const CONNECTIONS: u32 = at_once(Lane::Prompt) + at_once(Lane::Bulk);

/// The way out of this process.
pub struct Outbox {
    mailer: Mailer,
    pub(super) trouble: Recent<DateTime<Utc>, Option<MailTrouble>>,
}

impl Outbox {
    pub fn new(mailer: Mailer, bus: &Bus) -> Self {
        Self { mailer, trouble: Recent::new(bus, |event| *event == Event::MailQueued) }
    }
}

/// Delivers until the program ends, each lane by itself.
pub async fn deliver_until_stopped(platform: Platform) {
    join_all(LANES.map(|lane| follow(&platform, lane))).await;
}

async fn follow(platform: &Platform, lane: Lane) {
    let owner = platform.ids.next(platform.clock.now());
    let mut events = platform.bus.subscribe();
    loop {
        let wait = match deliver_lane(platform, lane, owner).await {
            Ok(()) => until_next(platform, lane).await,
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read");
                Duration::from_secs(5)
            }
        };
        let sleep = tokio::time::sleep(wait);
        tokio::pin!(sleep);
        loop {
            tokio::select! {
                () = &mut sleep => break,
                () = platform.stopping.cancelled() => return,
                event = events.next() => match event {
                    Heard::Event(Event::MailQueued) | Heard::Missed => break,
                    Heard::Event(_) => {}
                    Heard::Closed => return,
                },
            }
        }
    }
}

async fn until_next(platform: &Platform, lane: Lane) -> Duration {
    let now = platform.clock.now();
    match store::next_due(platform.storage.read(), lane).await {
        Ok(Some(due)) => (due - now).to_std().unwrap_or(PAUSE).clamp(PAUSE, LOOK),
        _ => LOOK,
    }
}

/// True while a mail that could have left waits for longer than its readers would.
pub(super) async fn is_behind(platform: &Platform) -> Result<bool> {
    Ok(store::waits_since(platform.storage.read(), platform.clock.now() - BEHIND).await?)
}

/// Delivers everything that is due now.
pub async fn deliver_due(platform: &Platform, owner: Uuid) -> Result<()> {
    let outcomes = join_all(LANES.map(|lane| deliver_lane(platform, lane, owner))).await;
    outcomes.into_iter().collect()
}

/// Delivers what is due in one lane.
async fn deliver_lane(platform: &Platform, lane: Lane, owner: Uuid) -> Result<()> {
    loop {
        let now = platform.clock.now();
        let mails = platform
            .storage
            .write((), move |tx, ()| {
                Box::pin(async move { Ok(store::lease(tx.conn(), lane, owner, now, now + store::LEASE, BATCH).await?) })
            })
            .await?;
        if mails.is_empty() {
            return Ok(());
        }
        let waiting = Mutex::new(VecDeque::from(mails));
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        // After a fault everybody finishes the mail at hand, which the mail server may have taken already, and takes no more.
        let broken = AtomicBool::new(false);
        let work = || async {
            while !platform.stopping.is_cancelled() && !broken.load(Ordering::Relaxed) {
                let Some(mail) = next() else { break };
                let delivered = deliver(platform, owner, mail).await;
                delivered.inspect_err(|_| broken.store(true, Ordering::Relaxed))?;
                tokio::time::sleep(PAUSE).await;
            }
            Ok::<_, Error>(())
        };
        let outcomes = join_all((0..at_once(lane)).map(|_| work())).await;
        // Whoever starts next shall not wait for the end of a lease that nobody uses.
        let rest: Vec<Uuid> = std::iter::from_fn(next).map(|mail| mail.id).collect();
        if !rest.is_empty() {
            platform
                .storage
                .write(rest, move |tx, rest| {
                    Box::pin(async move { Ok(store::give_back(tx.conn(), rest.clone(), owner).await?) })
                })
                .await?;
        }
        outcomes.into_iter().collect::<Result<()>>()?;
        if platform.stopping.is_cancelled() {
            return Ok(());
        }
    }
}

async fn deliver(platform: &Platform, owner: Uuid, mail: outbox::Model) -> Result<()> {
    let outcome = match Rendered::of(platform, &platform.settings.get(), &mail) {
        Ok(rendered) => platform.outbox.send_now(&rendered, platform.clock.now()).await,
        Err(error) => Err(SendError::from(error)),
    };
    let (id, now) = (mail.id, platform.clock.now());
    let Err(error) = outcome else { return mark_sent(platform, owner, &mail).await };
    let again =
        if error.permanent { None } else { retry::wait_after(mail.attempts, rand::random()).map(|wait| now + wait) };
    // The reason may quote the address, so it goes to the table that staff see and not to the log.
    tracing::warn!(mail = %id, template = %mail.template, attempts = mail.attempts, given_up = again.is_none(), why = error.fault.in_words(), "an email was not accepted");
    let refusal = Refusal { reason: error.reason.chars().take(500).collect(), fault: error.fault, again };
    let last = if again.is_none() { Some(given_up(platform, &mail, error.fault).await?) } else { None };
    platform
        .storage
        .write((platform.clone(), mail, refusal, last), move |tx, (platform, mail, refusal, last)| {
            Box::pin(async move {
                store::refused(tx.conn(), id, owner, refusal).await?;
                if let Some((entry, notices)) = last {
                    tx.audit(entry.clone());
                    tx.notify(notices.clone());
                    tx.publish(about(mail).0.notice("mail_failed", mail.entity_id));
                    settle(tx, platform, mail, false).await?;
                }
                Ok(())
            })
        })
        .await
}

/// What becomes of a mail that was not taken.
pub(super) struct Refusal {
    pub reason: String,
    pub fault: Fault,
    /// When it is tried again; none: it is given up.
    pub again: Option<DateTime<Utc>>,
}

/// What a mail is about, or the mail itself.
fn about(mail: &outbox::Model) -> (Entity, Uuid) {
    let known = mail.entity_type.as_deref().and_then(Entity::of);
    known.zip(mail.entity_id).unwrap_or((Entity::Mail, mail.id))
}

/// Lets the slice of a mail take note of what became of it.
async fn settle(tx: &Tx<'_>, platform: &Platform, mail: &outbox::Model, delivered: bool) -> Result<()> {
    match platform.letter(&mail.template).and_then(|kind| kind.settled) {
        Some(note) => note(tx, platform, mail, delivered).await,
        None => Ok(()),
    }
}

/// What a mail leaves that is given up: an audit entry, and notices for those who may see what it is about.
async fn given_up(
    platform: &Platform,
    mail: &outbox::Model,
    fault: Fault,
) -> Result<(audit_logs::Model, Vec<notifications::Model>)> {
    let (kind, id) = about(mail);
    // A mail to a colleague is about that person, and whoever manages people hears of it; the notice names nobody.
    let entity = Some((kind, id)).filter(|_| kind.is_looked_at());
    let news = News { entity, detail: Some(mail.template.clone()), ..News::default() };
    let notices = notices::rows(platform, &MAIL_FAILED, &news, To::Holders(kind.needs())).await?;
    let changes = Changes::none()
        .fact("template", &mail.template)
        .fact("attempts", mail.attempts)
        .fact("reason", fault.in_words());
    let from = RequestInfo::internal();
    let noted = if kind.is_looked_at() { (kind, Some(id)) } else { (Entity::Mail, Some(mail.id)) };
    let entry = Entry { actor: None, action: report::GIVEN_UP, entity: noted, changes, from: &from };
    Ok((entry.row(&platform.ids, platform.clock.now()), notices))
}

/// Notes that the next server has a mail, and tells who has its message open. It must be noted, or the mail goes out
/// again: so this is tried until the lease is nearly over.
async fn mark_sent(platform: &Platform, owner: Uuid, mail: &outbox::Model) -> Result<()> {
    let id = mail.id;
    // Whoever has it open sees that its mail left.
    let open = Some(about(mail)).filter(|(kind, _)| kind.is_looked_at());
    let mut tries = 0;
    loop {
        let now = platform.clock.now();
        let marked = platform
            .storage
            .write((platform.clone(), mail.clone()), move |tx, (platform, mail)| {
                Box::pin(async move {
                    store::sent(tx.conn(), id, owner, now).await?;
                    store::hurry(tx.conn(), now).await?;
                    settle(tx, platform, mail, true).await?;
                    if let Some((kind, id)) = open {
                        tx.publish(kind.notice("message_changed", Some(id)));
                    }
                    Ok(())
                })
            })
            .await;
        match marked {
            Err(error) if tries < 20 => {
                tracing::warn!(mail = %id, %error, "an email was sent but cannot be marked as sent yet");
                tries += 1;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            outcome => return outcome,
        }
    }
}

impl Outbox {
    /// Hands one mail over now, past the queue. For a person who waits for what comes of it.
    pub(super) async fn send_now(&self, mail: &Rendered, now: DateTime<Utc>) -> Result<(), SendError> {
        tokio::time::timeout(LONGEST, self.mailer.send(mail, now))
            .await
            .unwrap_or_else(|_| Err(SendError::passing(Fault::Silent, "the mail server took too long")))
    }
}

/// Deletes mails that were delivered or given up long ago: what they said stands in the thread.
pub async fn clean_up(platform: &Platform) -> Result<()> {
    let before = platform.settings.get().privacy.mails_before(platform.clock.now());
    platform.delete_in_chunks(store::over_since(before), outbox::Column::Id).await
}
