//! What chat adds to the socket of a person: the sessions, and the lines of those that they follow.

use std::time::Duration;

use database::entity::chat_messages as lines;
use tokio::time::Instant;
use uuid::Uuid;

use super::frames::{ChatLine, ChatPage, FromStaff, Presence, Side, ToStaff};
use super::portions::{self, READ};
use super::refuse::Refused;
use super::stream::{self, Changed, Told};
use super::{handled, store, view};
use crate::app::App;
use crate::cluster::{Chat, Event};
use crate::error::{Error, Result};
use crate::platform::auth::Caller;
use crate::platform::entity::Entity;
use crate::platform::known_names::NamesById;
use crate::platform::live::{self, At, Gone, Word};
use crate::platform::permission::Permission;
use crate::platform::staff as people;

/// Sessions in one frame.
const SESSIONS: usize = 20;
/// Sessions that one socket follows.
const FOLLOWED: usize = 32;
/// Between two signs of life in the database.
const ALIVE: Duration = Duration::from_secs(55);

/// The chats of one connected person.
pub struct Desk {
    app: App,
    /// Oldest first.
    followed: Vec<Followed>,
    /// Who types here, in which session.
    typing: Option<(Uuid, Uuid)>,
    /// They have been told of the sessions.
    begun: bool,
    alive: Option<Instant>,
}

/// A session whose lines the socket gets.
struct Followed {
    id: Uuid,
    /// The newest line and note that were sent.
    sent: i64,
    noted: i64,
    /// What each side has read, as it was sent.
    read: (i64, i64),
}

impl Desk {
    pub fn new(app: App) -> Self {
        Self { app, followed: Vec::new(), typing: None, begun: false, alive: None }
    }

    /// The sessions that wait or are active, and who is there.
    async fn snapshot(&mut self, at: &At<'_>) -> Result<(), Gone> {
        let read = async {
            let rows = store::open(self.app.storage.read()).await?;
            Ok::<_, Error>((view::for_staff(&self.app, &rows).await?, stream::colleagues(&self.app).await?))
        };
        let (mut sessions, staff) = match read.await {
            Ok(found) => found,
            Err(error) => return at.line.send(&Refused::from(error).frame(None, None)).await,
        };
        loop {
            let rest = sessions.split_off(sessions.len().min(SESSIONS));
            let complete = rest.is_empty();
            at.line.send(&ToStaff::Sessions { sessions, complete }).await?;
            if complete {
                break;
            }
            sessions = rest;
        }
        at.line.send(&ToStaff::Staff { staff }).await
    }

    /// Follows a session: its lines and notes after those that the client has.
    async fn open(
        &mut self,
        at: &mut At<'_>,
        id: Uuid,
        last: i64,
        last_note: i64,
    ) -> Result<Result<(), Refused>, Gone> {
        at.seat.follow((Entity::Chat, id), true);
        self.followed.retain(|it| it.id != id);
        let row = match store::by_id(self.app.storage.read(), id).await {
            Ok(Some(row)) => row,
            Ok(None) => {
                at.seat.follow((Entity::Chat, id), false);
                return Ok(Err(Refused::new("session_unknown", "there is no such session")));
            }
            Err(error) => return Ok(Err(Error::from(error).into())),
        };
        if self.followed.len() == FOLLOWED {
            let oldest = self.followed.remove(0);
            at.seat.follow((Entity::Chat, oldest.id), false);
        }
        let mut one = Followed {
            id,
            sent: last.clamp(0, row.last_seq),
            noted: last_note.clamp(0, row.last_note_seq),
            read: (row.visitor_read_seq, row.staff_read_seq),
        };
        let names = loop {
            let (rows, names, is_last) = match self.rows(&one).await {
                Ok(found) => found,
                Err(error) => return Ok(Err(error.into())),
            };
            one.sent = rows.last().map_or(one.sent, |row| row.seq);
            history(at, id, &rows, &names, is_last).await?;
            if is_last {
                break names;
            }
        };
        self.redacted(at, id, last.min(row.last_seq), &names).await?;
        let told = self.notes(at, &mut one).await?;
        self.followed.push(one);
        Ok(told)
    }

    /// Lines after those that were sent. True: there are no more.
    async fn rows(&self, one: &Followed) -> Result<(Vec<lines::Model>, NamesById, bool)> {
        let mut rows = store::lines_after(self.app.storage.read(), one.id, one.sent, READ).await?;
        let is_last = portions::hold_first(&mut rows);
        Ok((rows, people::names(&self.app).await?, is_last))
    }

    /// Lines that the client has, and that have been redacted since it got them or before.
    async fn redacted(&self, at: &At<'_>, id: Uuid, last: i64, names: &NamesById) -> Result<(), Gone> {
        // Without the database, the lines stay as they are until the client opens the session again.
        let rows = store::redacted_up_to(self.app.storage.read(), id, last).await.unwrap_or_default();
        for row in &rows {
            at.line.send(&ToStaff::Message(view::line(row, names, Side::Staff))).await?;
        }
        Ok(())
    }

