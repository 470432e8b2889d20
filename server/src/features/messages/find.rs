//! Finding messages: lists under filters, a page at a time, and search.

use chrono::{DateTime, Utc};
use database::entity::message_tags;
use database::entity::messages::{self, Column, Entity, Status};
use sea_orm::sea_query::{
    Alias, Asterisk, Condition, Expr, ExprTrait as _, Func, Order, Query, SelectStatement, UnionType,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::filter::Filter;
use crate::error::Result;
use crate::storage::{COUNT_LIMIT, Cursor, Engine, Match, Page, WordIndex, are_indexed, estimate, ids_up_to};

/// Messages among which a search for common words looks: they are found among the newest, and the index would have
/// to gather all matches before it could sort them.
const WINDOW: u64 = 5_000;
/// Messages among which words that are everywhere are found [`MANY`] times, where the index gathers all matches first.
const NEAR: u64 = 16_000;
/// Stands for many.
const MANY: u64 = COUNT_LIMIT + 1;
/// Messages under a filter that are counted before a search: with fewer, the index of words skips the others.
const SOME: u64 = 50_000;
/// Characters of a message in a list.
pub const EXCERPT: u16 = 200;

/// Where the words of messages are found.
pub const WORDS: WordIndex = WordIndex { table: "messages" };

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
    pub doubtful: bool,
    /// With commas between them, which no tag holds; none: no tags.
    pub tags: Option<String>,
}

/// One page of messages under a filter. `standing` knows how many there are of its statuses and its assignee.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: usize,
    standing: impl AsyncFnOnce() -> Result<u64>,
) -> Result<Page<Row>> {
    let wanted = limit as u64 + 1;
    let (rows, counted) = if !filter.terms.is_empty() {
        search(conn, filter, cursor, wanted).await?
    } else if let Some(tag) = filter.only_tag() {
        // The index of the tags is in the order of the list already.
        let ids =
            tagged(tag, filter, cursor).order_by(message_tags::Column::MessageId, filter.order()).limit(wanted).take();
        let condition = Condition::all().add(Column::Id.in_subquery(ids));
        let rows = fetch(conn, rows_where(from_messages(), condition, filter.order(), wanted)).await?;
        (rows, counted(conn, tagged(tag, filter, None).limit(COUNT_LIMIT + 1).take()).await?)
    } else {
        let page = match page_ids(filter, cursor, wanted) {
            Some(ids) => Condition::all().add(Column::Id.in_subquery(ids)),
            None => filter.condition(cursor),
        };
        let rows = fetch(conn, rows_where(from_messages(), page, filter.order(), wanted)).await?;
        let counted = match rows.len() as u64 {
            all if cursor.is_none() && all < wanted => all,
            _ if filter.is_only_standing() => standing().await?,
            _ => count(conn, filter.condition(None), COUNT_LIMIT + 1).await?,
        };
        (rows, counted)
    };
    Ok(Page::new(rows, limit, counted, |row| row.id))
}

/// Ids of one page. Each status and each address of a service is asked for by itself, since its index is in the order of the list, and only the index:
/// a planner that has to read rows walks them all in the hope of meeting that status soon. None: nothing but a period is
/// asked for, and the rows stand in the order of the list themselves.
fn page_ids(filter: &Filter, cursor: Option<Cursor>, limit: u64) -> Option<SelectStatement> {
    if filter.is_only_period() {
        return None;
    }
    let ids_of = |filter: &Filter| {
        Query::select()
            .column(Column::Id)
            .from(Entity)
            .cond_where(filter.condition(cursor))
            .order_by(Column::Id, filter.order())
            .limit(limit)
            .take()
    };
    let parts = filter.parts();
    if let [one] = parts.as_slice() {
        return Some(ids_of(one));
    }
    // A part of a union may have an order of its own only inside of a table.
    let within = |part| Query::select().column(Column::Id).from_subquery(ids_of(part), Alias::new("of_status")).take();
    let mut parts = parts.iter().map(within);
    let mut all = parts.next()?;
    for part in parts {
        all.union(UnionType::All, part);
    }
    let page = Query::select()
        .column(Column::Id)
        .from_subquery(all, Alias::new("page"))
        .order_by(Column::Id, filter.order())
        .limit(limit)
        .take();
    Some(page)
}

