//! Sample messages, chats, people and texts to try the program with, and their complete removal.
//!
//! Table: `sample_rows`, which records each sample row. Sample data consists of rows that other slices own, so this
//! slice alone writes to their tables. Permissions: all that the sample people have, in effect an admin's.

mod api;
mod maker;
mod sentences;
mod store;
mod talks;
mod trail;
mod words;

pub use store::{Removed, any, would_be_beside_clients};
pub use trail::make_trail;

use chrono::{DateTime, Utc};
use database::entity::idempotency_keys;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::RequestInfo;
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::idempotency;
use crate::platform::slice::{Brings, Slice};
use crate::storage::fold;
use maker::{Conversation, Maker};
use talks::Talk;

pub const SLICE: Slice<App> = Slice {
    api: api::routes,
    brings: Brings { sentences: sentences::sentences, ..Brings::NOTHING },
    ..Slice::new("samples")
};

/// Rows per unit: takes far less than 50 ms.
const CHUNK: usize = 200;
/// Number of units after which their counts are folded.
const CHUNKS: usize = 20;

/// What to make.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub messages: usize,
    pub chats: usize,
    /// The same seed makes the same data.
    pub seed: u64,
    /// Messages have a tag, people and texts a name that says that they are samples: for a firm that also has real ones.
    pub marked: bool,
}

/// Creates people, canned replies, and messages and chats of the last twelve months. Returns the number of people. `keep`
/// creates the row that lets a repeated request get the same response. It is written with the last unit, so that after an interruption the caller learns that some samples exist.
///
/// # Errors
/// A unique violation if the samples of this seed already exist.
pub async fn make(
    app: &App,
    actor: Option<Uuid>,
    from: &RequestInfo,
    wanted: Wanted,
    keep: impl FnOnce(usize) -> Result<Option<idempotency_keys::Model>>,
) -> Result<usize> {
    let services = app.settings.get().services.iter().map(|service| service.slug.clone()).collect();
    let Wanted { messages, chats, seed, marked } = wanted;
    let mut maker = Maker::new(seed, app.clock.now(), services, marked);
    let people = maker.people();
    let canned = maker.canned();
    let staff = people.len();
    app.storage
        .write((people, canned), |tx, (people, canned)| Box::pin(store::insert_people(tx, people, canned)))
        .await?;
    let mut times: Vec<DateTime<Utc>> = (0..messages).map(|_| maker.moment()).collect();
    times.sort_unstable();
    for times in times.chunks(CHUNK * CHUNKS) {
        for times in times.chunks(CHUNK) {
            let chunk: Vec<Conversation> = times.iter().map(|at| maker.conversation(*at)).collect();
            app.storage.write(chunk, |tx, chunk| Box::pin(store::insert(tx, chunk))).await?;
        }
        // The command line has no background task for this.
        fold(&app.storage).await?;
    }
    let mut times: Vec<DateTime<Utc>> = (0..chats).map(|_| maker.moment()).collect();
    times.sort_unstable();
    for times in times.chunks(CHUNK) {
        let chunk: Vec<Talk> = times.iter().map(|at| maker.talk(*at)).collect();
        app.storage.write(chunk, |tx, chunk| Box::pin(store::insert_talks(tx, chunk))).await?;
    }
    // The command line has no background task for this.
    fold(&app.storage).await?;
    let changes = Changes::none().fact("messages", messages).fact("chats", chats).fact("seed", seed);
    note(app, actor, from, "demo.created", changes, keep(staff)?).await?;
    Ok(staff)
}

/// Removes all sample data with everything attached to it. Messages and texts of real people stay.
pub async fn remove(app: &App, actor: Option<Uuid>, from: &RequestInfo) -> Result<Removed> {
    let mut removed = Removed::default();
    let now = app.clock.now();
    loop {
        let gone = app.storage.write((), move |tx, ()| Box::pin(store::remove_messages(tx, CHUNK as u64, now))).await?;
        removed.messages += gone;
        if gone < CHUNK as u64 {
            break;
        }
    }
    loop {
        let gone = app.storage.write((), move |tx, ()| Box::pin(store::remove_talks(tx, CHUNK as u64, now))).await?;
        removed.chats += gone;
        if gone < CHUNK as u64 {
            break;
        }
    }
    let (staff, canned) =
        app.storage.write(Platform::clone(app), |tx, platform| Box::pin(store::remove_people(tx, platform))).await?;
    // Counts refer to people.
    fold(&app.storage).await?;
    (removed.staff, removed.canned_replies) = (staff, canned);
    if removed == Removed::default() {
        return Err(Error::Conflict("There is no sample data here.".into()));
    }
    let changes = Changes::none()
        .fact("messages", removed.messages)
        .fact("chats", removed.chats)
        .fact("staff", removed.staff)
        .fact("cannedReplies", removed.canned_replies);
    note(app, actor, from, "demo.removed", changes, None).await?;
    Ok(removed)
}

async fn note(
    app: &App,
    actor: Option<Uuid>,
    from: &RequestInfo,
    action: &'static str,
    changes: Changes,
    kept: Option<idempotency_keys::Model>,
) -> Result<()> {
    let entry = Entry { actor, action, entity: (Entity::Samples, None), changes, from }.row(&app.ids, app.clock.now());
    app.storage
        .write((entry, kept), |tx, (entry, kept)| {
            Box::pin(async move {
                idempotency::write(tx.conn(), kept.as_ref()).await?;
                tx.audit(entry.clone());
                store::announce(tx);
                Ok(())
            })
        })
        .await
}
