//! Entries as sentences.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::line::Line;
use crate::platform::entity::Entity;
use crate::platform::known_names::NamesById;
use crate::platform::slice::Brings;

/// The names that a sentence can contain. Its reader must be allowed to know them.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Staff by id.
    pub people: NamesById,
    /// Other entities by id: the sender of a message, the name of a token.
    pub subjects: HashMap<Uuid, String>,
    /// True in the history of one entity, where sentences need not name it.
    pub inside: bool,
}

impl Names {
    /// For the history of one entity.
    pub fn inside(people: NamesById) -> Self {
        Self { people, subjects: HashMap::new(), inside: true }
    }

    /// The subject of the entry, by name.
    fn subject(&self, entry: &Line) -> Option<&str> {
        let id = entry.entity_id.as_deref()?.parse().ok()?;
        self.subjects.get(&id).or_else(|| self.people.get(&id)).map(String::as_str)
    }
}

/// What happened, without who did it: the caller puts the name in front.
pub fn sentence(parts: &[Brings], entry: &Line, names: &Names) -> String {
    let it = Words { entry, names };
    let known = parts.iter().find_map(|part| (part.sentences)(&it));
    known.unwrap_or_else(|| format!("{}{}", entry.action.replace(['.', '_'], " "), it.of_whom()))
}

/// An entry in the parts from which sentences are built.
pub struct Words<'a> {
    entry: &'a Line,
    names: &'a Names,
}

impl Words<'_> {
    /// The value of a field before (`from`) or after (`to`).
    pub fn change(&self, field: &str, end: &str) -> Option<&Value> {
        self.entry.changes.as_ref()?.get(field)?.get(end)
    }

    /// Every field with its value after the change.
    pub fn facts(&self) -> impl Iterator<Item = (&str, &Value)> {
        let fields = self.entry.changes.as_ref().and_then(Value::as_object).into_iter().flatten();
        fields.filter_map(|(name, change)| Some((name.as_str(), change.get("to")?)))
    }

    /// The value after the change, as text.
    pub fn to(&self, field: &str) -> String {
        text(self.change(field, "to"), self.names)
    }

    /// The value before the change, as text.
    pub fn from(&self, field: &str) -> String {
        text(self.change(field, "from"), self.names)
    }

    /// " from new to replied", if the entry has both.
    pub fn moved(&self, field: &str) -> String {
        match (self.change(field, "from"), self.change(field, "to")) {
            (Some(_), Some(_)) => format!(" from {} to {}", self.from(field), self.to(field)),
            (None, Some(_)) => format!(" to {}", self.to(field)),
            _ => String::new(),
        }
    }

    /// The action, for example `message.created`.
    pub fn action(&self) -> &str {
        &self.entry.action
    }

    /// The kind of its subject, if this version knows it.
    pub fn entity(&self) -> Option<Entity> {
        Entity::of(&self.entry.entity_type)
    }

    /// True in the history of one entity, where sentences need not name it.
    pub fn is_inside(&self) -> bool {
        self.names.inside
    }

    /// True if that field was changed to whoever did it.
    pub fn is_about_actor(&self, field: &str) -> bool {
        let actor = self.entry.user_id.map(|id| id.to_string());
        actor.is_some() && self.change(field, "to").and_then(Value::as_str) == actor.as_deref()
    }

    /// False if the entry records no change.
    pub fn has_changes(&self) -> bool {
        self.entry.changes.is_some()
    }

    /// The subject, by name.
    pub fn subject(&self) -> Option<&str> {
        self.names.subject(self.entry)
    }

    /// The subject by name, or the fallback.
    pub fn called(&self, fallback: &str) -> String {
        self.names.subject(self.entry).unwrap_or(fallback).to_owned()
    }

    /// " of Ben". A person's own account if they acted on themselves.
    pub fn of_whom(&self) -> String {
        match (self.entry.user_id, self.names.subject(self.entry)) {
            (Some(actor), _) if self.entry.entity_id.as_deref() == Some(&*actor.to_string()) => String::new(),
            (_, Some(name)) => format!(" of {name}"),
            _ => String::new(),
        }
    }

    /// The person affected.
    pub fn whom(&self) -> &str {
        if self.names.inside { "the person" } else { self.names.subject(self.entry).unwrap_or("a person") }
    }
}

/// The general name of an action, for filter lists.
pub fn label(parts: &[Brings], action: &str) -> String {
    let names = Names { inside: true, ..Names::default() };
    let words = sentence(parts, &Line::of(action), &names);
    // Remove the placeholders for missing values.
    words.replace(" nobody", "").trim_end_matches(" as").trim_end_matches(": status, assignment").to_owned()
}

fn text(value: Option<&Value>, names: &Names) -> String {
    match value {
        Some(Value::String(text)) => {
            let name = text.parse().ok().and_then(|id: Uuid| names.people.get(&id));
            name.cloned().unwrap_or_else(|| text.replace('_', " "))
        }
        Some(Value::Array(items)) if items.is_empty() => "none".to_owned(),
        Some(Value::Array(items)) => items.iter().map(|item| text(Some(item), names)).collect::<Vec<_>>().join(", "),
        None | Some(Value::Null) => "nobody".to_owned(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use serde_json::json;

    const PARTS: [Brings; 1] = [Brings {
        sentences: |it| {
            Some(match it.action() {
                "thing.moved" => format!("moved {}{}", it.called("the thing"), it.moved("place")),
                "thing.given" => format!("gave it{}", it.moved("owner")),
                "thing.counted" => format!("counted {} things", it.to("things")),
                _ => return None,
            })
        },
        ..Brings::NOTHING
    }];

    fn entry(action: &str, changes: Value) -> Line {
        Line {
            user_id: Some(Uuid::from_u128(1)),
            entity_type: "message".into(),
            entity_id: Some(Uuid::from_u128(9).to_string()),
            changes: Some(changes),
            ..Line::of(action)
        }
    }

    #[test]
    fn sentences_name_people_and_things_only_where_they_are_known() {
        let moved = entry("thing.moved", json!({ "place": { "from": "old_box", "to": "new" } }));
        let given = entry("thing.given", json!({ "owner": { "from": null, "to": Uuid::from_u128(2).to_string() } }));
        let known = Names {
            people: Arc::new([(Uuid::from_u128(2), "Ben".to_owned())].into()),
            subjects: [(Uuid::from_u128(9), "Lamp".to_owned())].into(),
            inside: false,
        };
        let say = |entry: &Line, names: &Names| sentence(&PARTS, entry, names);
        assert_eq!(say(&moved, &known), "moved Lamp from old box to new");
        assert_eq!(say(&given, &known), "gave it from nobody to Ben");
        assert_eq!(say(&moved, &Names::default()), "moved the thing from old box to new");
        assert_eq!(say(&entry("thing.sung_to", Value::Null), &known), "thing sung to of Lamp");
        assert_eq!(label(&PARTS, "thing.counted"), "counted things");
        assert_eq!(label(&PARTS, "thing.moved"), "moved the thing");
    }
}
