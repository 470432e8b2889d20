//! Generates the reference of all settings, `docs/settings.md`.

use std::fmt::Write as _;

use super::kind::Kind;
use super::registry::{Key, Registry};

/// Every key with its kind, default and help, group by group, in Markdown.
pub fn reference(registry: &Registry) -> String {
    let mut out = String::from(
        "# Settings\n\nWhat a firm decides while the program runs: on the page Settings of the dashboard, by `PATCH\n\
         /api/admin/settings`, or by `tekvwarho settings set KEY VALUE`. This page is written by `make gen` from the\n\
         registry in server/src/platform/settings.\n",
    );
    for group in &registry.groups {
        let needs = serde_json::to_value(group.needs).unwrap_or_default();
        let needs = needs.as_str().unwrap_or_default();
        // Writing into a string cannot fail.
        let _ = write!(out, "\n## {}\n\n{} Permission: `settings`", group.label, group.help);
        if needs != "settings" {
            let _ = write!(out, " and `{needs}`");
        }
        out.push_str(".\n\n| key | form | default | what it does |\n|---|---|---|---|\n");
        for key in registry.keys.iter().filter(|key| key.group == group.id) {
            let _ = writeln!(out, "| `{}` | {} | {} | {}: {} |", key.key, form(key), default(key), key.label, key.help);
        }
    }
    out
}

fn form(key: &Key) -> String {
    let form = match &key.kind {
        Kind::Line { max } => format!("a line, at most {max} characters"),
        Kind::Text { max } => format!("text, at most {max} characters"),
        Kind::Template { max, variables, .. } => {
            let names: Vec<String> = variables.iter().map(|it| format!("`{{{{{}}}}}`", it.name)).collect();
            format!("text, at most {max} characters, with {}", names.join(" "))
        }
        Kind::Email => "an e-mail address".to_owned(),
        Kind::Addresses { max } => format!("at most {max} e-mail addresses"),
        Kind::TimeZone => "an IANA time zone".to_owned(),
        Kind::Integer { min, max, unit } => format!("{min} to {max} {unit}").trim_end().to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Choice { options } => options.iter().map(|it| format!("`{}`", it.value)).collect::<Vec<_>>().join(", "),
        Kind::Choices { options } => {
            format!("some of {}", options.iter().map(|it| format!("`{}`", it.value)).collect::<Vec<_>>().join(", "))
        }
        Kind::Picture => "a picture".to_owned(),
        Kind::Hue => "0 to 360".to_owned(),
        Kind::Hours => "a list of `{day, opens, closes}`".to_owned(),
        Kind::Holidays => "a list of `{from, until, name}`".to_owned(),
        Kind::Links => "a list of `{name, url}`".to_owned(),
        Kind::Services => "a list of services".to_owned(),
    };
    if key.optional { format!("{form}, or nothing") } else { form }
}

fn default(key: &Key) -> String {
    match &key.default {
        serde_json::Value::Null => "nothing".to_owned(),
        value if value.is_array() && value.as_array().is_some_and(|list| !list.is_empty()) => "an example".to_owned(),
        _ if key.sample => "that of an example firm".to_owned(),
        value => format!("`{}`", value.to_string().replace('|', "\\|")),
    }
}
