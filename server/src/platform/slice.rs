//! What a part of the program brings to those that all share, in one plain value.
//!
//! [`Slice`] is over the state `S` that its handlers and jobs work on: [`Platform`] for parts of the platform, the whole
//! program for what stands above it. What the platform itself needs of a slice is [`Brings`]: data, and functions over the
//! platform, so that it need not know who brought them.

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
use super::mail::LetterKind;
use super::notices::Kind;
use super::permission::Permission;
use super::settings::{Section, Snapshot};
use crate::error::Result;
use crate::http::OwnLimit;
use crate::http::rate_limit::Limit;
use crate::jobs::Job;
use crate::storage::{BoxFuture, Tx};

/// One slice.
pub struct Slice<S: 'static> {
    /// The name of its folder.
    pub name: &'static str,
    /// Its routes that stand in the OpenAPI document.
    pub api: fn() -> OpenApiRouter<S>,
    /// Its pages and sockets.
    pub pages: fn() -> Router<S>,
    /// What it does by a schedule.
    pub jobs: &'static [Job<S>],
    /// Its part of the readiness of the program.
    pub readiness: &'static [Readiness<S>],
    /// What the platform needs of it.
    pub brings: Brings,
}

impl<S> Clone for Slice<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Slice<S> {}

impl<S: Clone + Send + Sync + 'static> Slice<S> {
    /// A slice that brings nothing yet.
    pub const fn new(name: &'static str) -> Self {
        Self { name, api: OpenApiRouter::new, pages: Router::new, jobs: &[], readiness: &[], brings: Brings::NOTHING }
    }
}

/// What a slice brings to the shared parts of the platform.
#[derive(Clone, Copy)]
pub struct Brings {
    /// Its routes whose bodies have a limit of their own.
    pub bodies: &'static [OwnLimit],
    /// What it counts per address, person or mailbox.
    pub limits: &'static [&'static Limit],
    /// Its settings.
    pub settings: &'static [Section],
    /// Its mails.
    pub letters: &'static [LetterKind],
    /// The words of its audit actions; none for the actions of others.
    pub sentences: fn(&Words<'_>) -> Option<String>,
    /// How its things are called, for lists that name them.
    pub names: &'static [Names],
    /// What it tells people of.
    pub notices: &'static [&'static Kind],
    /// What it keeps for a time that the settings say.
    pub retention: &'static [Retention],
    /// The work of a person, which goes to another when they leave.
    pub work: Option<Work>,
    /// First steps of a new firm.
    pub steps: &'static [Step],
}

impl Brings {
    pub const NOTHING: Self = Self {
        bodies: &[],
        limits: &[],
        settings: &[],
        letters: &[],
        sentences: |_| None,
        names: &[],
        notices: &[],
        retention: &[],
        work: None,
        steps: &[],
    };
}

/// Part of the readiness of the program: a word such as `ok` or `behind`, or a few, under a name. An error is 503.
pub struct Readiness<S: 'static> {
    /// The field of the response.
    pub name: &'static str,
    pub help: &'static str,
    pub check: fn(&S) -> BoxFuture<'_, Result<Cow<'static, str>>>,
}

/// How things of a kind are called. Who asks must have what the kind needs.
pub struct Names {
    pub of: Entity,
    pub find: FindNames,
}

/// Finds the names of things by their ids.
pub type FindNames = fn(&DatabaseConnection, Vec<Uuid>) -> BoxFuture<'_, Result<HashMap<Uuid, String>>>;

/// A time after which something is deleted.
pub struct Retention {
    /// The setting that says it.
    pub key: &'static str,
    /// Everything older goes; none: nothing goes.
    pub before: fn(&Snapshot, DateTime<Utc>) -> Option<DateTime<Utc>>,
    /// How many rows would go, at most `limit`.
    pub count: fn(&DatabaseConnection, DateTime<Utc>, u64) -> BoxFuture<'_, Result<u64>>,
}

/// Open work that belongs to one person.
#[derive(Clone, Copy)]
pub struct Work {
    /// What it consists of, in the plural: `messages`.
    pub of: &'static str,
    /// Who can be given it.
    pub needs: Permission,
    /// How much a person has; at most 1,000, which then means 1,000 or more.
    pub open: fn(&DatabaseConnection, Uuid) -> BoxFuture<'_, Result<u64>>,
    /// Gives all of it to another, or to nobody; answers how much it was.
    pub hand_over: HandOver,
}

/// Hands work over, from one person to another or to nobody, in the unit of whoever decides it.
pub type HandOver = for<'t> fn(&'t Tx<'t>, &'t Act, Uuid, Option<Uuid>) -> BoxFuture<'t, Result<usize>>;

/// What is known when the first steps are asked.
pub struct Facts<'a> {
    pub platform: &'a Platform,
    pub settings: &'a Snapshot,
    /// What was noted of the firm.
    pub marks: Map<String, Value>,
    /// Staff, made-up people left out.
    pub staff: u64,
}

/// A first step of a new firm. The dashboard has the words for it, by the name.
pub struct Step {
    pub name: &'static str,
    /// Where it stands in the list, among the steps of all slices.
    pub place: u8,
    /// Who can do it.
    pub needs: Permission,
    /// Where, below /admin.
    pub link: &'static str,
    /// What is there may be right as it is; somebody can say so.
    pub reviewable: bool,
    pub done: fn(&Facts<'_>) -> bool,
}

impl Step {
    /// True when it is done: by what is there, or because somebody said that it is right.
    pub fn is_done(&self, facts: &Facts<'_>) -> bool {
        (self.reviewable && facts.marks.contains_key(self.name)) || (self.done)(facts)
    }
}
