//! Chats that are given to people by themselves.

use chrono::{DateTime, Utc};
use database::entity::chat_sessions::Status;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::acts::{self, Now, Outcome};
use super::rules::{By, Deed};
use super::settings::Chat as Settings;
use super::{handled, notices, store};
use crate::app::App;
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::storage::Tx;

/// Sessions that are given out in one round.
const ROUND: u64 = 200;

/// How a session finds its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignment {
    /// It waits until somebody takes it.
    Off,
    /// Whoever got one longest ago.
    RoundRobin,
    /// Whoever has the fewest.
    LeastBusy,
}

/// Somebody who takes chats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    pub id: Uuid,
    /// Active sessions that they have.
    pub active: i32,
    /// When they last got one by itself.
    pub given_at: Option<DateTime<Utc>>,
}

/// How sessions are given out now.
#[derive(Clone)]
pub struct Terms {
    platform: Platform,
    rule: Assignment,
    /// Active sessions that a person has at most, as far as these come by themselves.
    capacity: i32,
    /// People without a sign of life since then are away.
    away_before: DateTime<Utc>,
}

impl Terms {
    /// None: sessions wait for somebody to take them, since it is switched off or outside the hours.
    pub fn of(app: &App) -> Option<Self> {
        let (settings, now) = (app.settings.get(), app.clock.now());
        let chat = settings.part::<Settings>();
        if chat.assignment == Assignment::Off || chat.open(&settings, now).now == Some(false) {
            return None;
        }
        Some(Self {
            platform: Platform::clone(app),
            rule: chat.assignment,
            capacity: chat.capacity.try_into().unwrap_or(i32::MAX),
            away_before: chat.away_before(now),
        })
    }
}

/// Who gets a session. `passed_on` had it and let it go: it is for somebody else.
pub fn choose(rule: Assignment, capacity: i32, candidates: &[Candidate], passed_on: Option<Uuid>) -> Option<Uuid> {
    let free = candidates.iter().filter(|it| it.active < capacity && Some(it.id) != passed_on);
    match rule {
        Assignment::Off => None,
        Assignment::RoundRobin => free.min_by_key(|it| (it.given_at, it.id)),
        Assignment::LeastBusy => free.min_by_key(|it| (it.active, it.given_at, it.id)),
    }
    .map(|it| it.id)
}

/// What came of giving a session out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    ToSomebody,
    /// It waits for nobody, or only for somebody who let it go.
    Not,
    /// Nobody can take another one.
    NobodyIsFree,
}

/// Gives a session that waits to somebody, with the notice and the audit entry.
///
/// # Errors
/// The database is unavailable.
pub async fn give(tx: &Tx<'_>, now: &Now, terms: &Terms, session: Uuid) -> Result<Given> {
    let Some(row) = store::locked(tx.conn(), session).await? else { return Ok(Given::Not) };
    if row.status != Status::Waiting || row.is_spam {
        return Ok(Given::Not);
    }
    let mut candidates = candidates(tx.conn(), terms.away_before).await?;
    let passed_on = store::passed_on_by(tx.conn(), session).await?;
    while let Some(person) = choose(terms.rule, terms.capacity, &candidates, passed_on) {
        let (outcome, _) = acts::act_on(tx, now, row.clone(), By::Time, Deed::Assign(person)).await?;
        if outcome == Outcome::NotForThem {
            // They have left, or lost the permission, since they said that they take chats.
            candidates.retain(|it| it.id != person);
            continue;
        }
        store::note_given(tx.conn(), person, now.at).await?;
        tx.notify(notices::of_given(tx, &terms.platform, session, person).await?);
        let from = RequestInfo::internal();
        let changes = Changes::none().field("assignedTo", None::<Uuid>, Some(person)).fact("rule", terms.rule);
        let entry =
            Entry { actor: None, action: "chat.given", entity: (Entity::Chat, Some(session)), changes, from: &from };
        tx.audit(entry.row(&now.ids, now.at));
        return Ok(Given::ToSomebody);
    }
    let free = choose(terms.rule, terms.capacity, &candidates, None);
    Ok(if free.is_some() { Given::Not } else { Given::NobodyIsFree })
}

/// Everybody who takes chats and is there. Their rows stay locked until the unit ends: two sessions never count on the
/// same free place.
async fn candidates(conn: &impl ConnectionTrait, away_before: DateTime<Utc>) -> Result<Vec<Candidate>> {
    let there = store::at_desk(conn, away_before).await?;
    if there.is_empty() {
        return Ok(Vec::new());
    }
    let active = store::active_by_staff(conn).await?;
    Ok(there
        .into_iter()
        .map(|row| Candidate {
            id: row.staff_id,
            active: active.get(&row.staff_id).copied().unwrap_or(0),
            given_at: row.given_at,
        })
        .collect())
}

/// Gives out what waits, oldest first: each minute, and whenever somebody has become free.
///
/// # Errors
/// The database is unavailable.
pub async fn give_all(app: &App) -> Result<()> {
    let Some(terms) = Terms::of(app) else { return Ok(()) };
    for id in store::waiting(app.storage.read(), ROUND).await? {
        let given = app.storage.write((handled::now(app), terms.clone()), move |tx, (now, terms)| {
            Box::pin(async move { give(tx, now, terms, id).await })
        });
        if given.await? == Given::NobodyIsFree {
            break;
        }
    }
    Ok(())
}

/// The same after something that worked in any case.
pub async fn look(app: &App) {
    if let Err(error) = give_all(app).await {
        tracing::warn!(%error, "chats that wait could not be given out; they will be within a minute");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(id: u128, active: i32, given: Option<i64>) -> Candidate {
        let given_at = given.map(|at| DateTime::from_timestamp(at, 0).expect("a time"));
        Candidate { id: Uuid::from_u128(id), active, given_at }
    }

    #[test]
    fn each_gets_one_in_turn() {
        let people = [somebody(1, 0, Some(50)), somebody(2, 3, Some(40)), somebody(3, 0, Some(60))];
        assert_eq!(choose(Assignment::RoundRobin, 5, &people, None), Some(Uuid::from_u128(2)));
        let new = [people[0], people[1], somebody(4, 4, None)];
        assert_eq!(choose(Assignment::RoundRobin, 5, &new, None), Some(Uuid::from_u128(4)), "whoever never got one");
        let equal = [somebody(9, 0, None), somebody(8, 0, None)];
        assert_eq!(choose(Assignment::RoundRobin, 5, &equal, None), Some(Uuid::from_u128(8)), "the same each time");
    }

    #[test]
    fn whoever_has_least_gets_it() {
        let people = [somebody(1, 2, None), somebody(2, 1, Some(60)), somebody(3, 1, Some(40))];
        assert_eq!(choose(Assignment::LeastBusy, 5, &people, None), Some(Uuid::from_u128(3)));
    }

    #[test]
    fn nobody_gets_more_than_they_can_hold_or_what_they_let_go() {
        for rule in [Assignment::RoundRobin, Assignment::LeastBusy] {
            let people = [somebody(1, 2, None), somebody(2, 1, Some(60))];
            assert_eq!(choose(rule, 2, &people, None), Some(Uuid::from_u128(2)));
            assert_eq!(choose(rule, 2, &people, Some(Uuid::from_u128(2))), None);
            assert_eq!(choose(rule, 3, &people, Some(Uuid::from_u128(2))), Some(Uuid::from_u128(1)));
            assert_eq!(choose(rule, 1, &people, None), None);
            assert_eq!(choose(rule, 1, &[], None), None);
        }
        assert_eq!(choose(Assignment::Off, 9, &[somebody(1, 0, None)], None), None);
    }
}
