//! Generates people and conversations from a seed.

use chrono::{DateTime, Duration, Utc};
use database::entity::messages::{self, Status};
use database::entity::staff::{self as staff_table, Role};
use database::entity::{canned_replies, message_notes, message_replies, message_tags};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng};
use uuid::Uuid;

use super::words::{CANNED, CITIES, COMPANIES, FIRST_NAMES, LAST_NAMES, NOTES, OPENINGS, PLEAS, REPLIES, TAGS, TOPICS};
use crate::features::messages::{Arrival, arrived, settle};
use crate::ids::Ids;
use crate::platform::permission::PermissionSet;
use crate::storage::email_key;

/// The tag of messages that say that they are samples.
pub(super) const MARK: &str = "sample";

/// No password has this hash, so nobody can sign in before they use a reset link.
pub const NO_PASSWORD: &str = "none";

/// A message with everything attached to it.
pub struct Conversation {
    pub message: messages::Model,
    pub replies: Vec<message_replies::Model>,
    pub notes: Vec<message_notes::Model>,
    pub tags: Vec<message_tags::Model>,
}

/// Generates everything from one seed.
pub struct Maker {
    pub(super) rng: StdRng,
    pub(super) ids: Ids,
    pub(super) now: DateTime<Utc>,
    pub(super) services: Vec<String>,
    pub(super) staff: Vec<Uuid>,
    /// Everything says that it is a sample.
    pub(super) marked: bool,
}

impl Maker {
    /// A generator that produces the same data for the same seed.
    pub fn new(seed: u64, now: DateTime<Utc>, services: Vec<String>, marked: bool) -> Self {
        Self { rng: StdRng::seed_from_u64(seed), ids: Ids::seeded(seed), now, services, staff: Vec::new(), marked }
    }

    /// A name or title, which says that it is a sample if it shall.
    pub(super) fn named(&self, name: &str) -> String {
        if self.marked { format!("{name} (sample)") } else { name.to_owned() }
    }

