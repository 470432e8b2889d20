//! What visitors and staff do with a session, each as one unit: by socket and by API alike.

use chrono::{DateTime, Utc};
use database::entity::chat_messages::{self as lines, Happened, Sender};
use database::entity::chat_notes as notes;
use database::entity::chat_sessions::{self as sessions, Status};
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use serde_json::json;
use uuid::Uuid;

use super::rules::{self, By, Deed, Refusal, Stand};
use super::store;
use crate::error::Result;
use crate::ids::Ids;
use crate::platform::entity::Entity;
use crate::platform::files::{self, SentFile};
use crate::platform::permission::Permission;
use crate::platform::staff as people;
use crate::storage::{Tx, email_key, search_text};

/// Characters of a line in a list.
const EXCERPT: usize = 200;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is stored, with this number.
    Stored(i64),
    /// Nothing had to be done, or it was done before: with this number.
    Known(i64),
    Refused(Refusal),
    /// There is no such session.
    Unknown,
    /// The visitor may not write until then.
    Blocked(DateTime<Utc>),
    /// That person cannot be given chats.
    NotForThem,
}

/// Where and when something is done.
#[derive(Clone)]
pub struct Now {
    pub ids: Ids,
    pub at: DateTime<Utc>,
}

/// A line that somebody writes.
#[derive(Debug, Clone)]
pub struct Words {
    pub session: Uuid,
    pub client_id: Option<String>,
    pub content: String,
    /// Uploaded before.
    pub files: Vec<Uuid>,
}

/// Writes a line of a visitor; `new` is the row of the session if there is none yet. True beside the outcome: it waits
/// from now on.
pub async fn say_as_visitor(
    tx: &Tx<'_>,
    now: &Now,
    new: &sessions::Model,
    words: &Words,
    by_link: bool,
) -> Result<(Outcome, bool)> {
    let conn = tx.conn();
    let blocked = store::blocked_until(conn, new.visitor_id, new.ip_address.as_deref(), now.at).await?;
    if let Some(until) = blocked {
        return Ok((Outcome::Blocked(until), false));
    }
    let mut made = false;
    let mut row = match store::locked(conn, words.session).await? {
        Some(row) => row,
        None => {
            made = store::make(conn, new).await?;
            let Some(row) = store::locked(conn, words.session).await? else { return Ok((Outcome::Unknown, false)) };
            row
        }
    };
    if let Some(known) = before(tx, words, Sender::Visitor, None).await? {
        return Ok((known, false));
    }
    let happened = match turn(&mut row, By::Visitor { by_link }, Deed::Say, now.at) {
        Ok(happened) => happened,
        Err(refusal) => return Ok((Outcome::Refused(refusal), false)),
    };
    if let Some(happened) = happened {
        push(tx, now, &mut row, System { happened, who: None }).await?;
    }
    let seq = speak(tx, now, &mut row, words, None).await?;
    row.waiting_since.get_or_insert(now.at);
    row.unread_by_staff += 1;
    if row.visitor_read_seq == seq - 1 {
        row.visitor_read_seq = seq;
    }
    // Nobody is told of what staff have marked as spam.
    let begins = (made || happened.is_some()) && !row.is_spam;
    store::save(tx, row, now.at).await?;
    Ok((Outcome::Stored(seq), begins))
}

