//! A visitor's socket: from `hello` to the goodbye.

use database::entity::chat_messages as lines;
use database::entity::chat_sessions::{self as sessions, Status};
use uuid::Uuid;

use super::acts::{self, Details};
use super::frames::{ChatLine, Resume, Side, ToVisitor};
use super::pace::Pace;
use super::portions::{self, READ};
use super::refuse::{self, Refused};
use super::stream::{self, Changed, Told};
use super::token::{self, Key};
use super::visitor_acts::{checked, cut};
use super::{past, store, view};
use crate::app::App;
use crate::cluster::{Chat, Event};
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::entity::Entity;
use crate::platform::known_names::NamesById;
use crate::platform::live::{Gone, Goodbye, Heard, Hub, Incoming, Line, Post, Seat};
use crate::platform::staff as people;

/// What `hello` says.
pub struct Hello {
    pub visitor_id: Option<Uuid>,
    pub details: Details,
    pub url: Option<String>,
    pub referrer: Option<String>,
    pub timezone: Option<String>,
    pub resume: Option<Resume>,
}

/// One connected visitor.
pub(super) struct Visitor {
    pub(super) app: App,
    pub(super) line: Line,
    seat: Seat,
    /// The session as it would begin.
    pub(super) new: sessions::Model,
    key: Key,
    /// The row is there, as far as this socket knows.
    pub(super) made: bool,
    /// The newest line that was sent.
    sent: i64,
    pub(super) shown: Option<Shown>,
    typing: bool,
    pace: Pace,
    pub(super) page: Option<(String, Option<String>)>,
}

/// What the visitor has been told of the session.
#[derive(PartialEq)]
pub(super) struct Shown {
    pub(super) status: Status,
    staff: Option<Uuid>,
    about: (Option<String>, Option<String>, Option<i16>, Option<String>),
    visitor_read: i64,
    staff_read: i64,
}

impl Shown {
    fn of(row: &sessions::Model) -> Self {
        Self {
            status: row.status,
            staff: row.staff_id,
            about: (row.visitor_name.clone(), row.visitor_email.clone(), row.rating, row.feedback.clone()),
            visitor_read: row.visitor_read_seq,
            staff_read: row.staff_read_seq,
        }
    }
}

/// The whole exchange after `hello`.
pub async fn converse(app: App, mut incoming: Incoming, line: Line, hello: Hello, info: RequestInfo) {
    let stopping = app.stopping.clone();
    let Ok(mut visitor) = Visitor::welcome(app, line, hello, &info).await else { return };
    loop {
        let outcome = tokio::select! {
            heard = incoming.next() => match heard {
                None => return,
                Some(heard) => {
                    visitor.seat.heard();
                    match heard {
                        Heard::Text(text) if visitor.pace.allows() => visitor.take(&text).await,
                        Heard::Text(_) => {
                            let _ = visitor.line.send(&refuse::error("rate_limited", "too many frames")).await;
                            return visitor.line.bye(Goodbye::Idle, Some(10)).await;
                        }
                        Heard::Alive => Ok(()),
                    }
                }
            },
            post = visitor.seat.next() => match post {
                None => return,
                Some(Post::Silent | Post::SignedOut) => return visitor.line.bye(Goodbye::Idle, None).await,
                Some(post) => visitor.hear(post).await,
            },
            () = stopping.cancelled() => return visitor.line.bye(Goodbye::Shutdown, Some(2)).await,
        };
        if outcome.is_err() {
            return;
        }
    }
}

