//! Finding messages: lists under filters, a page at a time, and search.

use chrono::{DateTime, Utc};
use database::entity::message_tags;
use database::entity::messages::{self, Column, Entity, LineKind, Status};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait as _, Func, Order, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::filter::{Filter, Sort};
use super::reads;
use super::search::{WORDS, search};
use crate::error::Result;
use crate::storage::{COUNT_LIMIT, Cursor, Engine, Match, Page, count_rows};

/// Characters of a message in a list.
pub const EXCERPT: u16 = 200;

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
    pub last_line: Option<String>,
    pub last_line_kind: Option<LineKind>,
    pub last_line_by: Option<Uuid>,
    pub last_line_at: Option<DateTime<Utc>>,
    pub activity_id: Uuid,
    pub waiting_id: Option<Uuid>,
    pub undelivered: bool,
    pub snoozed_until: Option<DateTime<Utc>>,
    pub follow_up_at: Option<DateTime<Utc>>,
    /// Up to when the person who asks has read it, and up to when they have read all others.
    pub seen_own: Option<DateTime<Utc>>,
    pub seen_all: Option<DateTime<Utc>>,
    pub doubtful: bool,
    /// With commas between them, which no tag holds; none: no tags.
    pub tags: Option<String>,
}

impl Row {
    /// Where it stands in a list.
    fn key(&self, sort: Sort) -> Uuid {
        match sort {
            Sort::Activity => self.activity_id,
            Sort::Waiting => self.waiting_id.unwrap_or_default(),
            Sort::Newest | Sort::Oldest => self.id,
        }
    }
}

/// One page of messages under a filter, for a person. `standing` knows how many there are of its statuses and its
/// assignee.
pub async fn list(
    conn: &impl ConnectionTrait,
    me: Uuid,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: usize,
    standing: impl AsyncFnOnce() -> Result<u64>,
) -> Result<Page<Row>> {
    let wanted = limit as u64 + 1;
    let key = filter.sort.key();
    let list = List { me, key, order: filter.order(), limit: wanted };
    let (rows, counted) = if !filter.terms.is_empty() {
        search(conn, &list, filter, cursor).await?
    } else if let Some(tag) = filter.only_tag() {
        // The index of the tags is in the order of the list already.
        let keys = tagged(tag, filter, cursor).order_by(tag_key(filter), filter.order()).limit(wanted).take();
        let condition = Condition::all().add(key.in_subquery(keys));
        let rows = fetch(conn, rows_where(from_messages(), condition, &list)).await?;
        (rows, count_rows(conn, tagged(tag, filter, None).limit(COUNT_LIMIT + 1).take()).await?)
    } else {
        let page = match page_keys(filter, cursor, wanted) {
            Some(keys) => Condition::all().add(key.in_subquery(keys)),
            None => filter.condition(cursor),
        };
        let rows = fetch(conn, rows_where(from_messages(), page, &list)).await?;
        let counted = match rows.len() as u64 {
            all if cursor.is_none() && all < wanted => all,
            _ if filter.is_only_standing() => standing().await?,
            _ => {
                count_rows(
                    conn,
                    from(filter).expr(Expr::value(1)).cond_where(filter.condition(None)).limit(COUNT_LIMIT + 1).take(),
                )
                .await?
            }
        };
        (rows, counted)
    };
    Ok(Page::new(rows, limit, counted, |row| row.key(filter.sort)))
}

/// What a list is like, besides which messages it has.
pub(super) struct List {
    pub me: Uuid,
    pub key: Column,
    pub order: Order,
    pub limit: u64,
}

/// Keys of one page. Each status and each address of a service is asked for by itself, since its index is in the order of the list, and only the index:
/// a planner that has to read rows walks them all in the hope of meeting that status soon. None: nothing but a period is
/// asked for, and the rows stand in the order of the list themselves.
fn page_keys(filter: &Filter, cursor: Option<Cursor>, limit: u64) -> Option<SelectStatement> {
    if filter.is_only_period() {
        return None;
    }
    let key = filter.sort.key();
    let keys_of = |filter: &Filter| {
        from(filter).column(key).cond_where(filter.condition(cursor)).order_by(key, filter.order()).limit(limit).take()
    };
    let parts = if filter.waiting || filter.of_few().is_some() { vec![filter.clone()] } else { filter.parts() };
    if let [one] = parts.as_slice() {
        return Some(keys_of(one));
    }
    // A part of a union may have an order of its own only inside of a table.
    let within = |part| Query::select().column(key).from_subquery(keys_of(part), Alias::new("of_status")).take();
    let mut parts = parts.iter().map(within);
    let mut all = parts.next()?;
    for part in parts {
        all.union(UnionType::All, part);
    }
    let page = Query::select()
        .column(key)
        .from_subquery(all, Alias::new("page"))
        .order_by(key, filter.order())
        .limit(limit)
        .take();
    Some(page)
}

