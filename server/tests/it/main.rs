//! Black-box tests: real requests against a real database, one database per test.
//!
//! `cargo nextest run` uses SQLite; with `TEST_DATABASE_URL` the same tests run on PostgreSQL, and those of several nodes
//! with `--ignore-default-filter`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

mod support;

mod audit;
mod auth;
mod chat;
mod dashboard;
mod files;
mod live;
mod mail;
mod messages;
mod nodes;
mod notices;
mod onboarding;
mod pages;
mod privacy;
mod program;
mod settings;
mod site;
mod staff;
mod tokens;
