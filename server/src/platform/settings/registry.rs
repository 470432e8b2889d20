//! The registry: every key once, in its group, with its kind, bounds, default and help, as the parts of the program
//! declare them. A part declares a key only if code reads it; `server/tests/it/settings/effects.rs` has a row for each
//! that proves it.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::kind::Kind;
use super::{Offered, Snapshot, blocks, groups};
use crate::error::Result;
use crate::http::valid::Check;
use crate::platform::permission::Permission;

/// Keys that belong together: one page of the settings.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Group {
    /// What its keys start with, such as `firm`.
    pub id: &'static str,
    pub label: &'static str,
    /// For people: what this group is about.
    pub help: &'static str,
    /// The permission needed to see and change it, in addition to `settings`.
    pub needs: Permission,
    /// Where it stands among all groups.
    #[serde(skip)]
    pub place: u8,
    /// All of its keys are [`Key::sensitive`].
    #[serde(skip)]
    pub sensitive: bool,
}

/// One setting.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// Such as `firm.name`.
    pub key: String,
    /// The group it belongs to.
    pub group: &'static str,
    /// Its heading within the group; empty if there is none.
    pub section: &'static str,
    pub label: &'static str,
    pub kind: Kind,
    /// The value if nobody has set it.
    pub default: Value,
    /// The default belongs to a sample firm, so resetting to it makes little sense.
    pub sample: bool,
    /// A value to start from, for a text that is empty by default; null if there is none.
    pub example: Option<Value>,
    /// Can be empty.
    pub optional: bool,
    /// For people.
    pub help: &'static str,
    /// Only a signed-in person who has just confirmed their identity can change it; API tokens cannot.
    pub sensitive: bool,
    /// An additional permission needed to change it. To see it, the permission for its group is enough.
    pub change_needs: Option<Permission>,
    #[serde(skip)]
    pub(super) needs: Permission,
}

impl Key {
    /// A required key.
    pub fn new(group: &Group, name: &str, label: &'static str, kind: Kind, default: Value) -> Self {
        Self {
            key: format!("{}.{name}", group.id),
            group: group.id,
            section: "",
            label,
            kind,
            default,
            sample: false,
            example: None,
            optional: false,
            help: "",
            sensitive: group.sensitive,
            change_needs: None,
            needs: group.needs,
        }
    }

    /// Sets the help text.
    #[must_use]
    pub fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    /// Puts it under a heading.
    #[must_use]
    pub fn under(mut self, section: &'static str) -> Self {
        self.section = section;
        self
    }

    /// It protects an account, or decides who reads what: see [`Key::sensitive`].
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// A person who changes it could gain access that requires this permission, so they must have it.
    #[must_use]
    pub fn opens(mut self, permission: Permission) -> Self {
        self.change_needs = Some(permission);
        self.sensitive()
    }

    /// It can be empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Its default is an example.
    #[must_use]
    pub fn sample(mut self) -> Self {
        self.sample = true;
        self
    }

    /// The value with the parts that are missing because a version that did not know them wrote it.
    pub(super) fn complete(&self, value: Value) -> Value {
        match self.kind {
            Kind::Blocks { options } => blocks::whole(options, &value),
            _ => value,
        }
    }

    /// The stored form of a value: trimmed, and null if empty.
    fn tidy(&self, value: &Value) -> Value {
        let tidied = match (value, &self.kind) {
            (
                Value::String(text),
                Kind::Line { .. } | Kind::Text { .. } | Kind::Markdown { .. } | Kind::Email | Kind::TimeZone,
            ) => Value::String(text.trim().replace("\r\n", "\n")),
            (Value::String(text), Kind::Template { .. }) => Value::String(text.replace("\r\n", "\n")),
            (services, Kind::Services) => groups::services::whole(services),
            _ => value.clone(),
        };
        if self.optional && tidied == "" { Value::Null } else { tidied }
    }

    /// Reports errors in a value.
    pub(super) fn check(&self, check: &mut Check, value: &Value) {
        if !(self.optional && value.is_null()) {
            self.kind.check(check, &self.key, value);
        }
    }
}

