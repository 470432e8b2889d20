//! The contributions of one part of the program to the shared parts, in one plain value.
//!
//! [`Slice`] is generic over the state `S` of its handlers and jobs: [`Platform`] for parts of the platform, the whole
//! program for what is above it. What the platform itself needs from a slice is [`Brings`]: data, and functions over
//! the platform, so that it need not know who contributed them.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::Router;
use chrono::{DateTime, Utc};
use sea_orm::DatabaseConnection;
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::Platform;
use super::act::Act;
use super::audit::Words;
use super::entity::Entity;
use super::files::FilesOf;
use super::live::Frames;
use super::mail::LetterKind;
use super::notices::Kind;
use super::permission::Permission;
use super::settings::{Section, Snapshot};
use crate::error::Result;
use crate::http::OwnLimit;
use crate::http::rate_limit::Limit;
use crate::jobs::Job;
use crate::storage::{BoxFuture, Tx, WordIndex};

/// One slice.
pub struct Slice<S: 'static> {
    /// The name of its folder.
    pub name: &'static str,
    /// Its routes that are in the OpenAPI document.
    pub api: fn() -> OpenApiRouter<S>,
    /// Its pages and sockets.
    pub pages: fn() -> Router<S>,
    /// Its scheduled jobs.
    pub jobs: &'static [Job<S>],
    /// Its contributions to readiness.
    pub readiness: &'static [Readiness<S>],
    /// What the platform needs from it.
    pub brings: Brings,
}

impl<S> Clone for Slice<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Slice<S> {}

impl<S: Clone + Send + Sync + 'static> Slice<S> {
    /// A slice that contributes nothing yet.
    pub const fn new(name: &'static str) -> Self {
        Self { name, api: OpenApiRouter::new, pages: Router::new, jobs: &[], readiness: &[], brings: Brings::NOTHING }
    }
}

/// The contributions of a slice to the shared parts of the platform.
#[derive(Clone, Copy)]
pub struct Brings {
    /// Its routes whose bodies have their own limit.
    pub bodies: &'static [OwnLimit],
    /// The indexes by which its rows are found by words.
    pub words: &'static [WordIndex],
    /// Its rate limits, per address, person or mailbox.
    pub limits: &'static [&'static Limit],
    pub settings: &'static [Section],
    /// Its frames on the socket.
    pub frames: &'static [Frames],
    /// Its emails.
    pub letters: &'static [LetterKind],
    /// The wording of its audit actions; none for actions of other parts.
    pub sentences: fn(&Words<'_>) -> Option<String>,
    /// Names of its entities, for lists that show them.
    pub names: &'static [Names],
    /// What takes files, and how large ones.
    pub files: &'static [FilesOf],
    /// Its kinds of notices.
    pub notices: &'static [&'static Kind],
    /// Data that it keeps for a time set in the settings.
    pub retention: &'static [Retention],
    /// The work of a person, which is handed over when they leave.
    pub work: Option<Work>,
    /// Onboarding steps of a new firm.
    pub steps: &'static [Step],
}

impl Brings {
    pub const NOTHING: Self = Self {
        bodies: &[],
        words: &[],
        limits: &[],
        settings: &[],
        frames: &[],
        letters: &[],
        sentences: |_| None,
        names: &[],
        files: &[],
        notices: &[],
        retention: &[],
        work: None,
        steps: &[],
    };
}

/// Part of the readiness check: a word such as `ok` or `behind` or a short sentence under a name. An error means 503.
pub struct Readiness<S: 'static> {
    /// The field of the response.
    pub name: &'static str,
    pub help: &'static str,
    pub check: fn(&S) -> BoxFuture<'_, Result<Cow<'static, str>>>,
}

/// Names of entities of one kind. The reader must have the permission that the kind requires.
pub struct Names {
    pub of: Entity,
    pub find: FindNames,
}

/// Finds the names of entities by their ids.
pub type FindNames = fn(&DatabaseConnection, Vec<Uuid>) -> BoxFuture<'_, Result<HashMap<Uuid, String>>>;

/// A retention period.
pub struct Retention {
    /// The setting that defines it.
    pub key: &'static str,
    /// Everything older is deleted; none: nothing is deleted.
    pub before: fn(&Snapshot, DateTime<Utc>) -> Option<DateTime<Utc>>,
    /// How many rows would be deleted, at most `limit`.
    pub count: fn(&DatabaseConnection, DateTime<Utc>, u64) -> BoxFuture<'_, Result<u64>>,
}

/// Open work that belongs to one person.
#[derive(Clone, Copy)]
pub struct Work {
    /// What it consists of, in the plural: `messages`.
    pub of: &'static str,
    /// The permission that a person needs to be given it.
    pub needs: Permission,
    /// How much a person has; at most 1,000, which then means 1,000 or more.
    pub open: fn(&DatabaseConnection, Uuid) -> BoxFuture<'_, Result<u64>>,
    /// Gives some of it to another person, or to nobody: at most [`Work::AT_ONCE`]; fewer means that this was all.
    pub hand_over: HandOver,
    /// Tells the new owner once what was handed over.
    pub tell: TellWork,
}

impl Work {
    /// How much one unit hands over, so that it holds up nobody else.
    pub const AT_ONCE: usize = 200;
}

/// Hands over work, from one person to another or to nobody, within the caller's unit; returns what it was.
pub type HandOver = for<'t> fn(&'t Tx<'t>, &'t Act, Uuid, Option<Uuid>) -> BoxFuture<'t, Result<Vec<Uuid>>>;

/// Tells a person about work that is theirs now, within the caller's unit.
pub type TellWork = for<'t> fn(&'t Tx<'t>, &'t Act, &'t [Uuid], Uuid) -> BoxFuture<'t, Result<()>>;

/// The facts that decide which onboarding steps are done.
pub struct Facts<'a> {
    pub platform: &'a Platform,
    pub settings: &'a Snapshot,
    /// The marks of the firm.
    pub marks: Map<String, Value>,
    /// Number of staff, without sample people.
    pub staff: u64,
}

/// An onboarding step of a new firm. The dashboard has its text, by name.
pub struct Step {
    pub name: &'static str,
    /// Its position in the list, among the steps of all slices.
    pub place: u8,
    /// The permission that it requires.
    pub needs: Permission,
    /// Its page, below /admin.
    pub link: &'static str,
    /// True if existing content may already be right; someone can confirm that.
    pub reviewable: bool,
    pub done: fn(&Facts<'_>) -> bool,
}

impl Step {
    /// True if it is done: by the facts, or because someone confirmed it.
    pub fn is_done(&self, facts: &Facts<'_>) -> bool {
        (self.reviewable && facts.marks.contains_key(self.name)) || (self.done)(facts)
    }
}
