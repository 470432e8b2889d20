//! The kinds of values, each with its validation.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::groups::services::Step;
use super::groups::{firm, hours, services};
use super::{blocks, text};
use crate::error::Error;
use crate::http::Origin;
use crate::http::valid::{self, Check, has_plain_name, is_email};
use crate::markdown;
use crate::pictures::PictureName;

/// The type of a value, with its bounds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Kind {
    /// One line of text.
    Line {
        max: usize,
    },
    /// Text with several lines.
    Text {
        max: usize,
    },
    /// Text with headings, lists, links and uploaded pictures, written in Markdown.
    Markdown {
        max: usize,
    },
    /// Text in which `{{name}}` is replaced with a value.
    Template {
        max: usize,
        /// False for a single line.
        lines: bool,
        variables: &'static [Variable],
        /// Variables that it must contain.
        required: &'static [&'static str],
    },
    /// One email address.
    Email,
    /// Several email addresses.
    Addresses {
        max: usize,
    },
    /// Several origins of websites.
    Origins {
        max: usize,
    },
    /// An IANA time zone name.
    TimeZone,
    /// A whole number.
    Integer {
        min: u64,
        max: u64,
        /// What is counted, such as `days`.
        unit: &'static str,
    },
    Boolean,
    /// One of several options.
    Choice {
        options: &'static [Choice],
    },
    /// Any number of several options.
    Choices {
        options: &'static [Choice],
    },
    /// Hue of a colour, 0 to 360 (OKLCH).
    Hue,
    /// The weekly opening hours.
    Hours,
    /// Days on which the firm is closed.
    Holidays,
    /// Name of a picture uploaded with `POST /api/admin/settings/pictures`.
    Picture,
    /// Links with a name.
    Links,
    /// The services with all their texts.
    Services,
    /// A list of titles, each with a text.
    Points {
        max: usize,
    },
    /// The blocks of a page in their order, each shown or hidden. A missing one is added at its default place.
    Blocks {
        options: &'static [BlockChoice],
    },
}

/// A value that a template can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Variable {
    /// Such as `firm.name`.
    pub name: &'static str,
    /// For people.
    pub help: &'static str,
}

/// One of the values to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Choice {
    pub value: &'static str,
    pub label: &'static str,
}

/// A block that a page can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct BlockChoice {
    pub value: &'static str,
    pub label: &'static str,
    /// The keys of its texts: while all of them are empty, the page does not show the block. An empty list: its content
    /// comes from elsewhere.
    pub texts: &'static [&'static str],
}

impl Kind {
    /// Reports errors in a value of this kind. `field` is the key.
    pub(super) fn check(&self, check: &mut Check, field: &str, value: &Value) {
        match self {
            Self::Line { max } => line(check, field, value, *max, false),
            Self::Text { max } => line(check, field, value, *max, true),
            Self::Markdown { max } => {
                line(check, field, value, *max, true);
                if let Some(fault) = value.as_str().and_then(markdown::fault) {
                    check.refuse(field, "invalid", fault);
                }
            }
            Self::Template { max, lines, variables, required } => {
                line(check, field, value, *max, *lines);
                if let Some(fault) = value.as_str().and_then(|text| text::fault(text, variables, required)) {
                    check.refuse(field, "invalid", fault);
                }
            }
            Self::Email => match value.as_str() {
                Some(address) if is_email(address) && !has_plain_name(address) => check.refuse(
                    field,
                    "invalid",
                    "Use only the letters a to z, digits and symbols before the @: many mail servers refuse others.",
                ),
                Some(address) => drop(check.email(field, address)),
                None => check.refuse(field, "invalid", "This must be an email address."),
            },
            Self::Addresses { max } => addresses(check, field, value, *max),
            Self::Origins { max } => origins(check, field, value, *max),
            Self::TimeZone => {
                if value.as_str().is_none_or(|zone| zone.parse::<chrono_tz::Tz>().is_err()) {
                    check.refuse(field, "invalid", "This must be a time zone such as Europe/Berlin.");
                }
            }
            Self::Integer { min, max, .. } => integer(check, field, value, *min, *max),
            Self::Hue => integer(check, field, value, 0, 360),
            Self::Boolean => {
                if !value.is_boolean() {
                    check.refuse(field, "invalid", "This must be true or false.");
                }
            }
            Self::Choice { options } => {
                if !value.as_str().is_some_and(|it| options.iter().any(|option| option.value == it)) {
                    check.refuse(field, "invalid", format!("This must be one of: {}.", values(options)));
                }
            }
            Self::Choices { options } => choices(check, field, value, options),
            Self::Picture => {
                if value.as_str().and_then(PictureName::read).is_none() {
                    check.refuse(field, "invalid", "This must be the name of an uploaded picture.");
                }
            }
            Self::Hours => hours::check_weekly(check, field, value),
            Self::Holidays => hours::check_holidays(check, field, value),
            Self::Links => firm::check_links(check, field, value),
            Self::Services => services::check(check, field, value),
            Self::Points { max } => points(check, field, value, *max),
            Self::Blocks { options } => blocks::check(check, field, value, options),
        }
    }
}

