//! What this node tells its sockets: events wake one reader of rows, and it tells everybody who follows.
//!
//! The rows are the stream. An event says only which session to look at; several are read at once. While other nodes
//! cannot be heard, one look a second finds what they have changed, for all sockets of this node together.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::Duration as Days;
use database::entity::{chat_messages as lines, chat_notes as notes, chat_sessions as sessions};
use uuid::Uuid;

use super::frames::{ChatColleague, ChatSession, Side};
use super::presence::{Page, Presences};
use super::settings::Chat as Settings;
use super::{store, view};
use crate::app::App;
use crate::cluster::{Chat, Event};
use crate::error::Result;
use crate::platform::entity::Entity;
use crate::platform::known_names::NamesById;
use crate::platform::live::{Post, Topic};
use crate::platform::staff as people;
use crate::storage::Engine;

/// Between two looks at rows while other nodes cannot be heard.
const LOOK: Duration = Duration::from_secs(1);
/// How far back such a look goes: clocks differ, and commits are not seen in the order of their times.
const BACK: Days = Days::seconds(30);
/// Lines that are read without anybody having asked for older ones.
const TAIL: i64 = 4;
/// Sessions of one read, and lines of one session.
const CHUNK: usize = 200;

/// What chats keep in this process.
#[derive(Default)]
pub struct Kept {
    work: Mutex<Work>,
    pub(super) presence: Presences,
}

#[derive(Default)]
struct Work {
    sessions: HashSet<Uuid>,
    desk: bool,
    /// A task reads rows.
    reading: bool,
    /// A task looks for changes of other nodes.
    looking: bool,
    /// The newest line and note of each followed session that was told.
    told: HashMap<Uuid, (i64, i64)>,
    colleagues: Vec<ChatColleague>,
}

/// What the seats are told.
#[derive(Debug)]
pub enum Told {
    Changed(Box<Changed>),
    Typing { session: Uuid, from: Side, staff: Option<(Uuid, String)>, on: bool },
    Presence { session: Uuid, on: bool, page: Option<Page> },
    Staff(Vec<ChatColleague>),
}

/// A session as it is now, with its newest lines and notes.
#[derive(Debug)]
pub struct Changed {
    pub row: sessions::Model,
    pub session: ChatSession,
    pub lines: Vec<lines::Model>,
    pub notes: Vec<notes::Model>,
    pub names: NamesById,
}

