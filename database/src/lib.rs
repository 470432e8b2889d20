//! The tables of Tekvwarho and the migrations that create them.
//!
//! One source serves `SQLite` and `PostgreSQL`; no file here contains a product rule. Entities change seldom and
//! compile slowly, so they are a separate crate.

pub mod entity;
pub mod migration;

pub use migration::Migrator;
