//! A rule as programs see it, and what a rule may say.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::entity::message_rules::{Hours, Model};
use database::entity::messages::Status;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::Result;
use crate::features::messages::change::given;
use crate::features::messages::labels::checked_tags;
use crate::features::messages::view::Person;
use crate::http::valid::Check;
use crate::platform::audit::Changes;
use crate::platform::settings::Snapshot;
use crate::secrets::sha256_hex;
use crate::storage::phrase as phrase_of;

/// Phrases of one rule.
const PHRASES: usize = 50;

/// A rule by which a new message is sorted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageRule {
    pub id: Uuid,
    pub name: String,
    pub is_active: bool,
    /// The slug of a service that the client asks about; null: any service or none.
    pub service: Option<String>,
    /// A message must have one of these phrases; with `*` at its end, the last word may go on. Empty: whatever it says.
    pub words: Vec<String>,
    /// When the message comes; null: at any time.
    pub hours: Option<Hours>,
    /// Null: nobody, or somebody who has left.
    pub assign_to: Option<Person>,
    /// Tags to add.
    pub tags: Vec<String>,
    /// The status to set; null: none.
    pub status: Option<Status>,
    /// Send it as `If-Match` with a change.
    pub etag: String,
    pub updated_at: DateTime<Utc>,
}

impl MessageRule {
    pub fn of(row: Model, names: &HashMap<Uuid, String>, settings: &Snapshot) -> Self {
        let etag = etag(&row);
        Self {
            id: row.id,
            name: row.name,
            is_active: row.is_active,
            service: row.service.map(|slug| settings.current_slug(slug)),
            words: lines(&row.words),
            hours: row.hours,
            assign_to: row.assign_to.and_then(|id| names.get(&id).map(|name| Person { id, name: name.clone() })),
            tags: lines(&row.tags),
            status: row.status,
            etag,
            updated_at: row.updated_at,
        }
    }
}

/// A digest of what can be edited.
pub fn etag(row: &Model) -> String {
    let edited =
        json!([row.name, row.is_active, row.service, row.words, row.hours, row.assign_to, row.tags, row.status]);
    format!("\"{}\"", &sha256_hex(edited.to_string())[..24])
}

/// A new rule. It needs at least one of `assignTo`, `tags` and `status`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMessageRule {
    pub name: String,
    /// True if left out.
    #[serde(default)]
    pub is_active: Option<bool>,
    #[serde(default)]
    pub service: Option<String>,
    /// At most 50 phrases.
    #[serde(default)]
    pub words: Vec<String>,
    #[serde(default)]
    pub hours: Option<Hours>,
    #[serde(default)]
    pub assign_to: Option<Uuid>,
    #[serde(default)]
    pub tags: Vec<String>,
    /// One of `in_progress converted archived spam`.
    #[serde(default)]
    pub status: Option<Status>,
}

/// Changes to a rule. Fields that are left out stay unchanged.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MessageRulePatch {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub is_active: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub service: Option<Option<String>>,
    #[serde(default)]
    pub words: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Hours>)]
    pub hours: Option<Option<Hours>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    pub assign_to: Option<Option<Uuid>>,
    #[serde(default)]
    pub tags: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Status>)]
    pub status: Option<Option<Status>>,
}

impl MessageRulePatch {
    /// The rule with the changes.
    pub fn applied_to(&self, row: Model) -> Model {
        Model {
            name: self.name.clone().unwrap_or(row.name),
            is_active: self.is_active.unwrap_or(row.is_active),
            service: self.service.clone().unwrap_or(row.service),
            words: self.words.as_deref().map_or(row.words, one_a_line),
            hours: self.hours.unwrap_or(row.hours),
            assign_to: self.assign_to.unwrap_or(row.assign_to),
            tags: self.tags.as_deref().map_or(row.tags, one_a_line),
            status: self.status.unwrap_or(row.status),
            ..row
        }
    }
}

/// The rule in its one form, or what is wrong with it.
pub fn checked(mut row: Model, settings: &Snapshot) -> Result<Model> {
    let mut check = Check::new();
    row.name = check.line("name", &row.name, 80, "Give it a name.");
    if row.service.as_ref().is_some_and(|slug| settings.service_name(slug).is_none()) {
        check.refuse("service", "invalid", "There is no such service.");
    }
    if row.words.lines().count() > PHRASES {
        check.refuse("words", "too_long", format!("A rule can have at most {PHRASES} phrases."));
    }
    if row.words.lines().any(|phrase| phrase.chars().count() > 80) {
        check.refuse("words", "too_long", "A phrase can have at most 80 characters.");
    } else if row.words.lines().any(|phrase| phrase_of(phrase).is_empty()) {
        check.refuse("words", "invalid", "A phrase needs a letter or a digit.");
    }
    row.tags = checked_tags(&mut check, "tags", &lines(&row.tags)).join("\n");
    if matches!(row.status, Some(Status::New | Status::Replied)) {
        check.refuse("status", "invalid", "Choose In progress, Converted, Archived or Spam.");
    }
    if row.assign_to.is_none() && row.tags.is_empty() && row.status.is_none() {
        check.refuse("assignTo", "required", "Choose what the rule does: assign, tag, or set a status.");
    }
    check.done()?;
    Ok(row)
}

/// Texts without needless spaces, a line each.
pub fn one_a_line(texts: &[String]) -> String {
    let texts = texts.iter().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// A rule that says nothing: what a new one was before, and a deleted one is afterwards.
pub fn without_content(rule: &Model) -> Model {
    Model {
        name: String::new(),
        is_active: false,
        service: None,
        words: String::new(),
        hours: None,
        assign_to: None,
        tags: String::new(),
        status: None,
        ..rule.clone()
    }
}

/// What a change is, for the audit trail.
pub fn fields(before: &Model, after: &Model) -> Changes {
    Changes::none()
        .field("name", &before.name, &after.name)
        .field("isActive", before.is_active, after.is_active)
        .field("service", &before.service, &after.service)
        .field("words", lines(&before.words), lines(&after.words))
        .field("hours", before.hours, after.hours)
        .field("assignedTo", before.assign_to, after.assign_to)
        .field("tags", lines(&before.tags), lines(&after.tags))
        .field("status", before.status, after.status)
}
