//! The database: one pool to read from, one way to write to it.
//!
//! Features call [`Storage::read`] for queries and [`Storage::write`] for units of work. `dialect.rs` contains
//! everything that differs between `SQLite` and `PostgreSQL`.

mod alone;
mod counts;
mod dialect;
mod fold;
mod folding;
mod paging;
mod pool;
mod reach;
mod waiting;
mod write;

pub use alone::Alone;
pub use counts::{Count, Counted, FOLD_AT, SLOT, counted, fold, unfolded};
pub use dialect::{Engine, Match, WordIndex, are_indexed, estimate, ids_up_to, is_unavailable};
pub use fold::{email_key, folded, phrase, search_terms, search_text};
pub use folding::fold_until_stopped;
pub use paging::{COUNT_LIMIT, Cursor, Page, count_rows};
pub use pool::{Storage, database_file, database_url};
pub use write::{BoxFuture, Tx};
