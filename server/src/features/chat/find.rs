//! Finding chats: lists under filters, a page at a time, search, and figures.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use database::entity::chat_sessions::{Column, Entity, Model, Status};
use database::entity::{chat_messages as lines, chat_tags as tags};
use sea_orm::sea_query::{Alias, Condition, Expr, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::http::filters::{day, given};
use crate::ids::first_of;
use crate::storage::{COUNT_LIMIT, Cursor, Engine, Match, Page, WordIndex, count_rows, search_terms};

/// Where the words of lines are found.
pub const WORDS: WordIndex = WordIndex { table: "chat_messages" };
/// Where names and addresses are found; not by an index of words.
const NAMES: WordIndex = WordIndex { table: "chat_sessions" };
/// Newest first replies and ratings that figures look at.
const NEWEST: u64 = 1_000;

/// The filters of the list. All must match.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ChatQuery {
    /// `waiting`, `active`, `closed`, `missed` or `spam`, several with commas. Without it, all but spam.
    pub status: Option<String>,
    /// The id of a person, `me` or `none`.
    pub assigned_to: Option<String>,
    /// Words that occur in the conversation, the name or the address of the visitor.
    pub q: Option<String>,
    /// The first and the last day of the beginning, such as `2026-01-31`, in the firm's zone.
    pub from: Option<String>,
    pub to: Option<String>,
    pub tag: Option<String>,
}

/// The filters, read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    statuses: Vec<Status>,
    missed: bool,
    spam: bool,
    /// Somebody, or nobody.
    assignee: Option<Option<Uuid>>,
    from: Option<DateTime<Utc>>,
    /// Exclusive.
    until: Option<DateTime<Utc>>,
    tag: Option<String>,
    terms: Vec<String>,
    /// Something was looked for that holds no word: nothing is found.
    nothing: bool,
}

impl ChatQuery {
    /// Reads the filters; `me` is the person who asks, days are those of `zone`.
    pub fn read(&self, me: Uuid, zone: Tz) -> Result<Filter> {
        let mut filter = Filter { tag: given(self.tag.as_ref()).map(str::to_lowercase), ..Filter::default() };
        for word in given(self.status.as_ref()).into_iter().flat_map(|text| text.split(',')) {
            match word.trim() {
                "waiting" => filter.statuses.push(Status::Waiting),
                "active" => filter.statuses.push(Status::Active),
                "closed" => filter.statuses.push(Status::Closed),
                "missed" => filter.missed = true,
                "spam" => filter.spam = true,
                _ => {
                    let message = "This must be waiting, active, closed, missed or spam.";
                    return Err(Error::field("status", "invalid", message));
                }
            }
        }
        filter.assignee = match given(self.assigned_to.as_ref()) {
            None => None,
            Some("me") => Some(Some(me)),
            Some("none") => Some(None),
            Some(id) => {
                let wrong = || Error::field("assignedTo", "invalid", "This must be an id, me or none.");
                Some(Some(id.parse().map_err(|_| wrong())?))
            }
        };
        let begin = |day: NaiveDate| {
            let midnight = day.and_time(NaiveTime::MIN);
            zone.from_local_datetime(&midnight).earliest().map_or(midnight.and_utc(), |at| at.to_utc())
        };
        filter.from = day("from", given(self.from.as_ref()))?.map(begin);
        let after = |day: NaiveDate| day.checked_add_days(Days::new(1));
        filter.until = day("to", given(self.to.as_ref()))?.and_then(after).map(begin);
        if let Some(words) = given(self.q.as_ref()) {
            filter.terms = search_terms(words);
            filter.nothing = filter.terms.is_empty();
        }
        Ok(filter)
    }
}

impl Filter {
    fn condition(&self, engine: Engine) -> Condition {
        let mut all = Condition::all().add(Column::IsSpam.eq(self.spam));
        if !self.statuses.is_empty() {
            all = all.add(Column::Status.is_in(self.statuses.iter().copied()));
        }
        if self.missed {
            all = all.add(Column::Status.eq(Status::Closed)).add(Column::FirstRepliedAt.is_null());
        }
        all = match self.assignee {
            None => all,
            Some(None) => all.add(Column::StaffId.is_null()),
            Some(Some(id)) => all.add(Column::StaffId.eq(id)),
        };
        all = all.add_option(self.from.map(|from| Column::SessionId.gte(first_of(from))));
        all = all.add_option(self.until.map(|until| Column::SessionId.lt(first_of(until))));
        if let Some(tag) = &self.tag {
            let with = Query::select()
                .column(tags::Column::SessionId)
                .from(tags::Entity)
                .and_where(tags::Column::Tag.eq(tag.as_str()))
                .take();
            all = all.add(Column::SessionId.in_subquery(with));
        }
        if !self.terms.is_empty() {
            let spoken = WORDS
                .search(engine, &self.terms, Match::Beginning, None)
                .column((Alias::new("chat_messages"), lines::Column::SessionId))
                .take();
            let named = self.terms.iter().fold(Condition::all(), |all, term| all.add(NAMES.holds(term)));
            all = all.add(Condition::any().add(Column::SessionId.in_subquery(spoken)).add(named));
        }
        all.add_option(self.nothing.then(|| Expr::cust("1 = 0")))
    }
}

