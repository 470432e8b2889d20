//! The only file that knows which database it talks to.

use std::path::Path;
use std::time::Duration;

use sea_orm::sea_query::{
    Alias, CommonTableExpression, Condition, Expr, ExprTrait as _, JoinType, Order, Query, SelectStatement,
};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, sqlx,
};
use uuid::Uuid;

/// The database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// The engine, by the scheme of its URL.
    pub fn of_url(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }

    /// The engine of an open connection.
    #[expect(clippy::disallowed_methods, reason = "this file is where the question may be asked")]
    pub fn of(conn: &impl ConnectionTrait) -> Self {
        if conn.get_database_backend() == DbBackend::Sqlite { Self::Sqlite } else { Self::Postgres }
    }

    /// True if other servers may write to the same database.
    pub fn is_shared(self) -> bool {
        self == Self::Postgres
    }

    /// True if a search gathers all matches before it returns the first one.
    pub fn gathers_matches(self) -> bool {
        self == Self::Postgres
    }

    /// Pages of a long walk to prefetch while one is processed. A server reads two at once; two connections to one file
    /// are slower together than one.
    pub fn pages_ahead(self) -> usize {
        match self {
            Self::Sqlite => 1,
            Self::Postgres => 2,
        }
    }

    /// Options for the query pool.
    pub(super) fn read_options(self, url: &str) -> ConnectOptions {
        match self {
            Self::Sqlite => {
                let mut options = sqlite_options(url, true);
                options.max_connections(4).min_connections(1);
                options
            }
            Self::Postgres => {
                let mut options = plain_options(url);
                options
                    .max_connections(POSTGRES_POOL)
                    .acquire_timeout(Duration::from_secs(5))
                    .test_before_acquire_if_idle_for(Duration::from_secs(1))
                    // JIT compilation takes longer than any of our queries.
                    .map_sqlx_postgres_opts(|postgres| postgres.options([("jit", "off")]));
                options
            }
        }
    }

    /// Options for the pool of units, if they have one: units that wait for locks then take no connection from readers.
    pub(super) fn unit_options(self, url: &str) -> ConnectOptions {
        self.read_options(url)
    }

    /// Options for the one connection that migrates `PostgreSQL`; its locks end with it.
    pub(super) fn migration_options(self, url: &str) -> ConnectOptions {
        let mut options = self.read_options(url);
        options.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
        options
    }

    /// Options for the one connection that writes; only `SQLite` has it.
    pub(super) fn write_options(self, url: &str) -> Option<ConnectOptions> {
        (self == Self::Sqlite).then(|| {
            let mut options = sqlite_options(url, false);
            options.max_connections(1).min_connections(1);
            options
        })
    }
}

/// Pool size for reading, and for writing.
const POSTGRES_POOL: u32 = 10;

fn plain_options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).record_stmt_in_spans(false);
    options
}

fn sqlite_options(url: &str, read_only: bool) -> ConnectOptions {
    let mut options = plain_options(url);
    options.test_before_acquire(false).idle_timeout(None).max_lifetime(None).map_sqlx_sqlite_opts(move |sqlite| {
        use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
        let sqlite = sqlite
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", if read_only { "-4000" } else { "-16000" })
            .pragma("temp_store", "memory")
            .statement_cache_capacity(200);
        if read_only {
            sqlite.pragma("query_only", "on")
        } else {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .pragma("secure_delete", "on")
        }
    });
    options
}

/// Begins a write transaction. On `SQLite` it takes the write lock at once, so that it cannot fail half-way because
/// another process has it.
pub(super) async fn begin(conn: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    conn.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    })
    .await
}

/// A table that is searched by the words in its `search_text`.
///
/// On `SQLite` it has a `serial` that only grows, with an FTS5 table `<table>_search` and a table `<table>_search_feed`
/// that says how far that index has got; on `PostgreSQL` it has a generated column `search_vector`. A migration creates
/// them, see `m0002_messages` and `m0012_search_feed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WordIndex {
    pub table: &'static str,
}

impl WordIndex {
    /// Adds the rows of this transaction to the index, all at once: each statement that writes to it creates a segment
    /// that must be merged later. `PostgreSQL` computes its search column by itself.
    pub(super) async fn feed(self, txn: &DatabaseTransaction) -> Result<(), DbErr> {
        if Engine::of(txn) == Engine::Postgres {
            return Ok(());
        }
        let table = self.table;
        let new = format!(
            "INSERT INTO {table}_search (rowid, search_text) SELECT serial, search_text FROM {table} \
             WHERE serial > (SELECT up_to FROM {table}_search_feed)"
        );
        if txn.execute_unprepared(&new).await?.rows_affected() > 0 {
            let far = format!("UPDATE {table}_search_feed SET up_to = (SELECT max(serial) FROM {table})");
            txn.execute_unprepared(&far).await?;
        }
        Ok(())
    }