/// The messages to look through. Of a few that an index knows, these: a planner would rather walk the order of the list
/// in the hope of meeting one soon. The limit, which cuts nothing off, makes it look for them first.
pub(super) fn from(filter: &Filter) -> SelectStatement {
    let Some(of_few) = filter.of_few() else { return from_messages() };
    let few =
        Query::select().expr(Expr::cust("*")).from(Entity).and_where(of_few).limit(i64::MAX.unsigned_abs()).take();
    Query::select().from_subquery(few, Alias::new("messages")).take()
}

/// The messages with the newest lines that are not spam, for a person.
pub async fn latest(conn: &impl ConnectionTrait, me: Uuid, limit: u64) -> Result<Vec<Row>, DbErr> {
    let condition = Condition::all().add(Column::Status.ne(Status::Spam));
    let list = List { me, key: Column::ActivityId, order: Order::Desc, limit };
    fetch(conn, rows_where(from_messages(), condition, &list)).await
}

/// Messages of the same client, the newest first, for a person.
pub async fn of_client(
    conn: &impl ConnectionTrait,
    me: Uuid,
    email_key: &str,
    except: Uuid,
    limit: u64,
) -> Result<Vec<Row>, DbErr> {
    let condition = Condition::all().add(Column::EmailKey.eq(email_key)).add(Column::Id.ne(except));
    let list = List { me, key: Column::Id, order: Order::Desc, limit };
    fetch(conn, rows_where(from_messages(), condition, &list)).await
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
    count_rows(conn, from_messages().expr(Expr::value(1)).cond_where(all).take()).await
}

/// Rows under a condition; stops at `limit`.
pub async fn count(conn: &impl ConnectionTrait, condition: Condition, limit: u64) -> Result<u64, DbErr> {
    count_rows(conn, from_messages().expr(Expr::value(1)).cond_where(condition).limit(limit).take()).await
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
    let key = tag_key(filter);
    let period = filter.period(message_tags::Column::MessageId).add_option(filter.after(key, cursor));
    Query::select()
        .column(key)
        .from(message_tags::Entity)
        .cond_where(period.add(message_tags::Column::Tag.eq(tag)))
        .take()
}

/// The key of a list, where the tags have it.
fn tag_key(filter: &Filter) -> message_tags::Column {
    if filter.sort == Sort::Activity { message_tags::Column::ActivityId } else { message_tags::Column::MessageId }
}

pub(super) fn from_messages() -> SelectStatement {
    Query::select().from(Entity).take()
}

pub(super) fn rows_where(mut from: SelectStatement, condition: Condition, list: &List) -> SelectStatement {
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
        Column::LastLine,
        Column::LastLineKind,
        Column::LastLineBy,
        Column::LastLineAt,
        Column::ActivityId,
        Column::WaitingId,
        Column::Undelivered,
        Column::SnoozedUntil,
        Column::FollowUpAt,
        Column::Doubtful,
    ];
    let excerpt =
        Func::cust("substr").args([Expr::col(Column::Message), Expr::value(1), Expr::value(i32::from(EXCERPT))]);
    for (name, mark) in reads::columns(list.me) {
        from.expr_as(mark, Alias::new(name));
    }
    from.columns(plain)
        .expr_as(excerpt, Alias::new("excerpt"))
        .expr_as(tags(), Alias::new("tags"))
        .cond_where(condition)
        .order_by((Entity, list.key), list.order.clone())
        .limit(list.limit)
        .take()
}

/// The tags of a message, in no order.
fn tags() -> Expr {
    let joined = Func::cust("string_agg").args([Expr::col(message_tags::Column::Tag), Expr::value(",")]);
    let of_message = Expr::col(message_tags::Column::MessageId).equals((Entity, Column::Id));
    let tags = Query::select().expr(joined).from(message_tags::Entity).and_where(of_message).take();
    Expr::SubQuery(None, Box::new(tags.into()))
}

pub(super) async fn fetch(conn: &impl ConnectionTrait, select: SelectStatement) -> Result<Vec<Row>, DbErr> {
    conn.query_all(&select).await?.iter().map(|row| Row::from_query_result(row, "")).collect()
}