impl Visitor {
    /// Finds or reserves the session, and says so.
    async fn welcome(app: App, line: Line, hello: Hello, info: &RequestInfo) -> Result<Self, Gone> {
        let now = app.clock.now();
        let mut key = Key::Browser;
        let mut last_seq = 0;
        let mut resumed = None;
        if let Some(resume) = &hello.resume {
            match token::opens(&app, &resume.token).filter(|(session, _)| *session == resume.session_id) {
                Some((_, found)) => (key, last_seq, resumed) = (found, resume.last_seq.max(0), Some(resume.session_id)),
                None => {
                    let why = Refused::new("session_unknown", "there is no such session");
                    line.send(&why.frame(Some(resume.session_id), None)).await?;
                }
            }
        }
        let session = resumed.unwrap_or_else(|| app.ids.next(now));
        // Before the row is read: whatever happens from here on is heard.
        let seat = Hub::admit(&app, (Entity::Chat, session));
        stream::watch(&app);
        let row = match resumed {
            Some(id) => match store::by_id(app.storage.read(), id).await {
                Ok(row) => row,
                Err(_) => {
                    line.bye(Goodbye::Unavailable, Some(5)).await;
                    return Err(Gone);
                }
            },
            None => None,
        };
        let visitor_id = row.as_ref().map(|row| row.visitor_id);
        let visitor_id = visitor_id.or(hello.visitor_id).unwrap_or_else(|| app.ids.next(now));
        let token = match (&hello.resume, resumed) {
            (Some(resume), Some(_)) => resume.token.clone(),
            _ => token::of_browser(&app, session),
        };
        let seen = hello.url.as_deref().map(|url| (cut(url, 2_000), None));
        let mut new = past::begun(session, visitor_id, now);
        acts::set_details(&mut new, &checked(hello.details));
        new.page_url = seen.as_ref().map(|(url, _)| url.clone());
        new.referrer = hello.referrer.as_deref().map(|text| cut(text, 2_000));
        new.timezone = hello.timezone.filter(|zone| zone.parse::<chrono_tz::Tz>().is_ok());
        new.ip_address = Some(crate::http::AddressKey::from(info.ip).to_string());
        new.user_agent.clone_from(&info.user_agent);
        let welcome =
            ToVisitor::Welcome { visitor_id, session_id: session, token, server_time: now, resumed: resumed.is_some() };
        line.send(&welcome).await?;
        let made = row.is_some();
        let mut visitor = Self {
            app,
            line,
            seat,
            new,
            key,
            made,
            sent: last_seq,
            shown: None,
            typing: false,
            pace: Pace::default(),
            page: seen,
        };
        if let Some(row) = row {
            visitor.be_present(true);
            visitor.come_from(&row).await;
            visitor.show(&row).await?;
            visitor.resume(row.last_seq).await?;
            visitor.redacted(last_seq.min(row.last_seq)).await?;
        } else if resumed.is_some() {
            visitor.resume(0).await?;
        }
        Ok(visitor)
    }

    pub(super) fn session(&self) -> Uuid {
        self.new.session_id
    }

    pub(super) fn by_link(&self) -> bool {
        self.key == Key::Link
    }

    /// All lines after those that the client has.
    async fn resume(&mut self, last: i64) -> Result<(), Gone> {
        self.sent = self.sent.min(last);
        loop {
            let Ok((rows, names, is_last)) = self.rows().await else {
                self.line.bye(Goodbye::Unavailable, Some(5)).await;
                return Err(Gone);
            };
            self.sent = rows.last().map_or(self.sent, |row| row.seq);
            self.history(&rows, &names, is_last).await?;
            if is_last {
                return Ok(());
            }
        }
    }

    /// Lines after those that were sent. True: there are no more.
    async fn rows(&self) -> Result<(Vec<lines::Model>, NamesById, bool)> {
        let mut rows = store::lines_after(self.app.storage.read(), self.session(), self.sent, READ).await?;
        let is_last = portions::hold_first(&mut rows);
        Ok((rows, people::names(&self.app).await?, is_last))
    }

    /// Lines that the client has, and that have been redacted since it got them or before.
    async fn redacted(&mut self, last: i64) -> Result<(), Gone> {
        let conn = self.app.storage.read();
        // Without the database, the lines stay as they are until the next resume.
        let Ok(rows) = store::redacted_up_to(conn, self.session(), last).await else { return Ok(()) };
        for row in &rows {
            self.line.send(&ToVisitor::Message(view::line(row, &NamesById::default(), Side::Visitor))).await?;
        }
        Ok(())
    }

