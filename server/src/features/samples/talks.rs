//! Sample chats: what was said, by the rules of real ones.

use chrono::{DateTime, Duration, Utc};
use database::entity::{chat_messages, chat_sessions, chat_tags};
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use uuid::Uuid;

use super::maker::{MARK, Maker};
use super::words::{ASKED, ASKED_ON, FIRST_NAMES, LAST_NAMES, SAID, SAID_ON, TAGS, THANKS};
use crate::features::chat::Past;

/// A chat that is younger still goes on.
const GOES_ON: Duration = Duration::minutes(40);

/// A chat with everything attached to it.
pub struct Talk {
    pub session: chat_sessions::Model,
    pub lines: Vec<chat_messages::Model>,
    pub tags: Vec<chat_tags::Model>,
}

impl Maker {
    /// A chat that began at that time.
    pub fn talk(&mut self, at: DateTime<Utc>) -> Talk {
        let visitor = self.ids.next(at);
        let mut past = Past::begin(&self.ids, visitor, at);
        let (first, last) = (self.one(FIRST_NAMES), self.one(LAST_NAMES));
        let email = format!("{}.{}@example.com", first.to_lowercase(), last.to_lowercase());
        // In real chats, about a third never say who they are.
        let name = self.rng.random_bool(0.7).then(|| self.named(&format!("{first} {last}")));
        let email = self.rng.random_bool(0.5).then_some(email).filter(|_| name.is_some());
        let topic = if self.rng.random_bool(0.4) { self.services.choose(&mut self.rng).cloned() } else { None };
        past.introduce(name, email, topic);
        past.ask(at, self.one(ASKED));
        let mut when = at;
        let person = self.staff.choose(&mut self.rng).copied().filter(|_| !self.rng.random_bool(0.12));
        if let Some(person) = person {
            self.exchange(&mut past, &mut when, person);
        }
        if self.now - when > GOES_ON {
            past.close(when + Duration::minutes(self.rng.random_range(1..20)), person);
            if person.is_some() && self.rng.random_bool(0.4) {
                past.rate(*[5, 5, 5, 4, 4, 3, 2].choose(&mut self.rng).unwrap_or(&5));
            }
        }
        let (session, lines) = past.end();
        let tags = self.tags_of_talk(session.session_id);
        Talk { session, lines, tags }
    }

    /// Questions and replies, as far as they lie in the past.
    fn exchange(&mut self, past: &mut Past, when: &mut DateTime<Utc>, person: Uuid) {
        let turns = self.rng.random_range(1..5);
        for turn in 0..turns {
            let is_last = turn + 1 == turns;
            let replied = *when + Duration::seconds(self.rng.random_range(15..300));
            let asked = replied + Duration::seconds(self.rng.random_range(20..240));
            if asked > self.now {
                return;
            }
            past.reply(replied, person, self.one(if turn == 0 { SAID } else { SAID_ON }));
            past.ask(asked, self.one(if is_last { THANKS } else { ASKED_ON }));
            *when = asked;
        }
    }

    fn tags_of_talk(&mut self, session_id: Uuid) -> Vec<chat_tags::Model> {
        let chosen = if self.rng.random_bool(0.8) { None } else { Some(self.one(TAGS)) };
        let mark = self.marked.then_some(MARK);
        let tags = chosen.into_iter().chain(mark);
        tags.map(|tag| chat_tags::Model { session_id, tag: tag.to_owned() }).collect()
    }
}
