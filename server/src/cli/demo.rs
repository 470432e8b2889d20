//! `tekvwarho demo`: realistic data, the same for the same seed.

use chrono::{DateTime, Duration, Utc};
use clap::Args;
use database::entity::messages::{self, Status};
use database::entity::staff::{self as staff_table, Role};
use database::entity::{canned_replies, message_notes, message_replies, message_tags};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng};
use sea_orm::{ColumnTrait as _, EntityTrait, IntoActiveModel as _, QueryFilter as _};
use uuid::Uuid;

use super::Failure;
use super::staff::explain;
use crate::app::App;
use crate::features::audit::{self, Changes, Entry};
use crate::features::staff::PermissionSet;
use crate::http::RequestInfo;
use crate::ids::Ids;
use crate::storage::{email_key, search_text};

mod words;

use words::{CANNED, CITIES, COMPANIES, FIRST_NAMES, LAST_NAMES, NOTES, OPENINGS, PLEAS, REPLIES, TAGS, TOPICS};

/// Fill the database with realistic data; the same seed makes the same data.
#[derive(Debug, Args)]
pub struct Demo {
    /// Messages of the last twelve months.
    #[arg(long, default_value_t = 200)]
    messages: u32,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Rows of one unit: far below 50 ms.
const CHUNK: usize = 200;

pub async fn run(app: App, demo: Demo) -> Result<(), Failure> {
    let mut maker = Maker {
        rng: StdRng::seed_from_u64(demo.seed),
        ids: Ids::seeded(demo.seed),
        now: app.clock.now(),
        services: app.settings.get().services.iter().map(|service| service.slug.clone()).collect(),
        staff: Vec::new(),
    };
    let people = maker.people();
    maker.staff = people.iter().map(|person| person.id).collect();
    let canned = maker.canned();
    insert_people(&app, people, canned).await.map_err(|error| {
        if error.is_unique_violation() {
            Failure::from("the demo data of this seed is here already; choose another --seed")
        } else {
            explain(error)
        }
    })?;
    let mut left = demo.messages as usize;
    let mut times: Vec<DateTime<Utc>> = (0..left).map(|_| maker.moment()).collect();
    times.sort_unstable();
    let mut times = times.into_iter();
    while left > 0 {
        let size = left.min(CHUNK);
        let chunk: Vec<Conversation> = times.by_ref().take(size).map(|at| maker.conversation(at)).collect();
        insert(&app, chunk).await.map_err(explain)?;
        left -= size;
    }
    let info = RequestInfo::internal();
    let changes = Changes::none().fact("messages", demo.messages).fact("seed", demo.seed);
    let entry = Entry { actor: None, action: "demo.created", entity: ("demo", None), changes, from: &info }
        .row(&app.ids, maker.now);
    app.storage
        .write(entry, |tx, entry| {
            Box::pin(async move {
                tx.audit(entry.clone());
                Ok(())
            })
        })
        .await?;
    audit::seal_pending(&app, false).await?;
    println!(
        "{} messages and {} staff members (who cannot sign in) are in the database.",
        demo.messages,
        maker.staff.len()
    );
    Ok(())
}

/// A message with everything around it.
struct Conversation {
    message: messages::Model,
    replies: Vec<message_replies::Model>,
    notes: Vec<message_notes::Model>,
    tags: Vec<message_tags::Model>,
}

/// Draws everything from one seed.
struct Maker {
    rng: StdRng,
    ids: Ids,
    now: DateTime<Utc>,
    services: Vec<String>,
    staff: Vec<Uuid>,
}

impl Maker {
    fn one<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words.choose(&mut self.rng).copied().unwrap_or_default()
    }

    /// A moment of the last year; recent weeks and office hours are busier.
    fn moment(&mut self) -> DateTime<Utc> {
        let ago = self.rng.random::<f64>().powi(2);
        #[expect(clippy::cast_possible_truncation, reason = "seconds of a year")]
        let seconds = (ago * 365.0 * 86_400.0) as i64;
        self.now - Duration::seconds(seconds + 60)
    }