impl Kept {
    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passes on an event to those who follow.
pub fn follow(app: &App, event: &Event) {
    match event {
        Event::Chat(Chat::Changed(session)) if is_followed(app, *session) => {
            app.chat.work().sessions.insert(*session);
            wake(app);
        }
        Event::Chat(Chat::Desk) | Event::StaffChanged(_) if app.hub.has(&Topic::Kind(Entity::Chat)) => {
            app.chat.work().desk = true;
            wake(app);
        }
        Event::Chat(Chat::Typing { session, staff, on }) => {
            let (app, session, staff, on) = (app.clone(), *session, *staff, *on);
            if app.hub.has(&Topic::Thing(Entity::Chat, session)) {
                tokio::spawn(async move { typing(&app, session, staff, on).await });
            }
        }
        Event::Chat(Chat::Present { socket, session, on, page })
            if app.chat.presence.put(*session, *socket, *on, page.as_ref()) =>
        {
            let on = app.chat.presence.is_online(*session);
            say(app, &[Topic::Kind(Entity::Chat)], Told::Presence { session: *session, on, page: page.clone() });
        }
        Event::Everything => {
            let followed = app.hub.things(Entity::Chat);
            put_back(app, followed, true);
            wake(app);
        }
        _ => {}
    }
}

/// Watches for what other nodes change, as long as somebody follows chats here.
pub fn watch(app: &App) {
    if Engine::of(app.storage.read()).is_shared() && !std::mem::replace(&mut app.chat.work().looking, true) {
        tokio::spawn(look_until_nobody_follows(app.clone()));
    }
}

/// Those who take chats, as of now.
///
/// # Errors
/// The database is unavailable.
pub async fn colleagues(app: &App) -> Result<Vec<ChatColleague>> {
    let (conn, settings) = (app.storage.read(), app.settings.get());
    let alive = settings.part::<Settings>().away_before(app.clock.now());
    let names = people::names(app).await?;
    let active = store::active_by_staff(conn).await?;
    let mut all: Vec<ChatColleague> = store::desk(conn)
        .await?
        .into_iter()
        .filter_map(|row| {
            Some(ChatColleague {
                staff_id: row.staff_id,
                name: names.get(&row.staff_id)?.clone(),
                available: row.is_available && row.seen_at >= alive,
                active: active.get(&row.staff_id).copied().unwrap_or(0),
            })
        })
        .collect();
    all.sort_by(|a, b| (&a.name, a.staff_id).cmp(&(&b.name, b.staff_id)));
    Ok(all)
}

fn is_followed(app: &App, session: Uuid) -> bool {
    app.hub.has(&Topic::Kind(Entity::Chat)) || app.hub.has(&Topic::Thing(Entity::Chat, session))
}

fn say(app: &App, topics: &[Topic], told: Told) {
    app.hub.post(topics, &Post::Word(Arc::new(told)));
}

async fn typing(app: &App, session: Uuid, staff: Option<Uuid>, on: bool) {
    let names = people::names(app).await.unwrap_or_default();
    let staff = staff.map(|id| (id, names.get(&id).cloned().unwrap_or_default()));
    let from = if staff.is_some() { Side::Staff } else { Side::Visitor };
    say(app, &[Topic::Thing(Entity::Chat, session)], Told::Typing { session, from, staff, on });
}

/// Starts the reader, unless it runs.
fn wake(app: &App) {
    if !std::mem::replace(&mut app.chat.work().reading, true) {
        tokio::spawn(read_all(app.clone()));
    }
}

/// Says that no reader runs if this one ends unexpectedly.
struct Reading {
    app: App,
    ended: bool,
}

impl Drop for Reading {
    fn drop(&mut self) {
        if !self.ended {
            self.app.chat.work().reading = false;
        }
    }
}

async fn read_all(app: App) {
    let mut reading = Reading { app: app.clone(), ended: false };
    loop {
        let (some, desk) = {
            let mut work = app.chat.work();
            let some: Vec<Uuid> = work.sessions.iter().take(CHUNK).copied().collect();
            for id in &some {
                work.sessions.remove(id);
            }
            let desk = std::mem::take(&mut work.desk);
            if some.is_empty() && !desk {
                // Under the lock: whoever adds work from here on starts another reader.
                work.reading = false;
                reading.ended = true;
                return;
            }
            (some, desk)
        };
        if let Err(error) = read(&app, &some, desk).await {
            tracing::warn!(%error, "chats cannot be read; they will be in a moment");
            put_back(&app, some, desk);
            if tokio::time::timeout(LOOK, app.stopping.cancelled()).await.is_ok() {
                return;
            }
        }
    }
}

/// Leaves work for the reader.
fn put_back(app: &App, sessions: Vec<Uuid>, desk: bool) {
    let mut work = app.chat.work();
    work.sessions.extend(sessions);
    work.desk |= desk;
}

/// Reads some sessions, and tells those who follow them.
async fn read(app: &App, ids: &[Uuid], mut desk: bool) -> Result<()> {
    let conn = app.storage.read();
    let rows = store::by_ids(conn, ids).await?;
    let names = people::names(app).await?;
    for (session, row) in view::for_staff(app, &rows).await?.into_iter().zip(rows) {
        let id = row.session_id;
        let mut changed = Changed { row, session, lines: Vec::new(), notes: Vec::new(), names: Arc::clone(&names) };
        if app.hub.has(&Topic::Thing(Entity::Chat, id)) {
            let told = app.chat.work().told.get(&id).copied();
            let (line, note) = told.unwrap_or((changed.row.last_seq - TAIL, changed.row.last_note_seq - TAIL));
            changed.lines = store::redacted_after(conn, id, changed.row.changed_at - Days::seconds(10)).await?;
            changed.lines.retain(|redacted| redacted.seq <= line);
            changed.lines.extend(store::lines_after(conn, id, line, CHUNK as u64).await?);
            changed.notes = store::notes_after(conn, id, note).await?;
            let last = changed.lines.last().map_or(line, |last| last.seq.max(line));
            let last_note = changed.notes.last().map_or(note, |last| last.note_seq);
            app.chat.work().told.insert(id, (last, last_note));
        } else {
            app.chat.work().told.remove(&id);
        }
        desk = true;
        let topics = [Topic::Kind(Entity::Chat), Topic::Thing(Entity::Chat, id)];
        say(app, &topics, Told::Changed(Box::new(changed)));
    }
    if desk && app.hub.has(&Topic::Kind(Entity::Chat)) {
        let now = colleagues(app).await?;
        let is_new = {
            let mut work = app.chat.work();
            let is_new = work.colleagues != now;
            work.colleagues.clone_from(&now);
            is_new
        };
        if is_new {
            say(app, &[Topic::Kind(Entity::Chat)], Told::Staff(now));
        }
    }
    Ok(())
}

async fn look_until_nobody_follows(app: App) {
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut known: HashMap<Uuid, i64> = HashMap::new();
    let mut heard = true;
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = app.stopping.cancelled() => return,
        }
        {
            // Under this lock: whoever takes a seat from here on finds that nobody looks.
            let mut work = app.chat.work();
            if app.hub.things(Entity::Chat).is_empty() && !app.hub.has(&Topic::Kind(Entity::Chat)) {
                work.looking = false;
                work.told.clear();
                return;
            }
        }
        app.chat.presence.sweep();
        if app.link.as_ref().is_some_and(crate::cluster::Link::is_connected) {
            heard = true;
            continue;
        }
        let Ok(changed) = store::changed_after(app.storage.read(), app.clock.now() - BACK).await else { continue };
        // After the last event of another node everything of the window counts as new.
        let fresh: Vec<Uuid> = changed
            .iter()
            .filter(|(id, version)| heard || known.get(id) != Some(version))
            .map(|(id, _)| *id)
            .filter(|id| is_followed(&app, *id))
            .collect();
        heard = false;
        known = changed.into_iter().collect();
        put_back(&app, fresh, true);
        wake(&app);
    }
}