/// Rows that hold the terms, and how many there are; counting stops one after [`COUNT_LIMIT`].
///
/// A few matches are all found, and the page is cut from them. Of many, the newest are what is wanted, and those are
/// found by looking through the newest messages.
async fn search(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    cursor: Option<Cursor>,
    wanted: u64,
) -> Result<(Vec<Row>, u64), DbErr> {
    let found = matches(conn, filter).await?;
    let total = found.len() as u64;
    if total <= COUNT_LIMIT {
        let page = filter.page_of(found, cursor, wanted);
        let condition = Condition::all().add(Column::Id.is_in(page));
        return Ok((fetch(conn, rows_where(from_messages(), condition, filter.order(), wanted)).await?, total));
    }
    let mut rows = fetch(conn, among_newest(filter, cursor, wanted)).await?;
    if (rows.len() as u64) < wanted {
        let all = WORDS.search(Engine::of(conn), &filter.terms, Match::Beginning, None);
        rows = fetch(conn, rows_where(all, filter.condition(cursor), filter.order(), wanted)).await?;
    }
    Ok((rows, total))
}

/// Messages that hold the terms, in no order; one more than [`COUNT_LIMIT`] stands for many.
async fn matches(conn: &impl ConnectionTrait, filter: &Filter) -> Result<Vec<Uuid>, DbErr> {
    let (gathers, alone) = (Engine::of(conn).gathers_matches(), filter.is_only_search());
    let most = if gathers { WINDOW } else { SOME };
    let left = if alone { u64::MAX } else { count(conn, filter.condition(None), most).await? };
    if left < WINDOW {
        // The other filters leave so few that looking at each is quicker than any index of words.
        return ids_up_to(conn, ids_among_newest(filter, None, WINDOW), MANY).await;
    }
    let mut beginnings = WORDS.search(Engine::of(conn), &filter.terms, Match::Beginning, None);
    if gathers && estimate(conn, beginnings.column((Entity, Column::Id)).take()).await? > 5 * MANY {
        let near = ids_up_to(conn, ids_among_newest(filter, None, NEAR), MANY).await?;
        if near.len() as u64 == MANY {
            return Ok(near);
        }
    }
    let found = indexed(conn, filter, &Condition::all(), None).await?;
    if alone {
        return Ok(found);
    }
    if (found.len() as u64) < MANY {
        let both = filter.condition(None).add(Column::Id.is_in(found));
        return ids_up_to(conn, from_messages().column(Column::Id).cond_where(both).take(), MANY).await;
    }
    let condition = filter.condition(None);
    indexed(conn, filter, &condition, (left < most).then(|| condition.clone())).await
}

/// What the index of words finds under a condition. Whole words are found at once; all words with a beginning must be
/// gathered first.
async fn indexed(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    condition: &Condition,
    among: Option<Condition>,
) -> Result<Vec<Uuid>, DbErr> {
    let ids = |how: Match| {
        WORDS
            .search(Engine::of(conn), &filter.terms, how, among.clone())
            .column((Entity, Column::Id))
            .cond_where(condition.clone())
            .take()
    };
    if !are_indexed(&filter.terms) {
        return ids_up_to(conn, ids(Match::Beginning), MANY).await;
    }
    let words = ids_up_to(conn, ids(Match::Word), MANY).await?;
    if words.len() as u64 == MANY { Ok(words) } else { ids_up_to(conn, ids(Match::Beginning), MANY).await }
}

/// Rows among the newest [`WINDOW`] messages of the filter.
fn among_newest(filter: &Filter, cursor: Option<Cursor>, limit: u64) -> SelectStatement {
    let ids = ids_among_newest(filter, cursor, WINDOW).order_by(Column::Id, filter.order()).limit(limit).take();
    rows_where(from_messages(), Condition::all().add(Column::Id.in_subquery(ids)), filter.order(), limit)
}

fn ids_among_newest(filter: &Filter, cursor: Option<Cursor>, newest: u64) -> SelectStatement {
    let window = Query::select()
        .columns([Column::Id, Column::SearchText])
        .from(Entity)
        .cond_where(filter.condition(cursor))
        .order_by(Column::Id, filter.order())
        .limit(newest)
        .take();
    let mut ids = Query::select();
    ids.column(Column::Id).from_subquery(window, Alias::new("messages"));
    for term in &filter.terms {
        ids.and_where(WORDS.holds(term));
    }
    ids
}