/// One page of sessions, newest activity first.
///
/// # Errors
/// The database is unavailable.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<Page<Model>> {
    let rows = some(conn, filter, cursor, limit + 1).await?;
    let condition = filter.condition(Engine::of(conn));
    let some = Query::select().expr(Expr::value(1)).from(Entity).cond_where(condition).limit(COUNT_LIMIT + 1).take();
    Ok(Page::new(rows, limit, count_rows(conn, some).await?, |row| row.activity_id))
}

/// At most `limit` sessions, newest activity first.
///
/// # Errors
/// The database is unavailable.
pub async fn some(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<Vec<Model>> {
    let mut query = Entity::find().filter(filter.condition(Engine::of(conn)));
    if let Some(Cursor(last)) = cursor {
        query = query.filter(Column::ActivityId.lt(last));
    }
    Ok(query.order_by_desc(Column::ActivityId).limit(limit as u64).all(conn).await?)
}

/// How many sessions match.
///
/// # Errors
/// The database is unavailable.
pub async fn count_all(conn: &impl ConnectionTrait, filter: &Filter) -> Result<u64> {
    Ok(Entity::find().filter(filter.condition(Engine::of(conn))).count(conn).await?)
}

/// Figures of chat.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatStats {
    pub waiting: u64,
    pub active: u64,
    /// Active ones of the caller.
    pub mine: u64,
    /// Begun within the last 30 days, and how many of them were closed before staff wrote anything.
    pub sessions: u64,
    pub missed: u64,
    /// The median time in seconds from the first line of a visitor to the first of staff; null: there is none.
    pub first_response_seconds: Option<i64>,
    /// The mean of the ratings, and how many there are.
    pub rating: Option<f64>,
    pub ratings: u64,
}

/// The figures of now and of the last 30 days.
///
/// # Errors
/// The database is unavailable.
pub async fn stats(conn: &impl ConnectionTrait, me: Uuid, now: DateTime<Utc>) -> Result<ChatStats> {
    let recent =
        Condition::all().add(Column::SessionId.gte(first_of(now - Duration::days(30)))).add(Column::IsSpam.eq(false));
    let count = async |condition: Condition| Entity::find().filter(condition).count(conn).await;
    let all = Condition::all;
    let (waiting, active) = (waiting(conn).await?, count(all().add(Column::Status.eq(Status::Active))).await?);
    let mine = count(all().add(Column::Status.eq(Status::Active)).add(Column::StaffId.eq(me))).await?;
    let missed = all().add(Column::Status.eq(Status::Closed)).add(Column::FirstRepliedAt.is_null());
    let replied: Vec<(DateTime<Utc>, DateTime<Utc>)> = Entity::find()
        .select_only()
        .columns([Column::StartedAt, Column::FirstRepliedAt])
        .filter(recent.clone())
        .filter(Column::FirstRepliedAt.is_not_null())
        .order_by_desc(Column::SessionId)
        .limit(NEWEST)
        .into_tuple()
        .all(conn)
        .await?;
    let mut times: Vec<i64> = replied.into_iter().map(|(from, to)| (to - from).num_seconds()).collect();
    times.sort_unstable();
    let ratings: Vec<i16> = Entity::find()
        .select_only()
        .column(Column::Rating)
        .filter(recent.clone())
        .filter(Column::Rating.is_not_null())
        .order_by_desc(Column::SessionId)
        .limit(NEWEST)
        .into_tuple()
        .all(conn)
        .await?;
    let sum: f64 = ratings.iter().map(|rating| f64::from(*rating)).sum();
    let many = u32::try_from(ratings.len()).unwrap_or(u32::MAX);
    Ok(ChatStats {
        waiting,
        active,
        mine,
        sessions: count(all().add(recent.clone())).await?,
        missed: count(missed.add(recent)).await?,
        first_response_seconds: times.get(times.len() / 2).copied(),
        rating: (many > 0).then(|| sum / f64::from(many)),
        ratings: many.into(),
    })
}

/// How many sessions wait for somebody.
///
/// # Errors
/// The database is unavailable.
pub async fn waiting(conn: &impl ConnectionTrait) -> Result<u64> {
    Ok(Entity::find().filter(Column::Status.eq(Status::Waiting)).filter(Column::IsSpam.eq(false)).count(conn).await?)
}