/// The settings that a part of the program declares, and the type as which it reads them.
pub trait Part: DeserializeOwned + Any + Send + Sync {
    /// Groups that no other part declares.
    const GROUPS: &'static [Group] = &[];

    /// Its keys, in its own groups or in those of others.
    fn keys() -> Vec<Key>;

    /// Rules that span several keys.
    fn check_together(_check: &mut Check, _values: &Map<String, Value>) {}
}

/// A value whose type only its part knows.
type Opaque = (TypeId, Arc<dyn Any + Send + Sync>);

/// A [`Part`] with its type erased.
#[derive(Clone, Copy)]
pub struct Section {
    groups: &'static [Group],
    keys: fn() -> Vec<Key>,
    check_together: fn(&mut Check, &Map<String, Value>),
    read: fn(&Value) -> serde_json::Result<Opaque>,
}

impl Section {
    pub const fn of<T: Part>() -> Self {
        Self {
            groups: T::GROUPS,
            keys: T::keys,
            check_together: T::check_together,
            read: |values| Ok((TypeId::of::<T>(), Arc::new(T::deserialize(values)?))),
        }
    }
}

/// All groups and keys.
pub struct Registry {
    /// In the order of the settings page.
    pub groups: Vec<Group>,
    /// Group by group; within a group, heading by heading.
    pub keys: Vec<Key>,
    sections: Vec<Section>,
}

impl Registry {
    pub fn new(sections: Vec<Section>) -> Self {
        let mut groups: Vec<Group> = sections.iter().flat_map(|it| it.groups).cloned().collect();
        groups.sort_by_key(|group| group.place);
        let mut keys: Vec<Key> = sections.iter().flat_map(|it| (it.keys)()).collect();
        let mut headings: Vec<(&str, &str)> = Vec::new();
        for key in &keys {
            if !headings.contains(&(key.group, key.section)) {
                headings.push((key.group, key.section));
            }
        }
        keys.sort_by_key(|key| {
            let group = groups.iter().position(|group| group.id == key.group);
            // Keys without a heading come before the first.
            let heading = headings.iter().position(|it| *it == (key.group, key.section));
            (group, !key.section.is_empty(), heading)
        });
        Self { groups, keys, sections }
    }

