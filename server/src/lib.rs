//! Tekvwarho: the front desk of a services firm in one program.
//!
//! The map:
//! - [`app`] joins the parts; nothing else constructs them.
//! - [`router`] lists the slices; [`openapi`] completes the document that comes out of them.
//! - [`http`] is the pipeline around every request.
//! - [`storage`] is the database: read, or write a unit of work.
//! - [`cluster`] carries events between parts and nodes.
//! - [`jobs`] runs what is due by a schedule.
//! - [`features`] are the slices; each has its tables, rules, endpoints and jobs.
//! - [`templates`] renders pages and mails.
//! - [`pictures`] draws again what somebody uploads.
//! - [`places`] says where an address is, if the operator has a map.
//! - [`config`] holds flags and environment; [`cli`] the commands.
//! - [`clock`], [`ids`], [`secrets`], [`error`] are what everything stands on.

pub mod app;
pub mod cli;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod disk;
pub mod error;
pub mod features;
pub mod http;
pub mod ids;
pub mod jobs;
pub mod openapi;
pub mod pictures;
pub mod places;
pub mod platform;
pub mod router;
pub mod secrets;
pub mod storage;
pub mod templates;
