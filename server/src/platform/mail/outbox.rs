//! The worker that delivers what the outbox holds.

use std::time::Duration;

use database::entity::{audit_logs, notifications, outbox};
use uuid::Uuid;

use super::draft::Rendered;
use super::mailer::{Mailer, SendError};
use super::{retry, store};
use crate::app::App;
use crate::cluster::{Event, Notice};
use crate::error::Result;
use crate::http::RequestInfo;
use crate::jobs::delete_in_chunks;
use crate::platform::audit::{Changes, Entry};
use crate::platform::notices::{self as notices, News, To};
use crate::platform::permission::Permission;

/// Mails leased at once. Even a server that lets each of them time out is done with them within the lease.
const BATCH: u64 = 5;
/// A server that takes longer for one mail is down.
const LONGEST: Duration = Duration::from_secs(20);
/// Between two mails. Requests come first, and no mail server likes a flood.
const PAUSE: Duration = Duration::from_millis(20);
/// The longest sleep; a mail whose time has come on another node's clock is found by it.
const LOOK: Duration = Duration::from_secs(30);

/// The way out of this process.
pub struct Outbox {
    mailer: Mailer,
}

impl Outbox {
    pub fn new(mailer: Mailer) -> Self {
        Self { mailer }
    }
}

/// Delivers until the program ends.
pub async fn deliver_until_stopped(app: App) {
    let owner = app.ids.next(app.clock.now());
    let mut events = app.bus.subscribe();
    loop {
        let wait = match deliver_due(&app, owner).await {
            Ok(()) => until_next(&app).await,
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
                () = app.stopping.cancelled() => return,
                event = events.recv() => match event {
                    Ok(Event::MailQueued) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => break,
                    Ok(_) => {}
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
                },
            }
        }
    }
}

async fn until_next(app: &App) -> Duration {
    let now = app.clock.now();
    match store::next_due(app.storage.read()).await {
        Ok(Some(due)) => (due - now).to_std().unwrap_or(PAUSE).clamp(PAUSE, LOOK),
        _ => LOOK,
    }
}

/// True while a mail waits for longer than its readers would.
pub async fn is_behind(app: &App) -> Result<bool> {
    Ok(store::waits_since(app.storage.read(), app.clock.now() - chrono::Duration::minutes(10)).await?)
}

/// Delivers everything that is due now.
pub async fn deliver_due(app: &App, owner: Uuid) -> Result<()> {
    loop {
        let now = app.clock.now();
        let mails = app
            .storage
            .write((), move |tx, ()| {
                Box::pin(async move { Ok(store::lease(tx.conn(), owner, now, now + store::LEASE, BATCH).await?) })
            })
            .await?;
        if mails.is_empty() {
            return Ok(());
        }
        let mut mails = mails.into_iter();
        while let Some(mail) = mails.next() {
            deliver(app, owner, mail).await?;
            if app.stopping.is_cancelled() {
                // Whoever starts next shall not wait for the end of a lease that nobody uses.
                let rest: Vec<Uuid> = mails.map(|mail| mail.id).collect();
                return app
                    .storage
                    .write(rest, move |tx, rest| {
                        Box::pin(async move { Ok(store::give_back(tx.conn(), rest.clone(), owner).await?) })
                    })
                    .await;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn deliver(app: &App, owner: Uuid, mail: outbox::Model) -> Result<()> {
    let outcome = match Rendered::of(app, &app.settings.get(), &mail) {
        Ok(rendered) => app.outbox.send_now(&rendered, app.clock.now()).await,
        Err(error) => Err(SendError::from(error)),
    };
    let (id, now) = (mail.id, app.clock.now());
    let Err(error) = outcome else { return mark_sent(app, owner, &mail).await };
    let again =
        if error.permanent { None } else { retry::wait_after(mail.attempts, rand::random()).map(|wait| now + wait) };
    // The reason may quote the address, so it goes to the table that staff see and not to the log.
    tracing::warn!(mail = %id, template = %mail.template, attempts = mail.attempts, given_up = again.is_none(), "a mail was not taken");
    let reason: String = error.reason.chars().take(500).collect();
    let last = if again.is_none() { Some(given_up(app, &mail).await?) } else { None };
    app.storage
        .write((mail, reason, last), move |tx, (mail, reason, last)| {
            Box::pin(async move {
                store::refused(tx.conn(), id, owner, reason, again).await?;
                if let Some((entry, notices)) = last {
                    tx.audit(entry.clone());
                    tx.notify(notices.clone());
                    let entity = if mail.entity_type.as_deref() == Some("message") { "message" } else { "staff" };
                    tx.publish(Event::Notice(Notice { kind: "mail_failed", entity, id: mail.entity_id }));
                }
                Ok(())
            })
        })
        .await
}

/// What a mail leaves that is given up: an audit entry, and notices for those who can send it again.
async fn given_up(app: &App, mail: &outbox::Model) -> Result<(audit_logs::Model, Vec<notifications::Model>)> {
    let about = match (mail.entity_type.as_deref(), mail.entity_id) {
        (Some("message"), Some(id)) => Some(("message", id)),
        _ => None,
    };
    let news = News { entity: about, detail: Some(mail.template.clone()), ..News::default() };
    let to = To::Holders(Permission::Messages);
    let notices = notices::rows(app, notices::Event::MailFailed, &news, to).await?;
    let changes = Changes::none().fact("template", &mail.template).fact("attempts", mail.attempts);
    let (kind, id) = about.unwrap_or(("mail", mail.id));
    let from = RequestInfo::internal();
    let entry = Entry { actor: None, action: "mail.given_up", entity: (kind, Some(id)), changes, from: &from };
    Ok((entry.row(&app.ids, app.clock.now()), notices))
}

/// Notes that the next server has a mail, and tells who has its message open. It must be noted, or the mail goes out
/// again: so this is tried until the lease is nearly over.
async fn mark_sent(app: &App, owner: Uuid, mail: &outbox::Model) -> Result<()> {
    let id = mail.id;
    let message = mail.entity_id.filter(|_| mail.entity_type.as_deref() == Some("message"));
    let mut tries = 0;
    loop {
        let now = app.clock.now();
        let marked = app
            .storage
            .write((), move |tx, ()| {
                Box::pin(async move {
                    store::sent(tx.conn(), id, owner, now).await?;
                    if message.is_some() {
                        tx.publish(Event::Notice(Notice { kind: "message_changed", entity: "message", id: message }));
                    }
                    Ok(())
                })
            })
            .await;
        match marked {
            Err(error) if tries < 20 => {
                tracing::warn!(mail = %id, %error, "a mail was sent and cannot be marked yet");
                tries += 1;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            outcome => return outcome,
        }
    }
}

impl Outbox {
    /// Hands one mail over now, past the queue. For a person who waits for what comes of it.
    pub(super) async fn send_now(&self, mail: &Rendered, now: chrono::DateTime<chrono::Utc>) -> Result<(), SendError> {
        tokio::time::timeout(LONGEST, self.mailer.send(mail, now))
            .await
            .unwrap_or_else(|_| Err(SendError::passing("the mail server took too long")))
    }
}

/// Deletes mails that were delivered or given up long ago: what they said stands in the thread.
pub async fn clean_up(app: &App) -> Result<()> {
    let before = app.settings.get().privacy.mails_before(app.clock.now());
    delete_in_chunks(app, store::over_since(before), outbox::Column::Id).await
}
