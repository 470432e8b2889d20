//! The tables of Tekvwarho and the migrations that make them.
//!
//! One source serves `SQLite` and `PostgreSQL`; no file here holds a rule of the product. Entities
//! change seldom and compile slowly, so they stand apart from the server.

pub mod entity;
pub mod migration;

pub use migration::Migrator;