/// Writes a line of staff. Whoever writes into a session that waits takes it.
pub async fn say_as_staff(tx: &Tx<'_>, now: &Now, me: Uuid, words: &Words) -> Result<Outcome> {
    // Whoever is leaving at this moment gets nothing more. People are locked before what they have.
    if !people::can_be_given(tx.conn(), me, Permission::Chats).await? {
        return Ok(Outcome::NotForThem);
    }
    let Some(mut row) = store::locked(tx.conn(), words.session).await? else { return Ok(Outcome::Unknown) };
    if let Some(known) = before(tx, words, Sender::Staff, Some(me)).await? {
        return Ok(known);
    }
    match turn(&mut row, By::Staff(me), Deed::Say, now.at) {
        Ok(None) => {}
        Ok(Some(happened)) => push(tx, now, &mut row, System { happened, who: Some(me) }).await.map(drop)?,
        Err(refusal) => return Ok(Outcome::Refused(refusal)),
    }
    // Whoever replies has read what there was.
    read_up_to(tx, &mut row, Sender::Visitor, i64::MAX, now.at).await?;
    let seq = speak(tx, now, &mut row, words, Some(me)).await?;
    row.staff_read_seq = seq;
    row.unread_by_visitor += 1;
    row.waiting_since = None;
    row.first_replied_at.get_or_insert(now.at);
    store::save(tx, row, now.at).await?;
    Ok(Outcome::Stored(seq))
}

/// Changes who has a session, or ends it. Returns the session as it was before, if it changed.
pub async fn act(
    tx: &Tx<'_>,
    now: &Now,
    session: Uuid,
    by: By,
    deed: Deed,
) -> Result<(Outcome, Option<sessions::Model>)> {
    let Some(row) = store::locked(tx.conn(), session).await? else { return Ok((Outcome::Unknown, None)) };
    act_on(tx, now, row, by, deed).await
}

/// The same for a row that is locked already.
pub async fn act_on(
    tx: &Tx<'_>,
    now: &Now,
    mut row: sessions::Model,
    by: By,
    deed: Deed,
) -> Result<(Outcome, Option<sessions::Model>)> {
    if let Deed::Transfer(to) | Deed::Assign(to) = deed
        && !people::can_be_given(tx.conn(), to, Permission::Chats).await?
    {
        return Ok((Outcome::NotForThem, None));
    }
    let before = row.clone();
    let happened = match turn(&mut row, by, deed, now.at) {
        Ok(Some(happened)) => happened,
        Ok(None) => return Ok((Outcome::Known(row.last_seq), None)),
        Err(refusal) => return Ok((Outcome::Refused(refusal), None)),
    };
    let who = match (deed, by) {
        (Deed::Transfer(to) | Deed::Assign(to), _) => Some(to),
        (_, By::Staff(me)) => Some(me),
        // Whoever let the visitor wait.
        (Deed::Release, By::Time) => before.staff_id,
        _ => None,
    };
    let seq = push(tx, now, &mut row, System { happened, who }).await?;
    if row.status == Status::Closed {
        row.waiting_since = None;
    }
    store::save(tx, row, now.at).await?;
    Ok((Outcome::Stored(seq), Some(before)))
}

