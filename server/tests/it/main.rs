//! The program from outside: real requests against a real database, a database for each test.
//!
//! `cargo nextest run` uses SQLite; with `TEST_DATABASE_URL` the same tests run on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

mod support;

mod audit;
mod audit_api;
mod auth;
mod canned;
mod cli;
mod contact;
mod dashboard;
mod delivery;
mod devices;
mod drain;
mod factors;
mod http;
mod idempotency;
mod if_match;
mod inbox;
mod jobs;
mod live;
mod notifications;
mod onboarding;
mod openapi;
mod passkeys;
mod permissions;
mod refresh;
mod retention;
mod settings;
mod settings_effects;
mod settings_mail;
mod settings_pictures;
mod setup;
mod site;
mod smtp;
mod staff;
mod staff_import;
mod staff_pictures;
mod storage;
mod structure;
mod takeover;
mod thread;
mod tls;
mod tokens;
