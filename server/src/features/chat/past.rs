//! A session as it begins, and whole sessions of the past for samples: the rules make them, without a database.

use chrono::{DateTime, Utc};
use database::entity::chat_messages::{self as lines, Sender};
use database::entity::chat_sessions::{self as sessions, Status};
use uuid::Uuid;

use super::acts::{self, Details, Spoken, System, Words};
use super::rules::{By, Deed};
use crate::ids::Ids;

/// A session in which nothing has been written.
pub fn begun(session: Uuid, visitor: Uuid, now: DateTime<Utc>) -> sessions::Model {
    sessions::Model {
        session_id: session,
        visitor_id: visitor,
        staff_id: None,
        held_since: None,
        visitor_name: None,
        visitor_email: None,
        email_key: None,
        topic: None,
        status: Status::Waiting,
        started_at: now,
        ended_at: None,
        rating: None,
        feedback: None,
        last_seq: 0,
        last_note_seq: 0,
        visitor_read_seq: 0,
        staff_read_seq: 0,
        unread_by_visitor: 0,
        unread_by_staff: 0,
        waiting_since: None,
        first_replied_at: None,
        last_activity_at: now,
        activity_id: session,
        last_line: None,
        last_from: None,
        last_by: None,
        page_url: None,
        page_title: None,
        referrer: None,
        timezone: None,
        ip_address: None,
        user_agent: None,
        is_spam: false,
        message_id: None,
        mailed_seq: 0,
        search_text: String::new(),
        version: 0,
        changed_at: now,
    }
}

/// A session with its lines, as visitor and staff would have left it. What the rules refuse does not happen.
pub struct Past {
    pub session: sessions::Model,
    pub lines: Vec<lines::Model>,
    ids: Ids,
}

impl Past {
    pub fn begin(ids: &Ids, visitor: Uuid, at: DateTime<Utc>) -> Self {
        Self { session: begun(ids.next(at), visitor, at), lines: Vec::new(), ids: ids.clone() }
    }

    /// What the visitor says of themselves.
    pub fn introduce(&mut self, name: Option<String>, email: Option<String>, topic: Option<String>) {
        acts::set_details(&mut self.session, &Details { name, email, topic });
    }

    /// A line of the visitor.
    pub fn ask(&mut self, at: DateTime<Utc>, content: &str) {
        if self.turn(at, By::Visitor { by_link: false }, Deed::Say) {
            self.speak(at, None, content);
            self.session.visitor_read_seq = self.session.last_seq;
            self.session.unread_by_staff += 1;
            self.session.unread_by_visitor = 0;
            self.session.waiting_since.get_or_insert(at);
        }
    }

    /// A line of a person, who takes the session if it waits.
    pub fn reply(&mut self, at: DateTime<Utc>, person: Uuid, content: &str) {
        if self.turn(at, By::Staff(person), Deed::Say) {
            self.speak(at, Some(person), content);
            self.session.staff_read_seq = self.session.last_seq;
            self.session.unread_by_staff = 0;
            self.session.unread_by_visitor += 1;
            self.session.waiting_since = None;
            self.session.first_replied_at.get_or_insert(at);
        }
    }

    /// Its end; none: by silence.
    pub fn close(&mut self, at: DateTime<Utc>, person: Option<Uuid>) {
        if self.turn(at, person.map_or(By::Time, By::Staff), Deed::Close) {
            self.session.waiting_since = None;
            // The visitor was there until the end.
            self.session.visitor_read_seq = self.session.last_seq;
            self.session.unread_by_visitor = 0;
        }
    }

    /// What the visitor thought of it.
    pub fn rate(&mut self, rating: i16) {
        self.session.rating = Some(rating);
    }

    /// The session with its lines.
    pub fn end(mut self) -> (sessions::Model, Vec<lines::Model>) {
        let session = &mut self.session;
        (session.version, session.changed_at) = (session.last_seq, session.last_activity_at);
        for line in &mut self.lines {
            let read = match line.sender_type {
                Sender::Visitor => session.staff_read_seq,
                Sender::Staff => session.visitor_read_seq,
                Sender::System => 0,
            };
            line.read_at = (line.seq <= read).then_some(session.last_activity_at);
        }
        (self.session, self.lines)
    }

    fn turn(&mut self, at: DateTime<Utc>, by: By, deed: Deed) -> bool {
        let Ok(happened) = acts::turn(&mut self.session, by, deed, at) else { return false };
        if let Some(happened) = happened {
            let who = if let By::Staff(me) = by { Some(me) } else { None };
            let id = self.ids.next(at);
            self.lines.push(acts::append(&mut self.session, at, id, System { happened, who }));
        }
        true
    }

    /// `who`: none is the visitor.
    fn speak(&mut self, at: DateTime<Utc>, who: Option<Uuid>, content: &str) {
        let (session, content) = (self.session.session_id, content.to_owned());
        let words = Words { session, client_id: None, content, files: Vec::new() };
        let id = self.ids.next(at);
        self.lines.push(acts::append(&mut self.session, at, id, Spoken { words: &words, who, files: Vec::new() }));
    }
}
