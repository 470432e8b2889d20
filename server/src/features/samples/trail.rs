//! Sample entries of the audit trail, for demonstrations and load tests. Only the command line creates them: entries
//! cannot be removed, so the samples of the dashboard do not touch the trail.

use std::net::{IpAddr, Ipv4Addr};

use chrono::{DateTime, Duration, Utc};
use database::entity::audit_logs;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng};
use uuid::Uuid;

use super::store;
use crate::app::App;
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;

/// Rows per unit.
const CHUNK: usize = 500;
/// The number of sample messages that the entries refer to.
const MESSAGES: u64 = 5_000;
const AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";

/// Creates that many entries about the samples, spread over the last twelve months in chronological order.
///
/// # Errors
/// Those of the database.
pub async fn make_trail(app: &App, entries: u32, seed: u64) -> Result<()> {
    let conn = app.storage.read();
    let (people, messages) = (store::people(conn).await?, store::some_messages(conn, MESSAGES).await?);
    let (mut rng, now) = (StdRng::seed_from_u64(seed), app.clock.now());
    let step = Duration::days(365) / i32::try_from(entries.max(1)).unwrap_or(i32::MAX);
    let mut at = now - Duration::days(365);
    let mut left = entries as usize;
    while left > 0 {
        let size = left.min(CHUNK);
        let chunk: Vec<audit_logs::Model> = (0..size)
            .map(|_| {
                at += step;
                entry(&mut rng, &people, &messages).row_at(app, at)
            })
            .collect();
        app.storage
            .write(chunk, |tx, chunk| {
                Box::pin(async move {
                    for entry in chunk {
                        tx.audit(entry.clone());
                    }
                    Ok(())
                })
            })
            .await?;
        left -= size;
    }
    Ok(())
}

/// One action.
struct Deed {
    actor: Option<Uuid>,
    action: &'static str,
    entity: (Entity, Option<Uuid>),
    changes: Changes,
    from: RequestInfo,
}

impl Deed {
    fn row_at(self, app: &App, at: DateTime<Utc>) -> audit_logs::Model {
        let Self { actor, action, entity, changes, from } = self;
        Entry { actor, action, entity, changes, from: &from }.row(&app.ids, at)
    }
}

/// Generates an action: mostly work on messages, some sign-ins, a few of them failed.
fn entry(rng: &mut StdRng, people: &[Uuid], messages: &[Uuid]) -> Deed {
    let (person, message) = (people.choose(rng).copied(), messages.choose(rng).copied());
    let status = |from: &str, to: &str| Changes::none().field("status", from, to);
    let (actor, action, entity, changes) = match rng.random_range(0..100) {
        0..30 => (None, "message.created", (Entity::Message, message), Changes::none().fact("status", "new")),
        30..50 => (person, "message.replied", (Entity::Message, message), status("new", "replied")),
        50..70 => (person, "message.status_changed", (Entity::Message, message), status("replied", "archived")),
        70..80 => (
            person,
            "message.assigned",
            (Entity::Message, message),
            Changes::none().field("assignedTo", None::<Uuid>, person),
        ),
        80..96 => (person, "auth.signed_in", (Entity::Staff, person), Changes::none()),
        _ => (None, "auth.sign_in_failed", (Entity::Staff, person), Changes::none()),
    };
    let mut from = RequestInfo::internal();
    // Addresses reserved for documentation, RFC 5737.
    from.ip = IpAddr::V4(Ipv4Addr::new(198, 51, 100, rng.random_range(1..255)));
    from.user_agent = Some(AGENT.to_owned());
    from.request_id = format!("req_{:032x}", rng.random::<u128>());
    Deed { actor, action, entity, changes, from }
}