    fn people(&mut self) -> Vec<staff_table::Model> {
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
                name: name.to_owned(),
                email_key: email_key(&email),
                email,
                // No password has this hash, so nobody can sign in until a reset link was used.
                password_hash: "none".to_owned(),
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
            });
        }
        people
    }

    fn canned(&mut self) -> Vec<canned_replies::Model> {
        CANNED
            .iter()
            .map(|(shortcut, title, content)| canned_replies::Model {
                id: self.ids.next(self.now),
                title: (*title).to_owned(),
                shortcut: (*shortcut).to_owned(),
                content: (*content).to_owned(),
                updated_by: None,
                updated_at: self.now,
            })
            .collect()
    }

    fn conversation(&mut self, at: DateTime<Utc>) -> Conversation {
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
        let message = messages::Model {
            id,
            search_text: search_text(
                [Some(&name), Some(&email), phone.as_ref(), company.as_ref(), Some(&text)]
                    .into_iter()
                    .flatten()
                    .map(String::as_str),
            ),
            email_key: email_key(&email),
            name,
            email,
            phone,
            company,
            service: if self.rng.random_bool(0.7) { self.services.choose(&mut self.rng).cloned() } else { None },
            message: text,
            status,
            assigned_to: assignee,
            reply_content: newest.map(|reply| reply.content.clone()),
            replied_at: newest.map(|reply| reply.created_at),
            first_replied_at: answered,
            client_replied_at: client,
            opened_at: (status != Status::New).then_some(self.now),
            last_activity_at: replies.last().map_or(at, |reply| reply.created_at),
            reply_count: i32::try_from(replies.len()).unwrap_or(0),
            consent: true,
            visitor_id: None,
            ip_address: None,
            user_agent: None,
            version: 1,
            created_at: at,
        };
        Conversation { notes: self.notes(id, at, assignee), tags: self.tags(id), message, replies }
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

    fn tags(&mut self, message: Uuid) -> Vec<message_tags::Model> {
        if self.rng.random_bool(0.7) {
            return Vec::new();
        }
        vec![message_tags::Model { message_id: message, tag: self.one(TAGS).to_owned() }]
    }
}

async fn insert_people(
    app: &App,
    people: Vec<staff_table::Model>,
    canned: Vec<canned_replies::Model>,
) -> crate::error::Result<()> {
    app.storage
        .write((people, canned), |tx, (people, canned)| {
            Box::pin(async move {
                let people = people.iter().cloned().map(sea_orm::IntoActiveModel::into_active_model);
                staff_table::Entity::insert_many(people).exec_without_returning(tx.conn()).await?;
                for reply in canned {
                    let taken = canned_replies::Entity::find()
                        .filter(canned_replies::Column::Shortcut.eq(&reply.shortcut))
                        .one(tx.conn())
                        .await?;
                    if taken.is_none() {
                        canned_replies::Entity::insert(reply.clone().into_active_model())
                            .exec_without_returning(tx.conn())
                            .await?;
                    }
                }
                Ok(())
            })
        })
        .await
}

async fn insert(app: &App, chunk: Vec<Conversation>) -> crate::error::Result<()> {
    app.storage
        .write(chunk, |tx, chunk| {
            Box::pin(async move {
                let conn = tx.conn();
                messages::Entity::insert_many(chunk.iter().map(|it| it.message.clone().into_active_model()))
                    .exec_without_returning(conn)
                    .await?;
                let replies: Vec<_> = chunk
                    .iter()
                    .flat_map(|it| &it.replies)
                    .cloned()
                    .map(sea_orm::IntoActiveModel::into_active_model)
                    .collect();
                if !replies.is_empty() {
                    message_replies::Entity::insert_many(replies).exec_without_returning(conn).await?;
                }
                let notes: Vec<_> = chunk
                    .iter()
                    .flat_map(|it| &it.notes)
                    .cloned()
                    .map(sea_orm::IntoActiveModel::into_active_model)
                    .collect();
                if !notes.is_empty() {
                    message_notes::Entity::insert_many(notes).exec_without_returning(conn).await?;
                }
                let tags: Vec<_> = chunk
                    .iter()
                    .flat_map(|it| &it.tags)
                    .cloned()
                    .map(sea_orm::IntoActiveModel::into_active_model)
                    .collect();
                if !tags.is_empty() {
                    message_tags::Entity::insert_many(tags).exec_without_returning(conn).await?;
                }
                Ok(())
            })
        })
        .await
}
