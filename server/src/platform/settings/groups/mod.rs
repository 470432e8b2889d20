//! The groups of the registry, a file each: what it is called, its keys, and the struct that code reads.

pub mod firm;
pub mod hours;
pub mod mail;
pub mod notifications;
pub mod privacy;
pub mod security;
pub mod services;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::Result;
use crate::http::valid::Check;

/// The values of one group as the struct that code reads.
pub(super) fn part<T: DeserializeOwned>(values: &Map<String, Value>, group: &str) -> serde_json::Result<T> {
    let own = values
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix(group)?.strip_prefix('.')?.to_owned(), value.clone())))
        .collect();
    serde_json::from_value(Value::Object(own))
}

/// Rules over more than one key.
pub(super) fn check_together(values: &Map<String, Value>) -> Result<()> {
    let mut check = Check::new();
    security::check_together(&mut check, values);
    check.done()
}
