//! Tekvwarho: the front desk of a services firm in one program.
//!
//! The map:
//! - [`app`] constructs and connects the parts; nothing else does.
//! - [`router`] combines the routes of all slices; [`openapi`] completes the resulting document.
//! - [`http`] is the pipeline around every request.
//! - [`storage`] is the database: read, or write a unit of work.
//! - [`cluster`] carries events between parts and nodes.
//! - [`jobs`] runs scheduled work.
//! - [`features`] contains the slices; each has its tables, rules, endpoints and jobs.
//! - [`templates`] renders pages and emails; [`markdown`] what staff write for the site.
//! - [`pictures`] re-encodes uploaded pictures.
//! - [`places`] locates an address, if the operator provides a geolocation database.
//! - [`config`] holds flags and environment; [`cli`] the commands.
//! - [`clock`], [`ids`], [`secrets`], [`error`] are the foundation of everything else.

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
pub mod markdown;
pub mod openapi;
pub mod pictures;
pub mod places;
pub mod platform;
pub mod router;
pub mod secrets;
pub mod storage;
pub mod templates;