/// The newest messages that are not spam.
pub async fn latest(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<Row>, DbErr> {
    let condition = Condition::all().add(Column::Status.ne(Status::Spam));
    fetch(conn, rows_where(from_messages(), condition, Order::Desc, limit)).await
}

/// Messages of the same client, the newest first.
pub async fn of_client(
    conn: &impl ConnectionTrait,
    email_key: &str,
    except: Uuid,
    limit: u64,
) -> Result<Vec<Row>, DbErr> {
    let condition = Condition::all().add(Column::EmailKey.eq(email_key)).add(Column::Id.ne(except));
    fetch(conn, rows_where(from_messages(), condition, Order::Desc, limit)).await
}

/// Ids of all messages under a filter with words, in its order.
pub async fn all_ids(conn: &impl ConnectionTrait, filter: &Filter) -> Result<Vec<Uuid>, DbErr> {
    let condition = whole_condition(conn, filter, None);
    let select = Entity::find().select_only().column(Column::Id).filter(condition);
    select.order_by(Column::Id, filter.order()).into_tuple().all(conn).await
}

/// Whole messages by their ids, in the order of the filter, for exports.
pub async fn whole_of(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    ids: Vec<Uuid>,
) -> Result<Vec<messages::Model>, DbErr> {
    Entity::find().filter(Column::Id.is_in(ids)).order_by(Column::Id, filter.order()).all(conn).await
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

/// All rows under a filter, for the progress of an export.
pub async fn count_all(conn: &impl ConnectionTrait, filter: &Filter) -> Result<u64, DbErr> {
    let all = whole_condition(conn, filter, None);
    counted(conn, from_messages().expr(Expr::value(1)).cond_where(all).take()).await
}

/// Rows under a condition; stops at `limit`.
pub async fn count(conn: &impl ConnectionTrait, condition: Condition, limit: u64) -> Result<u64, DbErr> {
    counted(conn, from_messages().expr(Expr::value(1)).cond_where(condition).limit(limit).take()).await
}

fn whole_condition(conn: &impl ConnectionTrait, filter: &Filter, cursor: Option<Cursor>) -> Condition {
    let condition = filter.condition(cursor);
    if filter.terms.is_empty() {
        return condition;
    }
    let ids = WORDS.search(Engine::of(conn), &filter.terms, Match::Beginning, None).column((Entity, Column::Id)).take();
    condition.add(Column::Id.in_subquery(ids))
}

fn tagged(tag: &str, filter: &Filter, cursor: Option<Cursor>) -> SelectStatement {
    Query::select()
        .column(message_tags::Column::MessageId)
        .from(message_tags::Entity)
        .cond_where(filter.period(message_tags::Column::MessageId, cursor).add(message_tags::Column::Tag.eq(tag)))
        .take()
}

fn from_messages() -> SelectStatement {
    Query::select().from(Entity).take()
}

fn rows_where(mut from: SelectStatement, condition: Condition, order: Order, limit: u64) -> SelectStatement {
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
        Column::Doubtful,
    ];
    let excerpt =
        Func::cust("substr").args([Expr::col(Column::Message), Expr::value(1), Expr::value(i32::from(EXCERPT))]);
    from.columns(plain)
        .expr_as(excerpt, Alias::new("excerpt"))
        .expr_as(tags(), Alias::new("tags"))
        .cond_where(condition)
        .order_by((Entity, Column::Id), order)
        .limit(limit)
        .take()
}

/// The tags of a message, in no order.
fn tags() -> Expr {
    let joined = Func::cust("string_agg").args([Expr::col(message_tags::Column::Tag), Expr::value(",")]);
    let of_message = Expr::col(message_tags::Column::MessageId).equals((Entity, Column::Id));
    let tags = Query::select().expr(joined).from(message_tags::Entity).and_where(of_message).take();
    Expr::SubQuery(None, Box::new(tags.into()))
}

async fn fetch(conn: &impl ConnectionTrait, select: SelectStatement) -> Result<Vec<Row>, DbErr> {
    conn.query_all(&select).await?.iter().map(|row| Row::from_query_result(row, "")).collect()
}

async fn counted(conn: &impl ConnectionTrait, rows: SelectStatement) -> Result<u64, DbErr> {
    let select = Query::select()
        .expr_as(Func::count(Expr::col(Asterisk)), Alias::new("rows"))
        .from_subquery(rows, Alias::new("counted"))
        .take();
    let row = conn.query_one(&select).await?;
    let number: i64 = row.map(|row| row.try_get("", "rows")).transpose()?.unwrap_or(0);
    Ok(u64::try_from(number).unwrap_or(0))
}