/// Adds a note for colleagues.
pub async fn add_note(tx: &Tx<'_>, now: &Now, me: Uuid, words: &Words) -> Result<(Outcome, Option<notes::Model>)> {
    let Some(mut row) = store::locked(tx.conn(), words.session).await? else { return Ok((Outcome::Unknown, None)) };
    if let Some(name) = &words.client_id
        && let Some(note) = store::named_note(tx.conn(), row.session_id, name).await?
    {
        let known = note.staff_id == Some(me);
        let outcome = if known { Outcome::Known(note.note_seq) } else { Outcome::Refused(Refusal::Never) };
        return Ok((outcome, Some(note).filter(|_| known)));
    }
    row.last_note_seq += 1;
    let note = notes::Model {
        id: now.ids.next(now.at),
        session_id: row.session_id,
        note_seq: row.last_note_seq,
        client_id: words.client_id.clone(),
        staff_id: Some(me),
        content: words.content.clone(),
        created_at: now.at,
    };
    notes::Entity::insert(note.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    store::save(tx, row, now.at).await?;
    Ok((Outcome::Stored(note.note_seq), Some(note)))
}

/// Notes what the visitor has read.
pub async fn read_as_visitor(tx: &Tx<'_>, session: Uuid, up_to: i64, now: DateTime<Utc>) -> Result<()> {
    let Some(mut row) = store::locked(tx.conn(), session).await? else { return Ok(()) };
    if read_up_to(tx, &mut row, Sender::Staff, up_to, now).await? {
        store::save(tx, row, now).await?;
    }
    Ok(())
}

/// Who the visitor is, as far as they say.
#[derive(Debug, Clone, Default)]
pub struct Details {
    pub name: Option<String>,
    pub email: Option<String>,
    pub topic: Option<String>,
}

/// Writes what the visitor says of themselves.
pub async fn describe(tx: &Tx<'_>, session: Uuid, details: &Details, now: DateTime<Utc>) -> Result<()> {
    let Some(mut row) = store::locked(tx.conn(), session).await? else { return Ok(()) };
    let before = row.clone();
    set_details(&mut row, details);
    if row != before {
        store::save(tx, row, now).await?;
    }
    Ok(())
}

/// The same in a row that is not written yet. What they leave out stays.
pub fn set_details(row: &mut sessions::Model, details: &Details) {
    let set = |field: &mut Option<String>, value: &Option<String>| {
        if value.is_some() {
            field.clone_from(value);
        }
    };
    set(&mut row.visitor_name, &details.name);
    set(&mut row.visitor_email, &details.email);
    set(&mut row.topic, &details.topic);
    row.email_key = row.visitor_email.as_deref().map(email_key);
    let words = [&row.visitor_name, &row.visitor_email, &row.topic];
    row.search_text = search_text(words.into_iter().flatten().map(String::as_str));
}

/// Applies the rules to a row.
pub(super) fn turn(
    row: &mut sessions::Model,
    by: By,
    deed: Deed,
    now: DateTime<Utc>,
) -> Result<Option<Happened>, Refusal> {
    let stand = Stand { status: row.status, holder: row.staff_id, ended_at: row.ended_at };
    let (stand, happened) = rules::after(stand, by, deed, now)?;
    if row.staff_id != stand.holder || (happened.is_some() && stand.status == Status::Active) {
        row.held_since = stand.holder.map(|_| now);
    }
    (row.status, row.staff_id, row.ended_at) = (stand.status, stand.holder, stand.ended_at);
    Ok(happened)
}

/// What came of the same words when they were sent before.
async fn before(tx: &Tx<'_>, words: &Words, by: Sender, who: Option<Uuid>) -> Result<Option<Outcome>> {
    let Some(name) = &words.client_id else { return Ok(None) };
    let known = store::named(tx.conn(), words.session, name).await?;
    Ok(known.map(|line| {
        if line.sender_type == by && line.sender_id == who {
            Outcome::Known(line.seq)
        } else {
            Outcome::Refused(Refusal::Never)
        }
    }))
}

/// Notes what whoever has a session has read. Of a closed one, anybody can: it is nobody's any more.
pub async fn read_as_staff(tx: &Tx<'_>, session: Uuid, me: Uuid, up_to: i64, now: DateTime<Utc>) -> Result<()> {
    let Some(mut row) = store::locked(tx.conn(), session).await? else { return Ok(()) };
    let theirs = match row.status {
        Status::Active => row.staff_id == Some(me),
        Status::Closed => true,
        Status::Waiting => false,
    };
    if theirs && read_up_to(tx, &mut row, Sender::Visitor, up_to, now).await? {
        store::save(tx, row, now).await?;
    }
    Ok(())
}

async fn read_up_to(
    tx: &Tx<'_>,
    row: &mut sessions::Model,
    of: Sender,
    up_to: i64,
    now: DateTime<Utc>,
) -> Result<bool> {
    let known = if of == Sender::Staff { row.visitor_read_seq } else { row.staff_read_seq };
    let up_to = up_to.min(row.last_seq);
    if up_to <= known {
        return Ok(false);
    }
    store::mark_read(tx.conn(), row.session_id, of, (known, up_to), now).await?;
    let left = if up_to < row.last_seq { store::count_after(tx.conn(), row.session_id, of, up_to).await? } else { 0 };
    if of == Sender::Staff {
        (row.visitor_read_seq, row.unread_by_visitor) = (up_to, left);
    } else {
        (row.staff_read_seq, row.unread_by_staff) = (up_to, left);
    }
    Ok(true)
}

/// A line that somebody writes.
pub(super) struct Spoken<'a> {
    pub words: &'a Words,
    /// None: the visitor.
    pub who: Option<Uuid>,
    pub files: Vec<SentFile>,
}