    /// Selects the rows whose `search_text` contains every term, using the full-text index.
    ///
    /// `SQLite` must be told to walk the index first: it would otherwise gather all matches before it applies a LIMIT.
    /// `among` is a condition that leaves some tens of thousands of rows: others are skipped without reading them, and
    /// the walk begins with the newest, which filters of lists mostly leave.
    pub fn search(self, engine: Engine, terms: &[String], how: Match, among: Option<Condition>) -> SelectStatement {
        // Terms contain only letters and digits (see `fold`), so they cannot contain operators of either query language.
        let table = self.table;
        let mut select = Query::select();
        if !are_indexed(terms) {
            // The engines tokenize such words differently: match the column itself.
            select.from(Alias::new(table));
            for term in terms {
                select.and_where(self.holds(term));
            }
            return select;
        }
        match engine {
            Engine::Sqlite => {
                let star = if how == Match::Beginning { "*" } else { "" };
                let query = terms.iter().map(|term| format!("\"{term}\"{star}")).collect::<Vec<_>>().join(" AND ");
                select
                    .from(Alias::new(format!("{table}_search")))
                    // The query builder emits no ON for a cross join.
                    .join(JoinType::CrossJoin, Alias::new(table), Condition::all())
                    .and_where(Expr::cust(format!("{table}.serial = {table}_search.rowid")))
                    .and_where(Expr::cust_with_values(format!("{table}_search MATCH ?"), [query]));
                if let Some(condition) = among {
                    let serials = Query::select()
                        .column(Alias::new("serial"))
                        .from(Alias::new(table))
                        .cond_where(condition)
                        .take();
                    // The plus prevents a separate lookup in the word index for each of them.
                    select.and_where(Expr::cust(format!("+{table}_search.rowid")).in_subquery(serials));
                    select.order_by_expr(Expr::cust(format!("{table}_search.rowid")), Order::Desc);
                }
            }
            Engine::Postgres => {
                let star = if how == Match::Beginning { ":*" } else { "" };
                let query = terms.iter().map(|term| format!("{term}{star}")).collect::<Vec<_>>().join(" & ");
                let matches = format!("{table}.search_vector @@ to_tsquery('simple', $1)");
                select.from(Alias::new(table)).and_where(Expr::cust_with_values(matches, [query]));
            }
        }
        select
    }

    /// A condition on the search column. Languages that the engines cannot index may have no spaces, so their words match
    /// anywhere; others match at the beginning of a word. Terms contain only letters and digits, so nothing in them is a
    /// wildcard.
    pub fn holds(self, term: &str) -> Expr {
        let begins = if term.chars().all(is_indexed) { " " } else { "" };
        Expr::col((Alias::new(self.table), Alias::new("search_text"))).like(format!("%{begins}{term}%"))
    }
}

/// Waits until no other node migrates this `PostgreSQL` database, and holds the lock until the connection ends.
pub(super) async fn lock_migrations(conn: &DatabaseConnection) -> Result<(), DbErr> {
    // The key is "tekvwarh" in ASCII, which nobody else uses by chance.
    conn.execute_unprepared("SELECT pg_advisory_lock(x'74656b7677617268'::bigint)").await.map(drop)
}

/// True if the same unit may succeed on a retry (serialisation failure, deadlock).
pub(super) fn may_run_again(error: &DbErr) -> bool {
    sqlstate(error).is_some_and(|code| code == "40001" || code == "40P01")
}

/// True if the database is unreachable, or is shutting down or starting up.
pub fn is_unavailable(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        _ => match sqlx_error(error) {
            Some(
                sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::Tls(_)
                | sqlx::Error::WorkerCrashed,
            ) => true,
            // Class 57: operator intervention; class 08: connection; 53300: too many connections. On SQLite: another
            // process holds the lock (5 and its variants), or the disk is full (13).
            _ => sqlstate(error).is_some_and(|code| {
                code.starts_with("57P")
                    || code.starts_with("08")
                    || matches!(&*code, "53300" | "5" | "261" | "517" | "13")
            }),
        },
    }
}

fn sqlx_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

fn sqlstate(error: &DbErr) -> Option<String> {
    match sqlx_error(error)? {
        sqlx::Error::Database(error) => error.code().map(std::borrow::Cow::into_owned),
        _ => None,
    }
}

/// How much of a word a term must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// The whole word.
    Word,
    /// Its beginning.
    Beginning,
}

/// True if the engines find such words by their index.
pub fn are_indexed(terms: &[String]) -> bool {
    terms.iter().all(|term| term.chars().all(is_indexed))
}

/// The ids of a selection, in no particular order, at most `limit`.
///
/// `PostgreSQL` must not see the limit: it would scan the table in the hope of finding that many soon.
pub async fn ids_up_to(conn: &impl ConnectionTrait, ids: SelectStatement, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    let rows = match Engine::of(conn) {
        Engine::Sqlite => conn.query_all(ids.clone().limit(limit)).await?,
        Engine::Postgres => {
            let hits =
                CommonTableExpression::new().query(ids).table_name(Alias::new("hits")).materialized(true).to_owned();
            let some = Query::select().column(Alias::new("id")).from(Alias::new("hits")).limit(limit).take();
            conn.query_all(&some.with(Query::with().cte(hits).to_owned())).await?
        }
    };
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

/// The row count that `PostgreSQL` estimates from its statistics, without running the selection; 0 on `SQLite`, which
/// has none.
pub async fn estimate(conn: &impl ConnectionTrait, select: SelectStatement) -> Result<u64, DbErr> {
    if Engine::of(conn) == Engine::Sqlite {
        return Ok(0);
    }
    let Statement { sql, values, db_backend } = DbBackend::Postgres.build(&select);
    let explain = Statement { sql: format!("EXPLAIN (FORMAT JSON) {sql}"), values, db_backend };
    let Some(row) = conn.query_one_raw(explain).await? else { return Ok(0) };
    let plan: serde_json::Value = row.try_get_by_index(0)?;
    Ok(plan.pointer("/0/Plan/Plan Rows").and_then(serde_json::Value::as_u64).unwrap_or(0))
}

/// Letters and digits that both full-text engines treat as parts of words: Latin, Greek, Cyrillic, Armenian.
fn is_indexed(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || ('\u{c0}'..='\u{58f}').contains(&letter)
}

/// Writes a consistent copy of an `SQLite` database to `path`, which must not exist.
pub(super) async fn snapshot(conn: &DatabaseConnection, path: &Path) -> Result<(), DbErr> {
    let path = path.to_string_lossy().replace('\'', "''");
    conn.execute_unprepared(&format!("VACUUM INTO '{path}'")).await?;
    Ok(())
}
