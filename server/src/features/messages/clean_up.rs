//! What is kept no longer than it is needed. The settings say how long; the privacy policy of the site says the same.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Condition;

use super::expiry;
use super::settings::Keeping;
use crate::app::App;
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;

/// Rows of one unit.
const CHUNK: u64 = 200;

/// Deletes the network address and program of old messages, and messages whose time is over.
pub async fn clean_up(app: &App) -> Result<()> {
    let now = app.clock.now();
    let settings = app.settings.get();
    let keeping = settings.part::<Keeping>();
    forget_senders(app, keeping.senders_before(now)).await?;
    if let Some(before) = keeping.spam_before(now) {
        delete(app, "spam", move || expiry::spam(before)).await?;
    }
    if let Some(before) = keeping.messages_before(now) {
        delete(app, "finished", move || expiry::finished(before)).await?;
    }
    Ok(())
}

async fn forget_senders(app: &App, before: DateTime<Utc>) -> Result<()> {
    loop {
        let forgotten = app
            .storage
            .write((), move |tx, ()| {
                Box::pin(async move { Ok(expiry::forget_senders(tx.conn(), before, CHUNK).await?) })
            })
            .await?;
        if forgotten < CHUNK || app.stopping.is_cancelled() {
            return Ok(());
        }
    }
}

/// Deletes messages with everything around them, a chunk a unit. Each unit notes how many they were.
async fn delete(
    app: &App,
    why: &'static str,
    which: impl Fn() -> Condition + Copy + Send + Sync + 'static,
) -> Result<()> {
    loop {
        let now = app.clock.now();
        let from = RequestInfo::internal();
        let changes = Changes::none();
        let entry =
            Entry { actor: None, action: "messages.expired", entity: (Entity::Inbox, None), changes, from: &from }
                .row(&app.ids, now);
        let deleted = app
            .storage
            .write(entry, move |tx, entry| {
                Box::pin(async move {
                    let ids = expiry::locked_ids(tx.conn(), which(), CHUNK).await?;
                    let count = ids.len() as u64;
                    if count > 0 {
                        expiry::delete(tx, ids, now).await?;
                        let changes = Changes::none().fact("messages", count).fact("why", why);
                        tx.audit(changes.into_entry(entry.clone()));
                        tx.publish(Entity::Message.notice("message_changed", None));
                    }
                    Ok(count)
                })
            })
            .await?;
        if deleted < CHUNK || app.stopping.is_cancelled() {
            return Ok(());
        }
    }
}