    async fn notes(&self, at: &At<'_>, one: &mut Followed) -> Result<Result<(), Refused>, Gone> {
        let read = async {
            let rows = store::notes_after(self.app.storage.read(), one.id, one.noted).await?;
            Ok::<_, Error>((rows, people::names(&self.app).await?))
        };
        match read.await {
            Ok((rows, names)) => {
                for row in rows {
                    at.line.send(&ToStaff::Note(view::note(&row, &names))).await?;
                    one.noted = row.note_seq;
                }
                Ok(Ok(()))
            }
            Err(error) => Ok(Err(error.into())),
        }
    }

    /// The lines that are missing, from the rows.
    async fn fill(&self, at: &At<'_>, one: &mut Followed) -> Result<(), Gone> {
        loop {
            // The next change, or the next beat, finds them again.
            let Ok((rows, names, is_last)) = self.rows(one).await else { return Ok(()) };
            for row in &rows {
                at.line.send(&ToStaff::Message(view::line(row, &names, Side::Staff))).await?;
                one.sent = row.seq;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    async fn follow(&mut self, at: &At<'_>, changed: &Changed) -> Result<(), Gone> {
        let id = changed.row.session_id;
        let Some(place) = self.followed.iter().position(|it| it.id == id) else { return Ok(()) };
        let mut one = self.followed.remove(place);
        for row in &changed.lines {
            if row.seq > one.sent + 1 {
                self.fill(at, &mut one).await?;
            }
            if row.seq > one.sent || row.redacted_at.is_some() {
                at.line.send(&ToStaff::Message(view::line(row, &changed.names, Side::Staff))).await?;
            }
            one.sent = one.sent.max(row.seq);
        }
        if changed.row.last_seq > one.sent {
            self.fill(at, &mut one).await?;
        }
        if changed.row.last_note_seq > one.noted {
            let _ = self.notes(at, &mut one).await?;
        }
        let now = (changed.row.visitor_read_seq, changed.row.staff_read_seq);
        for (by, was, is) in [(Side::Visitor, one.read.0, now.0), (Side::Staff, one.read.1, now.1)] {
            if was != is {
                at.line.send(&ToStaff::Read { session_id: id, by, seq: is }).await?;
            }
        }
        one.read = now;
        self.followed.insert(place, one);
        Ok(())
    }

    async fn handle(&mut self, at: &mut At<'_>, frame: FromStaff) -> Result<Result<(), Refused>, Gone> {
        match frame {
            FromStaff::Open { session_id, last_seq, last_note_seq } => {
                return self.open(at, session_id, last_seq, last_note_seq).await;
            }
            FromStaff::Leave { session_id } => {
                at.seat.follow((Entity::Chat, session_id), false);
                self.followed.retain(|it| it.id != session_id);
            }
            FromStaff::History { session_id, before_seq, limit } => {
                let limit = limit.clamp(1, 200).into();
                let read = async {
                    let mut rows = store::lines_before(self.app.storage.read(), session_id, before_seq, limit).await?;
                    portions::hold_last(&mut rows);
                    Ok::<_, Error>((rows, people::names(&self.app).await?))
                };
                match read.await {
                    Ok((rows, names)) => history(at, session_id, &rows, &names, true).await?,
                    Err(error) => return Ok(Err(error.into())),
                }
            }
            FromStaff::Typing { session_id, on } => self.type_(at.caller.staff_id, session_id, on),
            FromStaff::Message { session_id, client_id, content, files } => {
                self.type_(at.caller.staff_id, session_id, false);
                return match handled::say(&self.app, at.caller, session_id, client_id.clone(), content, files).await {
                    Ok(seq) => ack(at, session_id, client_id, Some(seq), None).await.map(Ok),
                    Err(refused) => Ok(Err(refused)),
                };
            }
            FromStaff::Note { session_id, client_id, content } => {
                return match handled::note(&self.app, at.caller, session_id, Some(client_id.clone()), content).await {
                    Ok(note) => ack(at, session_id, client_id, None, Some(note.note_seq)).await.map(Ok),
                    Err(refused) => Ok(Err(refused)),
                };
            }
            other => return Ok(handled::deed(&self.app, at.caller, other).await),
        }
        Ok(Ok(()))
    }

    /// Says that the person writes, or no longer.
    fn type_(&mut self, me: Uuid, session: Uuid, on: bool) {
        if on || self.typing == Some((session, me)) {
            self.app.bus.publish(Event::Chat(Chat::Typing { session, staff: Some(me), on }));
        }
        self.typing = on.then_some((session, me));
    }
}

impl live::Desk for Desk {
    async fn begin(&mut self, at: At<'_>) -> Result<(), Gone> {
        let may = may(at.caller);
        if !may {
            for one in self.followed.drain(..) {
                at.seat.follow((Entity::Chat, one.id), false);
            }
        } else if !self.begun {
            stream::watch(&self.app);
            self.snapshot(&at).await?;
        }
        self.begun = may;
        Ok(())
    }

    async fn take(&mut self, mut at: At<'_>, text: &str) -> Result<bool, Gone> {
        let Ok(frame) = serde_json::from_str::<FromStaff>(text) else { return Ok(false) };
        let (session, client_id) = named(&frame);
        let outcome = if may(at.caller) {
            self.handle(&mut at, frame).await?
        } else {
            Err(Refused::new("forbidden", "this needs the permission for chats"))
        };
        if let Err(refused) = outcome {
            at.line.send(&refused.frame(session, client_id)).await?;
        }
        Ok(true)
    }

    async fn hear(&mut self, at: At<'_>, word: &Word) -> Result<(), Gone> {
        let Some(told) = word.downcast_ref::<Told>().filter(|_| may(at.caller)) else { return Ok(()) };
        match told {
            Told::Changed(changed) => {
                at.line.send(&ToStaff::Session(changed.session.clone())).await?;
                self.follow(&at, changed).await
            }
            Told::Typing { session, from, staff, on } => {
                if staff.as_ref().is_some_and(|(id, _)| *id == at.caller.staff_id) {
                    return Ok(());
                }
                let (staff_id, staff_name) = staff.clone().unzip();
                let frame = ToStaff::Typing { session_id: *session, from: *from, staff_id, staff_name, on: *on };
                at.line.send(&frame).await
            }
            Told::Presence { session, on, page } => {
                let visitor = if *on { Presence::Online } else { Presence::Offline };
                let page = page.clone().map(|(url, title)| ChatPage { url, title, referrer: None });
                at.line.send(&ToStaff::Presence { session_id: *session, visitor, page }).await
            }
            Told::Staff(staff) => at.line.send(&ToStaff::Staff { staff: staff.clone() }).await,
        }
    }

    async fn catch_up(&mut self, at: At<'_>) -> Result<(), Gone> {
        if !may(at.caller) {
            return Ok(());
        }
        self.snapshot(&at).await?;
        for mut one in std::mem::take(&mut self.followed) {
            self.fill(&at, &mut one).await?;
            let names = people::names(&self.app).await.unwrap_or_default();
            self.redacted(&at, one.id, one.sent, &names).await?;
            let _ = self.notes(&at, &mut one).await?;
            self.followed.push(one);
        }
        Ok(())
    }

    async fn beat(&mut self, at: At<'_>) -> Result<(), Gone> {
        if may(at.caller) && self.alive.is_none_or(|alive| alive.elapsed() >= ALIVE) {
            self.alive = Some(Instant::now());
            handled::be_alive(&self.app, at.caller.staff_id).await;
        }
        Ok(())
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some((session, me)) = self.typing {
            self.type_(me, session, false);
        }
    }
}

fn may(caller: &Caller) -> bool {
    caller.may(Permission::Chats)
}

/// The session and the line that a frame names.
fn named(frame: &FromStaff) -> (Option<Uuid>, Option<String>) {
    match frame {
        FromStaff::Available { .. } => (None, None),
        FromStaff::Message { session_id, client_id, .. } | FromStaff::Note { session_id, client_id, .. } => {
            (Some(*session_id), Some(client_id.clone()))
        }
        FromStaff::Claim { session_id }
        | FromStaff::Release { session_id }
        | FromStaff::Transfer { session_id, .. }
        | FromStaff::Open { session_id, .. }
        | FromStaff::Leave { session_id }
        | FromStaff::History { session_id, .. }
        | FromStaff::Typing { session_id, .. }
        | FromStaff::Read { session_id, .. }
        | FromStaff::Close { session_id } => (Some(*session_id), None),
    }
}

async fn ack(
    at: &At<'_>,
    session_id: Uuid,
    client_id: String,
    seq: Option<i64>,
    note_seq: Option<i64>,
) -> Result<(), Gone> {
    at.line.send(&ToStaff::Ack { session_id, client_id, seq, note_seq }).await
}

async fn history(
    at: &At<'_>,
    session_id: Uuid,
    rows: &[lines::Model],
    names: &NamesById,
    complete: bool,
) -> Result<(), Gone> {
    let mut chunks = portions::frames(rows).into_iter().peekable();
    if chunks.peek().is_none() && complete {
        return at.line.send(&ToStaff::History { session_id, messages: Vec::new(), complete }).await;
    }
    while let Some(chunk) = chunks.next() {
        let messages: Vec<ChatLine> = chunk.iter().map(|row| view::line(row, names, Side::Staff)).collect();
        let complete = complete && chunks.peek().is_none();
        at.line.send(&ToStaff::History { session_id, messages, complete }).await?;
    }
    Ok(())
}
