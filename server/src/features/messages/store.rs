//! All queries of the inbox.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use database::entity::messages::{self, Column, Entity, Status};
use database::entity::{message_notes, message_replies, message_tags};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait as _, Func, Order, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, FromQueryResult,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::filter::Filter;
use crate::error::Result;
use crate::ids::first_of;
use crate::storage::{COUNT_LIMIT, Cursor, Engine, Page, search_condition};

/// Messages among which a search looks before it asks the index. Most searches are for something recent, and words that
/// are in every tenth message are found here at once.
const WINDOW: u64 = 5_000;
/// Characters of a message in a list.
const EXCERPT: i32 = 200;

/// A message as a list shows it.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Row {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub company: Option<String>,
    pub service: Option<String>,
    pub excerpt: String,
    pub status: Status,
    pub assigned_to: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub last_activity_at: DateTime<Utc>,
    pub reply_count: i32,
    pub client_replied_at: Option<DateTime<Utc>>,
    pub opened_at: Option<DateTime<Utc>>,
}

fn rows_where(condition: Condition, order: Order, limit: u64) -> SelectStatement {
    let plain = [
        Column::Id,
        Column::Name,
        Column::Email,
        Column::Company,
        Column::Service,
        Column::Status,
        Column::AssignedTo,
        Column::CreatedAt,
        Column::LastActivityAt,
        Column::ReplyCount,
        Column::ClientRepliedAt,
        Column::OpenedAt,
    ];
    let excerpt = Func::cust("substr").args([Expr::col(Column::Message), Expr::value(1), Expr::value(EXCERPT)]);
    Query::select()
        .columns(plain)
        .expr_as(excerpt, Alias::new("excerpt"))
        .from(Entity)
        .cond_where(condition)
        .order_by((Entity, Column::Id), order)
        .limit(limit)
        .take()
}

/// One page of messages under a filter.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<Page<Row>> {
    let wanted = limit as u64 + 1;
    let condition = filter.condition(cursor);
    let engine = Engine::of(conn);
    let (rows, counted) = if filter.terms.is_empty() {
        let rows = fetch(conn, rows_where(condition, filter.order(), wanted)).await?;
        (rows, count(conn, filter.condition(None)).await?)
    } else {
        let indexed = |condition: Condition| condition.add(search_condition(engine, &filter.terms));
        let recent = fetch(conn, recent_matches(filter, condition.clone(), wanted)).await?;
        let rows = if recent.len() as u64 == wanted {
            recent
        } else {
            fetch(conn, rows_where(indexed(condition), filter.order(), wanted)).await?
        };
        (rows, count(conn, indexed(filter.condition(None))).await?)
    };
    Ok(Page::new(rows, limit, counted, |row| row.id))
}

async fn fetch(conn: &impl ConnectionTrait, select: SelectStatement) -> Result<Vec<Row>, DbErr> {
    conn.query_all(&select).await?.iter().map(|row| Row::from_query_result(row, "")).collect()
}

/// Matches among the next [`WINDOW`] messages in the order of the list.
fn recent_matches(filter: &Filter, condition: Condition, limit: u64) -> SelectStatement {
    let window = Query::select()
        .columns([Column::Id, Column::SearchText])
        .from(Entity)
        .cond_where(condition)
        .order_by(Column::Id, filter.order())
        .limit(WINDOW)
        .take();
    let alias = Alias::new("recent");
    let mut ids = Query::select();
    ids.column((alias.clone(), Column::Id)).from_subquery(window, alias.clone());
    for term in &filter.terms {
        // Terms are letters and digits, so nothing in them is a wildcard.
        ids.and_where(Expr::col((alias.clone(), Column::SearchText)).like(format!("% {term}%")));
    }
    ids.order_by((alias, Column::Id), filter.order()).limit(limit);
    rows_where(Condition::all().add(Column::Id.in_subquery(ids)), filter.order(), limit)
}

/// Rows under a condition; stops one after the limit up to which totals are exact.
async fn count(conn: &impl ConnectionTrait, condition: Condition) -> Result<u64, DbErr> {
    let first = Query::select().expr(Expr::value(1)).from(Entity).cond_where(condition).limit(COUNT_LIMIT + 1).take();
    counted(conn, first).await
}