    pub(super) fn one<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words.choose(&mut self.rng).copied().unwrap_or_default()
    }

    /// A time within the last year; recent weeks and office hours are busier.
    pub fn moment(&mut self) -> DateTime<Utc> {
        let ago = self.rng.random::<f64>().powi(2);
        #[expect(clippy::cast_possible_truncation, reason = "seconds of a year")]
        let seconds = (ago * 365.0 * 86_400.0) as i64;
        self.now - Duration::seconds(seconds + 60)
    }

    /// The people, who cannot sign in.
    pub fn people(&mut self) -> Vec<staff_table::Model> {
        let named = [
            ("Ada Brandt", Role::Manager),
            ("Ben Okafor", Role::Staff),
            ("Chiara Russo", Role::Staff),
            ("Deniz Aydin", Role::Staff),
        ];
        let mut people = Vec::new();
        for (name, role) in named {
            let id = self.ids.next(self.now - Duration::days(400));
            let email = format!(
                "{}.{}@tekvwarho.example",
                name.to_lowercase().replace(' ', "."),
                &id.simple().to_string()[24..]
            );
            people.push(staff_table::Model {
                id,
                name: self.named(name),
                email_key: email_key(&email),
                email,
                password_hash: NO_PASSWORD.to_owned(),
                role,
                permissions: PermissionSet::preset(role).to_json(),
                token_version: 1,
                is_active: true,
                time_zone: None,
                theme: "system".to_owned(),
                locale: None,
                created_at: self.now - Duration::days(400),
                last_login: None,
                invited_at: None,
                deleted_at: None,
                avatar: None,
                devices_from: None,
            });
        }
        self.staff = people.iter().map(|person| person.id).collect();
        people
    }

    /// Canned replies.
    pub fn canned(&mut self) -> Vec<canned_replies::Model> {
        CANNED
            .iter()
            .map(|(shortcut, title, content)| canned_replies::Model {
                id: self.ids.next(self.now),
                title: self.named(title),
                shortcut: (*shortcut).to_owned(),
                content: (*content).to_owned(),
                updated_by: None,
                updated_at: self.now,
            })
            .collect()
    }

    /// A message that arrived at that time, and what happened to it afterwards.
    pub fn conversation(&mut self, at: DateTime<Utc>) -> Conversation {
        let (first, last) = (self.one(FIRST_NAMES), self.one(LAST_NAMES));
        let name = format!("{first} {last}");
        let company = self.rng.random_bool(0.6).then(|| format!("{last} {}", self.one(COMPANIES)));
        let number = self.rng.random_range(1..400);
        let email = format!("{}.{}{number}@example.com", first.to_lowercase(), last.to_lowercase());
        let phone = self
            .rng
            .random_bool(0.4)
            .then(|| format!("+49 {} {}", self.rng.random_range(30..999), self.rng.random_range(10_000..999_999)));
        let topic = self.one(TOPICS);
        let (opening, plea, city) = (self.one(OPENINGS), self.one(PLEAS), self.one(CITIES));
        let text = format!("{opening}\n\n{topic} {plea}\n\nWe are in {city}.\n\n{name}");
        let name = self.named(&name);
        let age = self.now - at;
        let status = self.status(age);
        let id = self.ids.next(at);
        let assignee = (!matches!(status, Status::New | Status::Spam))
            .then(|| self.staff.choose(&mut self.rng).copied())
            .flatten();
        let replies = self.replies(id, at, status, assignee);
        let answered = replies.iter().find(|reply| reply.staff_id.is_some()).map(|reply| reply.created_at);
        let newest = replies.iter().rfind(|reply| reply.staff_id.is_some());
        let client = replies.iter().rfind(|reply| reply.staff_id.is_none()).map(|reply| reply.created_at);
        let service = if self.rng.random_bool(0.7) { self.services.choose(&mut self.rng).cloned() } else { None };
        let mut message = messages::Model {
            service,
            status,
            assigned_to: assignee,
            reply_content: newest.map(|reply| reply.content.clone()),
            replied_at: newest.map(|reply| reply.created_at),
            first_replied_at: answered,
            client_replied_at: client,
            last_activity_at: replies.last().map_or(at, |reply| reply.created_at),
            waiting_id: None,
            reply_count: i32::try_from(replies.len()).unwrap_or(0),
            consent: true,
            ..arrived(id, at, Arrival { name, email, phone, company, message: text })
        };
        let notes = self.notes(id, at, assignee);
        settle(&mut message, &replies, &notes);
        Conversation { tags: self.tags(id, message.activity_id), message, replies, notes }
    }

    fn status(&mut self, age: Duration) -> Status {
        let draw = self.rng.random_range(0..100);
        match draw {
            0..6 => Status::Spam,
            _ if age < Duration::hours(20) => Status::New,
            6..12 if age < Duration::days(4) => Status::New,
            12..30 if age < Duration::days(14) => Status::InProgress,
            6..50 => Status::Replied,
            50..72 => Status::Converted,
            _ => Status::Archived,
        }
    }

    fn replies(
        &mut self,
        message: Uuid,
        at: DateTime<Utc>,
        status: Status,
        staff: Option<Uuid>,
    ) -> Vec<message_replies::Model> {
        if !matches!(status, Status::Replied | Status::Converted | Status::Archived) {
            return Vec::new();
        }
        let mut replies = Vec::new();
        let mut when = at;
        for turn in 0..self.rng.random_range(1..4) {
            when = (when + Duration::minutes(self.rng.random_range(9..400))).min(self.now);
            let from_client = turn % 2 == 1;
            let content = if from_client { self.one(PLEAS) } else { self.one(REPLIES) };
            replies.push(message_replies::Model {
                id: self.ids.next(when),
                message_id: message,
                staff_id: if from_client { None } else { staff },
                content: content.to_owned(),
                outbox_id: None,
                held_until: None,
                created_at: when,
            });
        }
        replies
    }

    fn notes(&mut self, message: Uuid, at: DateTime<Utc>, staff: Option<Uuid>) -> Vec<message_notes::Model> {
        let Some(staff_id) = staff.filter(|_| self.rng.random_bool(0.2)) else { return Vec::new() };
        let when = (at + Duration::minutes(5)).min(self.now);
        vec![message_notes::Model {
            id: self.ids.next(when),
            message_id: message,
            staff_id,
            content: self.one(NOTES).to_owned(),
            created_at: when,
        }]
    }

    fn tags(&mut self, message: Uuid, activity_id: Uuid) -> Vec<message_tags::Model> {
        let chosen = if self.rng.random_bool(0.7) { None } else { Some(self.one(TAGS)) };
        let mark = self.marked.then_some(MARK);
        let tags = chosen.into_iter().chain(mark);
        tags.map(|tag| message_tags::Model { message_id: message, tag: tag.to_owned(), activity_id }).collect()
    }
}
