//! The groups of the registry, one file each: the group, its keys, and the struct that code reads.

pub mod firm;
pub mod hours;
pub mod mail;
pub mod notifications;
pub mod privacy;
pub mod security;
pub mod services;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::registry::{Group, Key, Part};
use crate::http::valid::Check;

/// The values of one group as the struct that code reads.
pub(super) fn part<T: DeserializeOwned>(values: &Map<String, Value>, group: &str) -> serde_json::Result<T> {
    serde_json::from_value(Value::Object(own(values, group)))
}

/// The values of one group; keys without the group's prefix.
pub(super) fn own(values: &Map<String, Value>, group: &str) -> Map<String, Value> {
    let own =
        |(key, value): (&String, &Value)| Some((key.strip_prefix(group)?.strip_prefix('.')?.to_owned(), value.clone()));
    values.iter().filter_map(own).collect()
}

/// The settings of the platform. Their types are fields of the [`Snapshot`](super::Snapshot) itself.
#[derive(Deserialize)]
pub struct Own {}

impl Part for Own {
    const GROUPS: &'static [Group] = &[
        firm::GROUP,
        services::GROUP,
        hours::GROUP,
        mail::GROUP,
        notifications::GROUP,
        security::GROUP,
        privacy::GROUP,
    ];

    fn keys() -> Vec<Key> {
        [
            firm::keys(),
            services::keys(),
            hours::keys(),
            mail::keys(),
            notifications::keys(),
            security::keys(),
            privacy::keys(),
        ]
        .concat()
    }

    fn check_together(check: &mut Check, values: &Map<String, Value>) {
        security::check_together(check, values);
        mail::check_together(check, values);
    }
}