/// A line that says what happened.
pub(super) struct System {
    pub happened: Happened,
    pub who: Option<Uuid>,
}

pub(super) trait Line {
    fn of(self, row: &mut sessions::Model, id: Uuid, at: DateTime<Utc>) -> lines::Model;
}

impl Line for Spoken<'_> {
    fn of(self, row: &mut sessions::Model, id: Uuid, at: DateTime<Utc>) -> lines::Model {
        let by = if self.who.is_some() { Sender::Staff } else { Sender::Visitor };
        row.last_line = excerpt(&self.words.content, &self.files);
        (row.last_from, row.last_by) = (Some(by), self.who);
        let names = self.files.iter().map(|file| file.name.as_str());
        lines::Model {
            client_id: self.words.client_id.clone(),
            sender_type: by,
            sender_id: self.who,
            content: self.words.content.clone(),
            search_text: search_text([self.words.content.as_str()].into_iter().chain(names)),
            files: (!self.files.is_empty()).then(|| json!(self.files)),
            ..blank(row, id, at)
        }
    }
}

impl Line for System {
    fn of(self, row: &mut sessions::Model, id: Uuid, at: DateTime<Utc>) -> lines::Model {
        lines::Model { sender_id: self.who, event: Some(self.happened), ..blank(row, id, at) }
    }
}

fn blank(row: &sessions::Model, id: Uuid, at: DateTime<Utc>) -> lines::Model {
    lines::Model {
        id,
        session_id: row.session_id,
        seq: row.last_seq,
        client_id: None,
        sender_type: Sender::System,
        sender_id: None,
        content: String::new(),
        event: None,
        created_at: at,
        read_at: None,
        redacted_at: None,
        search_text: String::new(),
        files: None,
    }
}

/// How a line is shown in a list of sessions.
pub fn excerpt(content: &str, files: &[SentFile]) -> Option<String> {
    let text = if content.trim().is_empty() { files.first().map(|file| file.name.as_str()) } else { Some(content) };
    text.map(|text| text.chars().take(EXCERPT).collect())
}

/// Puts what somebody says at the end of the stream, with the files that it names.
async fn speak(tx: &Tx<'_>, now: &Now, row: &mut sessions::Model, words: &Words, who: Option<Uuid>) -> Result<i64> {
    let id = now.ids.next(now.at);
    let by = who.map_or(files::By::Stranger(row.session_id), files::By::Staff);
    let owner = (Entity::Chat, row.session_id);
    let claimed = files::claim(tx.conn(), &words.files, owner, id, by, now.at).await?;
    let files = claimed.iter().map(SentFile::from).collect();
    put(tx, now.at, row, id, Spoken { words, who, files }).await
}

/// Puts a line of the system at the end of the stream.
async fn push(tx: &Tx<'_>, now: &Now, row: &mut sessions::Model, line: System) -> Result<i64> {
    let id = now.ids.next(now.at);
    put(tx, now.at, row, id, line).await
}

async fn put(tx: &Tx<'_>, at: DateTime<Utc>, row: &mut sessions::Model, id: Uuid, line: impl Line) -> Result<i64> {
    let line = append(row, at, id, line);
    lines::Entity::insert(line.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(row.last_seq)
}

/// The line that is at the end of the stream from now on. Its number is drawn here, under the lock of the row.
pub(super) fn append(row: &mut sessions::Model, at: DateTime<Utc>, id: Uuid, line: impl Line) -> lines::Model {
    row.last_seq += 1;
    (row.activity_id, row.last_activity_at) = (id, at);
    line.of(row, id, at)
}