async fn counted(conn: &impl ConnectionTrait, rows: SelectStatement) -> Result<u64, DbErr> {
    let select = Query::select()
        .expr_as(Func::count(Expr::col(sea_orm::sea_query::Asterisk)), Alias::new("rows"))
        .from_subquery(rows, Alias::new("counted"))
        .take();
    let row = conn.query_one(&select).await?;
    let number: i64 = row.map(|row| row.try_get("", "rows")).transpose()?.unwrap_or(0);
    Ok(u64::try_from(number).unwrap_or(0))
}

/// All rows under a filter, for the progress of an export.
pub async fn count_all(conn: &impl ConnectionTrait, filter: &Filter) -> Result<u64, DbErr> {
    counted(
        conn,
        Query::select().expr(Expr::value(1)).from(Entity).cond_where(whole_condition(conn, filter, None)).take(),
    )
    .await
}

fn whole_condition(conn: &impl ConnectionTrait, filter: &Filter, cursor: Option<Cursor>) -> Condition {
    let condition = filter.condition(cursor);
    if filter.terms.is_empty() { condition } else { condition.add(search_condition(Engine::of(conn), &filter.terms)) }
}

/// Whole messages under a filter, for exports.
pub async fn whole(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Vec<messages::Model>, DbErr> {
    Entity::find()
        .filter(whole_condition(conn, filter, cursor))
        .order_by(Column::Id, filter.order())
        .limit(limit)
        .all(conn)
        .await
}

/// The newest messages that are not spam.
pub async fn latest(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<Row>, DbErr> {
    fetch(conn, rows_where(Condition::all().add(Column::Status.ne(Status::Spam)), Order::Desc, limit)).await
}

/// How many messages stand where, by the names of the statuses; each at most 1,000, which then means 1,000 or more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    pub new: u64,
    pub in_progress: u64,
    pub replied: u64,
    pub converted: u64,
    pub archived: u64,
    pub spam: u64,
    /// New or in progress, and nobody's.
    pub unassigned: u64,
    /// New or in progress, and assigned to the person who asks.
    pub mine: u64,
}

/// The counts for one person.
pub async fn counts(conn: &impl ConnectionTrait, me: Uuid) -> Result<Counts, DbErr> {
    let with = async |condition: Condition| count(conn, condition).await.map(|number| Ord::min(number, COUNT_LIMIT));
    let status = |status: Status| Condition::all().add(Column::Status.eq(status));
    let open = || Condition::all().add(Column::Status.is_in([Status::New, Status::InProgress]));
    Ok(Counts {
        new: with(status(Status::New)).await?,
        in_progress: with(status(Status::InProgress)).await?,
        replied: with(status(Status::Replied)).await?,
        converted: with(status(Status::Converted)).await?,
        archived: with(status(Status::Archived)).await?,
        spam: with(status(Status::Spam)).await?,
        unassigned: with(open().add(Column::AssignedTo.is_null())).await?,
        mine: with(open().add(Column::AssignedTo.eq(me))).await?,
    })
}

/// Messages that came in on each day, and first answers that went out, from `since` on. Spam is not counted.
pub async fn day_counts(
    conn: &impl ConnectionTrait,
    since: DateTime<Utc>,
) -> Result<HashMap<NaiveDate, (u64, u64)>, DbErr> {
    let mut days: HashMap<NaiveDate, (u64, u64)> = HashMap::new();
    let received: Vec<DateTime<Utc>> = Entity::find()
        .select_only()
        .column(Column::CreatedAt)
        .filter(Column::Id.gte(first_of(since)))
        .filter(Column::Status.ne(Status::Spam))
        .into_tuple()
        .all(conn)
        .await?;
    for at in received {
        days.entry(at.date_naive()).or_default().0 += 1;
    }
    let answered: Vec<Option<DateTime<Utc>>> = Entity::find()
        .select_only()
        .column(Column::FirstRepliedAt)
        .filter(Column::FirstRepliedAt.gte(since))
        .filter(Column::Status.ne(Status::Spam))
        .into_tuple()
        .all(conn)
        .await?;
    for at in answered.into_iter().flatten() {
        days.entry(at.date_naive()).or_default().1 += 1;
    }
    Ok(days)
}

/// Arrival and first answer of the messages that arrived in a period and were answered. Spam is not counted.
pub async fn first_answers(
    conn: &impl ConnectionTrait,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, DateTime<Utc>)>, DbErr> {
    Entity::find()
        .select_only()
        .columns([Column::CreatedAt, Column::FirstRepliedAt])
        .filter(Column::Id.gte(first_of(from)))
        .filter(Column::Id.lt(first_of(until)))
        .filter(Column::FirstRepliedAt.is_not_null())
        .filter(Column::Status.ne(Status::Spam))
        .into_tuple()
        .all(conn)
        .await
}

/// One message, its row locked where the engine locks rows.
pub async fn locked(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<messages::Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(conn).await
}

/// Messages of the same client, the newest first.
pub async fn of_client(
    conn: &impl ConnectionTrait,
    email_key: &str,
    except: Uuid,
    limit: u64,
) -> Result<Vec<Row>, DbErr> {
    let condition = Condition::all().add(Column::EmailKey.eq(email_key)).add(Column::Id.ne(except));
    fetch(conn, rows_where(condition, Order::Desc, limit)).await
}

pub async fn replies_of(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<message_replies::Model>, DbErr> {
    message_replies::Entity::find()
        .filter(message_replies::Column::MessageId.eq(id))
        .order_by_asc(message_replies::Column::Id)
        .all(conn)
        .await
}

pub async fn notes_of(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<message_notes::Model>, DbErr> {
    message_notes::Entity::find()
        .filter(message_notes::Column::MessageId.eq(id))
        .order_by_asc(message_notes::Column::Id)
        .all(conn)
        .await
}

/// Tags of several messages.
pub async fn tags_of(conn: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<String>>, DbErr> {
    let mut tags: HashMap<Uuid, Vec<String>> = HashMap::new();
    if !ids.is_empty() {
        for row in message_tags::Entity::find().filter(message_tags::Column::MessageId.is_in(ids)).all(conn).await? {
            tags.entry(row.message_id).or_default().push(row.tag);
        }
    }
    for list in tags.values_mut() {
        list.sort_unstable();
    }
    Ok(tags)
}

/// Replaces the tags of a message.
pub async fn set_tags(conn: &impl ConnectionTrait, id: Uuid, tags: &[String]) -> Result<(), DbErr> {
    message_tags::Entity::delete_many().filter(message_tags::Column::MessageId.eq(id)).exec(conn).await?;
    if !tags.is_empty() {
        let rows = tags.iter().map(|tag| message_tags::Model { message_id: id, tag: tag.clone() }.into_active_model());
        message_tags::Entity::insert_many(rows).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Every tag with the number of its messages, the most used first.
pub async fn tag_counts(conn: &impl ConnectionTrait) -> Result<Vec<(String, i64)>, DbErr> {
    message_tags::Entity::find()
        .select_only()
        .column(message_tags::Column::Tag)
        .column_as(message_tags::Column::MessageId.count(), "number")
        .group_by(message_tags::Column::Tag)
        .order_by_desc(Expr::col(Alias::new("number")))
        .limit(200)
        .into_tuple()
        .all(conn)
        .await
}

/// Notes that somebody has opened it. It is no change of the message, so its version stays.
pub async fn opened(conn: &impl ConnectionTrait, id: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::OpenedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(conn)
        .await
        .map(drop)
}

/// Notes an answer of the client: the message is open again.
pub async fn client_answered(conn: &impl ConnectionTrait, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let Some(message) = locked(conn, id).await? else { return Err(crate::error::Error::NotFound) };
    let status = match message.status {
        Status::New => Status::New,
        _ => Status::InProgress,
    };
    let (version, count) = (message.version + 1, message.reply_count + 1);
    let mut change = message.into_active_model();
    change.status = sea_orm::Set(status);
    change.client_replied_at = sea_orm::Set(Some(now));
    change.last_activity_at = sea_orm::Set(now);
    change.reply_count = sea_orm::Set(count);
    change.version = sea_orm::Set(version);
    change.update(conn).await?;
    Ok(())
}