    /// The key of that name.
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.key == name)
    }

    /// Every key with its default.
    pub fn defaults(&self) -> Map<String, Value> {
        self.keys.iter().map(|key| (key.key.clone(), key.default.clone())).collect()
    }

    /// The settings as each part reads them.
    pub(super) fn snapshot(
        &self,
        values: Map<String, Value>,
        offered: Arc<Offered>,
        version: i64,
        last_change: Option<DateTime<Utc>>,
    ) -> serde_json::Result<Snapshot> {
        let all = Value::Object(values.clone());
        let parts = self.sections.iter().map(|it| (it.read)(&all)).collect::<serde_json::Result<HashMap<_, _>>>()?;
        Snapshot::of(values, parts, offered, version, last_change)
    }

    /// Validates changes and returns what is to be written: every key is known and can be changed, every value is
    /// valid, and the whole is consistent.
    ///
    /// # Errors
    /// A validation error with all errors. Fields are keys, followed by the path within a value:
    /// `services.list.2.slug`.
    pub(super) fn check(
        &self,
        current: &Map<String, Value>,
        changes: &Map<String, Value>,
        may: impl Fn(Permission) -> bool,
    ) -> Result<Map<String, Value>> {
        let mut check = Check::new();
        let mut tidied = Map::new();
        for (name, value) in changes {
            // A key that a person may not see does not exist for them.
            let Some(key) = self.key(name).filter(|key| may(key.needs)) else {
                check.refuse(name, "unknown", "This setting does not exist.");
                continue;
            };
            let value = key.tidy(value);
            key.check(&mut check, &value);
            // Completed last: errors name the places of the list that was sent.
            tidied.insert(name.clone(), key.complete(value));
        }
        check.done()?;
        let mut after = current.clone();
        after.extend(tidied.clone());
        self.check_together(&after)?;
        Ok(tidied)
    }

    /// Rules that span several keys.
    pub(super) fn check_together(&self, values: &Map<String, Value>) -> Result<()> {
        let mut check = Check::new();
        for section in &self.sections {
            (section.check_together)(&mut check, values);
        }
        check.done()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::Error;

    /// The keys of the platform.
    fn registry() -> Registry {
        Registry::new(vec![Section::of::<groups::Own>()])
    }

    fn check(changes: &Map<String, Value>, may: impl Fn(Permission) -> bool) -> Result<Map<String, Value>> {
        registry().check(&registry().defaults(), changes, may)
    }

    fn refused(key: &str, value: &Value) -> Vec<(String, String)> {
        let changes = Map::from_iter([(key.to_owned(), value.clone())]);
        match check(&changes, |_| true) {
            Err(Error::Validation(errors)) => {
                errors.into_iter().map(|error| (error.field, error.code.into_owned())).collect()
            }
            _ => panic!("{key} = {value} must be refused"),
        }
    }

    #[test]
    fn the_defaults_are_valid_and_typed() {
        check(&registry().defaults(), |_| true).expect("defaults keep their own rules");
        let snapshot = registry().snapshot(registry().defaults(), Arc::default(), 0, None).expect("typed");
        assert!(!snapshot.firm.name.is_empty() && !snapshot.services.is_empty());
    }

    #[test]
    fn every_key_stands_in_a_group_and_says_what_it_is_for() {
        let Registry { groups, keys, .. } = registry();
        for key in &keys {
            assert!(groups.iter().any(|group| group.id == key.group), "{}", key.key);
            assert!(key.key.starts_with(&format!("{}.", key.group)), "{}", key.key);
            assert!(key.help.ends_with('.') && !key.label.is_empty(), "{}", key.key);
            assert_eq!(keys.iter().filter(|other| other.key == key.key).count(), 1, "{}", key.key);
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused_with_its_key() {
        let name = |text: &str| json!(text);
        for (key, value, code) in [
            ("firm.name", name(""), "required"),
            ("firm.name", json!(5), "invalid"),
            ("firm.name", json!("x".repeat(81)), "too_long"),
            ("firm.name", json!("a\r\nBcc: b@example.com"), "invalid"),
            ("firm.name", json!("bell \u{7}"), "invalid"),
            ("firm.name", json!(null), "required"),
            ("firm.email", json!("nobody"), "invalid"),
            ("mail.senderName", name("Eve <eve@elsewhere.example>"), "invalid"),
            ("firm.accentHue", json!(361), "invalid"),
            ("firm.accentHue", json!(-1), "invalid"),
            ("firm.accentHue", json!(1.5), "invalid"),
            ("firm.founded", json!(9_999), "invalid"),
            ("firm.unheardOf", json!(1), "unknown"),
            ("hours.timeZone", json!("Mars/Olympus"), "invalid"),
            ("mail.senderName", json!("Us\r\nBcc: all@example.com"), "invalid"),
            ("mail.replyTo", json!("a@b.example, c@d.example"), "invalid"),
            ("notifications.recipients", json!("a@b.example"), "invalid"),
            ("privacy.mailDays", json!(0), "invalid"),
            ("security.passwordMinLength", json!(7), "invalid"),
            ("security.passwordMinLength", json!("8"), "invalid"),
        ] {
            assert_eq!(refused(key, &value), [(key.to_owned(), code.to_owned())], "{key} = {value}");
        }
    }

    #[test]
    fn what_a_person_may_not_see_is_not_there() {
        let changes = Map::from_iter([("security.passwordMinLength".to_owned(), json!(9))]);
        assert!(check(&changes, |may| may != Permission::Staff).is_err());
        assert!(check(&changes, |_| true).is_ok());
    }

    #[test]
    fn values_are_kept_tidy() {
        let changes = Map::from_iter([
            ("firm.name".to_owned(), json!("  Nordlicht ")),
            ("firm.phone".to_owned(), json!(" ")),
            ("firm.description".to_owned(), json!("One.\r\nTwo.")),
        ]);
        let tidied = check(&changes, |_| true).expect("fine");
        assert_eq!(
            Value::Object(tidied),
            json!({ "firm.name": "Nordlicht", "firm.phone": null, "firm.description": "One.\nTwo." })
        );
    }
}
