//! Searching messages by words, among those of a list.

use database::entity::messages::{Column, Entity};
use sea_orm::sea_query::{Alias, Condition, Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr};
use uuid::Uuid;

use super::filter::Filter;
use super::find::{List, Row, count, fetch, from, from_messages, rows_where};
use crate::storage::{COUNT_LIMIT, Cursor, Engine, Match, WordIndex, are_indexed, estimate, ids_up_to};

/// Messages among which a search for common words looks: they are found among the newest, and the index would have
/// to gather all matches before it could sort them.
const WINDOW: u64 = 5_000;
/// Messages among which words that are everywhere are found [`MANY`] times, where the index gathers all matches first.
const NEAR: u64 = 16_000;
/// Stands for many.
const MANY: u64 = COUNT_LIMIT + 1;
/// Messages under a filter that are counted before a search: with fewer, the index of words skips the others.
const SOME: u64 = 50_000;
/// Where the words of messages are found.
pub const WORDS: WordIndex = WordIndex { table: "messages" };

/// Rows that hold the terms, and how many there are; counting stops one after [`COUNT_LIMIT`].
///
/// A few matches are all found, and the page is cut from them. Of many, the newest are what is wanted, and those are
/// found by looking through the newest messages.
pub async fn search(
    conn: &impl ConnectionTrait,
    list: &List,
    filter: &Filter,
    cursor: Option<Cursor>,
) -> Result<(Vec<Row>, u64), DbErr> {
    let found = matches(conn, filter).await?;
    let total = found.len() as u64;
    if total <= COUNT_LIMIT {
        let page = filter.page_of(found, cursor, list.limit);
        let condition = Condition::all().add(list.key.is_in(page));
        return Ok((fetch(conn, rows_where(from_messages(), condition, list)).await?, total));
    }
    let mut rows = fetch(conn, among_newest(filter, cursor, list)).await?;
    if (rows.len() as u64) < list.limit {
        let all = WORDS.search(Engine::of(conn), &filter.terms, Match::Beginning, None);
        rows = fetch(conn, rows_where(all, filter.condition(cursor), list)).await?;
    }
    Ok((rows, total))
}

/// Keys of messages that hold the terms, in no order; one more than [`COUNT_LIMIT`] stands for many.
async fn matches(conn: &impl ConnectionTrait, filter: &Filter) -> Result<Vec<Uuid>, DbErr> {
    let (gathers, alone) = (Engine::of(conn).gathers_matches(), filter.is_only_search());
    let most = if gathers { WINDOW } else { SOME };
    let left = if alone { u64::MAX } else { count(conn, filter.condition(None), most).await? };
    if left < WINDOW {
        // The other filters leave so few that looking at each is quicker than any index of words.
        return ids_up_to(conn, among(filter, None, WINDOW), MANY).await;
    }
    let mut beginnings = WORDS.search(Engine::of(conn), &filter.terms, Match::Beginning, None);
    if gathers && estimate(conn, beginnings.column((Entity, Column::Id)).take()).await? > 5 * MANY {
        let near = ids_up_to(conn, among(filter, None, NEAR), MANY).await?;
        if near.len() as u64 == MANY {
            return Ok(near);
        }
    }
    let found = indexed(conn, filter, &Condition::all(), None).await?;
    if alone {
        return Ok(found);
    }
    if (found.len() as u64) < MANY {
        let key = filter.sort.key();
        let both = filter.condition(None).add(key.is_in(found));
        return ids_up_to(
            conn,
            from_messages().expr_as(Expr::col(key), Alias::new("id")).cond_where(both).take(),
            MANY,
        )
        .await;
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
    let mut condition = condition.clone();
    if filter.waiting {
        // Others have no key in such a list.
        condition = condition.add(Column::WaitingId.is_not_null());
    }
    let ids = |how: Match| {
        WORDS
            .search(Engine::of(conn), &filter.terms, how, among.clone())
            .expr_as(Expr::col((Entity, filter.sort.key())), Alias::new("id"))
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
fn among_newest(filter: &Filter, cursor: Option<Cursor>, list: &List) -> SelectStatement {
    let keys = among(filter, cursor, WINDOW).order_by(list.key, filter.order()).limit(list.limit).take();
    rows_where(from_messages(), Condition::all().add(list.key.in_subquery(keys)), list)
}

/// Keys of the messages that hold the terms among the first ones of the list.
fn among(filter: &Filter, cursor: Option<Cursor>, first: u64) -> SelectStatement {
    let key = filter.sort.key();
    let window = from(filter)
        .columns([key, Column::SearchText])
        .cond_where(filter.condition(cursor))
        .order_by(key, filter.order())
        .limit(first)
        .take();
    let mut keys = Query::select();
    keys.expr_as(Expr::col(key), Alias::new("id")).from_subquery(window, Alias::new("messages"));
    for term in &filter.terms {
        keys.and_where(WORDS.holds(term));
    }
    keys
}
