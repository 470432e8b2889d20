//! Cursor pagination: a page is what follows the last id of the previous page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::sea_query::{Alias, Asterisk, Expr, Func, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Totals are exact up to this number; beyond, they are a lower bound.
pub const COUNT_LIMIT: u64 = 1_000;

/// The position where the next page begins. Opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub Uuid);

impl Cursor {
    /// The text that clients send back.
    pub fn encode(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.as_bytes())
    }

    /// Parses the output of [`Cursor::encode`].
    pub fn decode(text: &str) -> Result<Self> {
        URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| Uuid::from_slice(&bytes).ok())
            .map(Self)
            .ok_or_else(|| Error::field("cursor", "invalid", "This cursor is invalid. Start from the first page."))
    }
}

/// One page of rows.
#[derive(Debug)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// All rows under the filter, at most [`COUNT_LIMIT`].
    pub total: u64,
    /// True if there are more than `total`.
    pub total_is_lower_bound: bool,
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Builds a page of up to `limit` rows from up to `limit` + 1, and from a count that stopped after [`COUNT_LIMIT`]
    /// + 1.
    pub fn new(mut rows: Vec<T>, limit: usize, counted: u64, id: impl Fn(&T) -> Uuid) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = more.then(|| rows.last().map(|row| Cursor(id(row)))).flatten();
        Self { rows, total: counted.min(COUNT_LIMIT), total_is_lower_bound: counted > COUNT_LIMIT, next }
    }

    /// The page of a list that is short enough to be read whole. If the row at the cursor is gone, there is no position
    /// to continue from: the list starts over.
    pub fn within(all: Vec<T>, cursor: Option<Cursor>, limit: usize, id: impl Fn(&T) -> Uuid) -> Self {
        let counted = all.len() as u64;
        let begin = cursor.and_then(|Cursor(last)| all.iter().position(|row| id(row) == last)).map_or(0, |at| at + 1);
        Self::new(all.into_iter().skip(begin).take(limit + 1).collect(), limit, counted, id)
    }

    /// The same page with each row converted.
    pub fn map<U>(mut self, convert: impl FnMut(T) -> U) -> Page<U> {
        let rows = std::mem::take(&mut self.rows).into_iter().map(convert).collect();
        self.with(rows)
    }

    /// The same page with other rows, such as its own converted all at once.
    pub fn with<U>(self, rows: Vec<U>) -> Page<U> {
        Page { rows, total: self.total, total_is_lower_bound: self.total_is_lower_bound, next: self.next }
    }
}

/// The number of rows that a query selects. With a limit, counting stops there.
///
/// # Errors
/// The database is unavailable.
pub async fn count_rows(conn: &impl ConnectionTrait, rows: SelectStatement) -> Result<u64, DbErr> {
    let select = Query::select()
        .expr_as(Func::count(Expr::col(Asterisk)), Alias::new("rows"))
        .from_subquery(rows, Alias::new("counted"))
        .take();
    let row = conn.query_one(&select).await?;
    let number: i64 = row.map(|row| row.try_get("", "rows")).transpose()?.unwrap_or(0);
    Ok(u64::try_from(number).unwrap_or(0))
}
