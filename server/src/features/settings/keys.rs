//! The registry: every key once, with its type, bounds and help. A key stands here only if code reads it.

use std::sync::LazyLock;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::firm::{Firm, Service};
use super::hours::Opening;
use crate::error::{Error, FieldError, Result};
use crate::http::valid::is_email;

/// One setting.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// Such as `firm.name`.
    pub key: String,
    /// Where it stands on the settings page.
    pub group: &'static str,
    pub kind: Kind,
    /// What it is when nobody has set it.
    pub default: Value,
    /// May be empty.
    pub optional: bool,
    /// For people.
    pub help: &'static str,
}

/// The form of a value, with its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Kind {
    /// One line of text.
    Line {
        max: usize,
    },
    /// Text of several lines.
    Text {
        max: usize,
    },
    Email,
    /// Name of the IANA time zone database.
    TimeZone,
    Integer {
        min: u64,
        max: u64,
    },
    /// The weekly opening hours.
    Hours,
    /// Links with a name.
    Links,
    /// The services with all their texts.
    Services,
}

/// Every key of the registry.
pub static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let firm = defaults_of_firm();
    let mut keys: Vec<Key> = [
        ("name", Kind::Line { max: 80 }, false, "The name on every page and in every mail."),
        ("legalName", Kind::Line { max: 120 }, false, "The name in the terms and in the privacy policy."),
        (
            "tagline",
            Kind::Line { max: 120 },
            false,
            "One sentence that says what the firm does. The first thing on the home page.",
        ),
        (
            "description",
            Kind::Text { max: 400 },
            false,
            "Two or three sentences for the home page and for search engines.",
        ),
        (
            "email",
            Kind::Email,
            false,
            "Where messages are announced, and the sender of mails unless the operator chose another.",
        ),
        ("phone", Kind::Line { max: 40 }, true, "Shown in the footer and on the contact page."),
        ("street", Kind::Line { max: 120 }, true, "Street and number. Empty: not shown."),
        ("postalCode", Kind::Line { max: 20 }, true, "Postal code. Empty: not shown."),
        ("city", Kind::Line { max: 80 }, true, "City. Empty: not shown."),
        ("region", Kind::Line { max: 80 }, true, "State or region."),
        ("country", Kind::Line { max: 80 }, true, "Country. Empty: not shown."),
        ("timeZone", Kind::TimeZone, false, "The zone in which the opening hours are meant."),
        ("hours", Kind::Hours, false, "When somebody answers. Days without hours are closed."),
        ("social", Kind::Links, false, "Pages of the firm elsewhere, shown in the footer."),
        ("registration", Kind::Line { max: 200 }, true, "Register entry and tax number, where the law asks for them."),
        ("founded", Kind::Integer { min: 1_800, max: 2_200 }, true, "The year in which the firm began."),
        (
            "accentHue",
            Kind::Integer { min: 0, max: 360 },
            false,
            "Hue of the accent colour of site and dashboard, 0 to 360.",
        ),
    ]
    .into_iter()
    .map(|(name, kind, optional, help)| Key {
        key: firm_key(name),
        group: "firm",
        kind,
        default: firm.get(name).cloned().unwrap_or(Value::Null),
        optional,
        help,
    })
    .collect();
    keys.push(Key {
        key: "services".to_owned(),
        group: "services",
        kind: Kind::Services,
        default: serde_json::from_str(include_str!("defaults/services.json")).unwrap_or_default(),
        optional: false,
        help: "What the firm offers. Each service has a page of its own.",
    });
    keys
});

/// The key of a field of the firm.
pub fn firm_key(field: &str) -> String {
    format!("firm.{field}")
}

fn defaults_of_firm() -> Map<String, Value> {
    serde_json::from_str(include_str!("defaults/firm.json")).unwrap_or_default()
}

/// Typed values out of all values.
pub(super) fn typed(values: &Map<String, Value>) -> serde_json::Result<(Firm, Vec<Service>)> {
    let firm: Map<String, Value> =
        values.iter().filter_map(|(key, value)| Some((key.strip_prefix("firm.")?.to_owned(), value.clone()))).collect();
    let services = values.get("services").cloned().unwrap_or_default();
    Ok((serde_json::from_value(Value::Object(firm))?, serde_json::from_value(services)?))
}