/// Text, of one line or several.
fn line(check: &mut Check, field: &str, value: &Value, max: usize, several: bool) {
    let Some(text) = value.as_str() else {
        let code = if value.is_null() { "required" } else { "invalid" };
        return check.refuse(field, code, "This must be text.");
    };
    if several {
        check.text(field, text, max, "This cannot be empty.");
    } else {
        check.line(field, text, max, "This cannot be empty.");
    }
}

fn integer(check: &mut Check, field: &str, value: &Value, min: u64, max: u64) {
    if !value.as_u64().is_some_and(|number| (min..=max).contains(&number)) {
        check.refuse(field, "invalid", format!("This must be a whole number from {min} to {max}."));
    }
}

fn addresses(check: &mut Check, field: &str, value: &Value, max: usize) {
    let Some(list) = read::<Vec<String>>(check, field, value) else { return };
    if list.len() > max {
        check.refuse(field, "too_long", format!("At most {max} addresses are allowed."));
    }
    for (index, address) in list.iter().enumerate() {
        let place = format!("{field}.{index}");
        if !is_email(address) {
            check.refuse(&place, "invalid", "This does not look like an email address.");
        } else if list[..index].iter().any(|other| other.eq_ignore_ascii_case(address)) {
            check.refuse(&place, "taken", "This address is listed twice.");
        }
    }
}

fn origins(check: &mut Check, field: &str, value: &Value, max: usize) {
    let Some(list) = read::<Vec<String>>(check, field, value) else { return };
    if list.len() > max {
        check.refuse(field, "too_long", format!("At most {max} websites are allowed."));
    }
    for (index, origin) in list.iter().enumerate() {
        let place = format!("{field}.{index}");
        // As browsers write it: nothing after the host, and no capitals.
        if origin.parse::<Origin>().ok().is_none_or(|it| it.0 != *origin || !is_website(origin)) {
            check.refuse(&place, "invalid", "This must be an address without a path, such as https://www.example.com.");
        } else if list[..index].contains(origin) {
            check.refuse(&place, "taken", "This website is listed twice.");
        }
    }
}

/// True for an origin that can stand in a header: a scheme, and a host without wildcards or marks of a policy.
fn is_website(origin: &str) -> bool {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'.' | b'-' | b':' | b'[' | b']');
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(plain))
}

fn choices(check: &mut Check, field: &str, value: &Value, options: &[Choice]) {
    let Some(list) = read::<Vec<String>>(check, field, value) else { return };
    for (index, chosen) in list.iter().enumerate() {
        if !options.iter().any(|option| option.value == chosen) || list[..index].contains(chosen) {
            check.refuse(field, "invalid", format!("Choose from: {}.", values(options)));
            return;
        }
    }
}

fn points(check: &mut Check, field: &str, value: &Value, max: usize) {
    let Some(list) = read::<Vec<Step>>(check, field, value) else { return };
    if list.len() > max {
        check.refuse(field, "too_long", format!("At most {max} of these are allowed."));
    }
    services::check_steps(check, field, &list);
}

fn values(options: &[Choice]) -> String {
    options.iter().map(|option| option.value).collect::<Vec<_>>().join(", ")
}

/// Where a list stands directly in a list. No setting has that, but serde takes one for an object with its fields in
/// order, and a template that reads a field by its name would find nothing.
fn list_in_list(value: &Value) -> Option<String> {
    let below = |name: String, part: &Value| list_in_list(part).map(|place| format!("{name}.{place}"));
    match value {
        Value::Array(list) => list.iter().enumerate().find_map(|(index, part)| match part {
            Value::Array(_) => Some(index.to_string()),
            part => below(index.to_string(), part),
        }),
        Value::Object(fields) => fields.iter().find_map(|(name, part)| below(name.clone(), part)),
        _ => None,
    }
}

/// Parses a composite value; errors name the part.
pub(super) fn read<T: DeserializeOwned>(check: &mut Check, field: &str, value: &Value) -> Option<T> {
    if let Some(place) = list_in_list(value) {
        check.refuse(&format!("{field}.{place}"), "invalid", "This must be an object.");
        return None;
    }
    match serde_path_to_error::deserialize(value) {
        Ok(value) => Some(value),
        Err(error) => {
            let path = error.path().to_string().replace('[', ".").replace(']', "");
            if let Error::Validation(faults) = valid::wrong_shape(path.trim_matches('.'), &error.inner().to_string()) {
                for fault in faults {
                    let place =
                        if fault.field.is_empty() { field.to_owned() } else { format!("{field}.{}", fault.field) };
                    check.refuse(&place, "invalid", fault.message);
                }
            }
            None
        }
    }
}