    pub(super) async fn history(&self, rows: &[lines::Model], names: &NamesById, complete: bool) -> Result<(), Gone> {
        let session_id = self.session();
        let mut chunks = portions::frames(rows).into_iter().peekable();
        if chunks.peek().is_none() && complete {
            return self.line.send(&ToVisitor::History { session_id, messages: Vec::new(), complete }).await;
        }
        while let Some(chunk) = chunks.next() {
            let messages: Vec<ChatLine> = chunk.iter().map(|row| view::line(row, names, Side::Visitor)).collect();
            let complete = complete && chunks.peek().is_none();
            self.line.send(&ToVisitor::History { session_id, messages, complete }).await?;
        }
        Ok(())
    }

    /// Says that the visitor writes, or no longer.
    pub(super) fn type_(&mut self, on: bool) {
        if self.made && (on || self.typing) {
            self.app.bus.publish(Event::Chat(Chat::Typing { session: self.session(), staff: None, on }));
        }
        self.typing = on;
    }

    pub(super) fn be_present(&self, on: bool) {
        if self.made {
            let (session, page) = (self.session(), self.page.clone());
            self.app.bus.publish(Event::Chat(Chat::Present { socket: self.seat.id(), session, on, page }));
        }
    }

    /// Passes on what concerns the visitor.
    async fn hear(&mut self, post: Post) -> Result<(), Gone> {
        match post {
            Post::Word(word) => match word.downcast_ref::<Told>() {
                Some(Told::Changed(changed)) => self.follow(changed).await,
                Some(Told::Typing { from: Side::Staff, staff, on, .. }) => {
                    let staff_name = staff.as_ref().map(|(_, name)| name.clone());
                    let session_id = self.session();
                    self.line.send(&ToVisitor::Typing { session_id, from: Side::Staff, staff_name, on: *on }).await
                }
                _ => Ok(()),
            },
            Post::Missed => self.catch_up().await,
            Post::Ping => {
                // The other nodes hear again that the visitor is there.
                self.be_present(true);
                self.line.ping().await
            }
            _ => Ok(()),
        }
    }

    async fn follow(&mut self, changed: &Changed) -> Result<(), Gone> {
        for row in &changed.lines {
            if row.seq > self.sent + 1 {
                self.fill().await?;
            }
            if row.seq > self.sent || row.redacted_at.is_some() {
                self.line.send(&ToVisitor::Message(view::line(row, &changed.names, Side::Visitor))).await?;
            }
            self.sent = self.sent.max(row.seq);
        }
        // Lines that were told before this socket came, and that it has not read.
        if changed.row.last_seq > self.sent {
            self.fill().await?;
        }
        self.show(&changed.row).await
    }

    /// The lines that are missing, from the rows.
    async fn fill(&mut self) -> Result<(), Gone> {
        loop {
            let Ok((rows, names, is_last)) = self.rows().await else {
                self.line.bye(Goodbye::Unavailable, Some(5)).await;
                return Err(Gone);
            };
            for row in &rows {
                self.line.send(&ToVisitor::Message(view::line(row, &names, Side::Visitor))).await?;
                self.sent = row.seq;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    async fn catch_up(&mut self) -> Result<(), Gone> {
        self.fill().await?;
        self.redacted(self.sent).await?;
        match store::by_id(self.app.storage.read(), self.session()).await {
            Ok(Some(row)) => self.show(&row).await,
            _ => Ok(()),
        }
    }

    /// Says how the session stands, if the visitor does not know.
    async fn show(&mut self, row: &sessions::Model) -> Result<(), Gone> {
        self.made = true;
        let now = Shown::of(row);
        let before = self.shown.replace(Shown::of(row));
        let is_known = before
            .as_ref()
            .is_some_and(|before| (before.status, before.staff, &before.about) == (now.status, now.staff, &now.about));
        if !is_known {
            let names = people::names(&self.app).await.unwrap_or_default();
            return self.line.send(&view::for_visitor(row, &names)).await;
        }
        let session_id = row.session_id;
        let Some(before) = before else { return Ok(()) };
        for (by, was, is) in
            [(Side::Staff, before.staff_read, now.staff_read), (Side::Visitor, before.visitor_read, now.visitor_read)]
        {
            if was != is {
                self.line.send(&ToVisitor::Read { session_id, by, seq: is }).await?;
            }
        }
        Ok(())
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        self.type_(false);
        self.be_present(false);
    }
}