/// Checks changes: every key is known, every value fits, and the whole is still readable.
pub(super) fn check(current: &Map<String, Value>, changes: &Map<String, Value>) -> Result<()> {
    let mut errors: Vec<FieldError> = Vec::new();
    for (name, value) in changes {
        let fault = match KEYS.iter().find(|key| key.key == *name) {
            None => Some(("unknown", "There is no such setting.".to_owned())),
            Some(key) => fault(key, value).map(|message| ("invalid", message)),
        };
        if let Some((code, message)) = fault {
            errors.push(FieldError { field: name.clone(), code: code.into(), message });
        }
    }
    if errors.is_empty() {
        let mut after = current.clone();
        after.extend(changes.clone());
        typed(&after).map_err(|error| Error::field("settings", "invalid", error.to_string()))?;
        return Ok(());
    }
    Err(Error::Validation(errors))
}

/// What is wrong with a value, for people.
fn fault(key: &Key, value: &Value) -> Option<String> {
    if key.optional && (value.is_null() || (value == "" && key.default.is_string())) {
        return None;
    }
    let line = |max: usize, several: bool| match value.as_str() {
        None => Some("This must be text.".to_owned()),
        Some(text) if text.trim().is_empty() => Some("This must not be empty.".to_owned()),
        Some(text) if text.chars().count() > max => Some(format!("This may have at most {max} characters.")),
        Some(text) if text.chars().any(|c| c.is_control() && !(several && c == '\n')) => {
            Some("This contains characters that cannot be shown.".to_owned())
        }
        Some(_) => None,
    };
    match key.kind {
        Kind::Line { max } => line(max, false),
        Kind::Text { max } => line(max, true),
        Kind::Email => (!value.as_str().is_some_and(is_email)).then(|| "This must be an e-mail address.".to_owned()),
        Kind::TimeZone => value
            .as_str()
            .is_none_or(|zone| zone.parse::<chrono_tz::Tz>().is_err())
            .then(|| "This must be a time zone such as Europe/Berlin.".to_owned()),
        Kind::Integer { min, max } => (!value.as_u64().is_some_and(|number| (min..=max).contains(&number)))
            .then(|| format!("This must be a whole number from {min} to {max}.")),
        Kind::Hours => match serde_json::from_value::<Vec<Opening>>(value.clone()) {
            Ok(hours) if hours.len() <= 28 && hours.iter().all(|it| it.parsed().is_some()) => None,
            _ => Some(
                "Each entry needs a day (mon to sun) and two times such as 09:00, the first before the second."
                    .to_owned(),
            ),
        },
        Kind::Links => match serde_json::from_value::<Vec<super::firm::SocialLink>>(value.clone()) {
            Ok(links) if links.len() <= 10 && links.iter().all(|link| link.url.starts_with("https://")) => None,
            _ => Some("Each link needs a name and an address that begins with https://.".to_owned()),
        },
        Kind::Services => fault_of_services(value),
    }
}

fn fault_of_services(value: &Value) -> Option<String> {
    let services = match serde_json::from_value::<Vec<Service>>(value.clone()) {
        Ok(services) => services,
        Err(error) => return Some(format!("The services cannot be read: {error}.")),
    };
    let mut slugs: Vec<&str> = services.iter().map(|service| service.slug.as_str()).collect();
    slugs.sort_unstable();
    let fits = |slug: &str| {
        (1..=60).contains(&slug.len())
            && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if services.is_empty() || services.len() > 30 {
        Some("There must be 1 to 30 services.".to_owned())
    } else if let Some(slug) = slugs.iter().find(|slug| !fits(slug)) {
        Some(format!("'{slug}' cannot be part of an address. Use small letters, digits and hyphens."))
    } else if slugs.windows(2).any(|pair| pair[0] == pair[1]) {
        Some("Two services have the same slug.".to_owned())
    } else {
        services.iter().any(|service| service.name.trim().is_empty()).then(|| "Every service needs a name.".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all() -> Map<String, Value> {
        KEYS.iter().map(|key| (key.key.clone(), key.default.clone())).collect()
    }

    #[test]
    fn the_defaults_are_valid_and_typed() {
        check(&all(), &all()).expect("defaults keep their own rules");
        let (firm, services) = typed(&all()).expect("typed");
        assert!(!firm.name.is_empty());
        assert!(!services.is_empty());
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused_with_its_key() {
        for (key, value) in [
            ("firm.name", json!("")),
            ("firm.name", json!(5)),
            ("firm.email", json!("nobody")),
            ("firm.timeZone", json!("Mars/Olympus")),
            ("firm.accentHue", json!(361)),
            ("firm.hours", json!([{ "day": "mon", "opens": "18:00", "closes": "09:00" }])),
            ("services", json!([])),
            ("firm.unheardOf", json!(1)),
        ] {
            let changes = Map::from_iter([(key.to_owned(), value.clone())]);
            let Err(Error::Validation(errors)) = check(&all(), &changes) else {
                panic!("{key} = {value} must be refused")
            };
            assert_eq!(errors[0].field, key);
        }
    }
}
