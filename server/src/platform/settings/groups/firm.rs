//! The firm: the values that pages and emails are built from.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::super::kind::{Kind, read};
use super::super::registry::{Group, Key};
use crate::http::valid::Check;
use crate::platform::permission::Permission;

pub const GROUP: Group = Group {
    id: "firm",
    label: "Firm",
    help: "Who you are and how you are reached. The public site and every mail show it.",
    needs: Permission::Settings,
    place: 10,
    sensitive: false,
};

/// The firm's public details.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Firm {
    pub name: String,
    pub legal_name: String,
    pub tagline: String,
    pub description: String,
    pub email: String,
    pub phone: Option<String>,
    /// Empty: not shown.
    #[serde(default, deserialize_with = "empty_if_null")]
    pub street: String,
    /// Empty: not shown.
    #[serde(default, deserialize_with = "empty_if_null")]
    pub postal_code: String,
    /// Empty: not shown.
    #[serde(default, deserialize_with = "empty_if_null")]
    pub city: String,
    pub region: Option<String>,
    /// Empty: not shown.
    #[serde(default, deserialize_with = "empty_if_null")]
    pub country: String,
    pub social: Vec<SocialLink>,
    /// Entry in the company register, and tax number, as local law requires.
    pub registration: Option<String>,
    pub founded: Option<u16>,
    /// Name of its picture; none: the generated mark.
    pub logo: Option<String>,
    /// Hue of the accent colour, 0 to 360 (OKLCH).
    pub accent_hue: u16,
}

/// The value of a variable in the firm's texts.
pub fn word(firm: &Firm, name: &str) -> Option<String> {
    match name {
        "firm.name" => Some(firm.name.clone()),
        "firm.legalName" => Some(firm.legal_name.clone()),
        "firm.email" => Some(firm.email.clone()),
        "firm.phone" => Some(firm.phone.clone().unwrap_or_default()),
        _ => None,
    }
}

/// A detail that the firm does not provide.
fn empty_if_null<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Option::<String>::deserialize(from).map(Option::unwrap_or_default)
}

/// A page of the firm elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SocialLink {
    pub name: String,
    /// Begins with https://.
    pub url: String,
}

/// The keys of the group.
pub fn keys() -> Vec<Key> {
    let samples: Map<String, Value> = serde_json::from_str(include_str!("../defaults/firm.json")).unwrap_or_default();
    let key = |name: &str, label, kind| {
        let default = samples.get(name).cloned().unwrap_or_default();
        let sample = default.is_string();
        let key = Key::new(&GROUP, name, label, kind, default);
        if sample { key.sample() } else { key }
    };
    let line = |max| Kind::Line { max };
    vec![
        key("name", "Name", line(80)).help("The name on every page and in every mail.").under("Name and texts"),
        key("legalName", "Legal name", line(120))
            .help("The name in the terms, in the privacy policy and below mails.")
            .under("Name and texts"),
        key("tagline", "In one sentence", line(120))
            .help("Says what the firm does. The first thing on the home page.")
            .under("Name and texts"),
        key("description", "Description", Kind::Text { max: 400 })
            .help("Two or three sentences for the home page and for search engines.")
            .under("Name and texts"),
        key("email", "E-mail", Kind::Email)
            .opens(Permission::Messages)
            .help("Shown on the site. Notices of messages go there unless you name others, and mails are sent as it unless the operator chose another sender.")
            .under("How you are reached"),
        key("phone", "Phone", line(40))
            .optional()
            .help("Shown in the footer, on the contact page and in mails.")
            .under("How you are reached"),
        key("social", "Pages elsewhere", Kind::Links)
            .help("Your pages on other sites. They stand in the footer.")
            .under("How you are reached"),
        key("street", "Street and number", line(120)).optional().help("Empty: not shown.").under("Address"),
        key("postalCode", "Postal code", line(20)).optional().help("Empty: not shown.").under("Address"),
        key("city", "City", line(80)).optional().help("Empty: not shown.").under("Address"),
        key("region", "State or region", line(80))
            .optional()
            .help("Names the data protection authority in the privacy policy, and search engines read it.")
            .under("Address"),
        key("country", "Country", line(80))
            .optional()
            .help("Stands in the address, and the terms name its law.")
            .under("Address"),
        key("registration", "Register and tax number", line(200))
            .optional()
            .help("Stands in the footer and in the terms, where the law asks for it.")
            .under("Address"),
        key("founded", "Founded in", Kind::Integer { min: 1_800, max: 2_200, unit: "" })
            .optional()
            .help("The year in which the firm began. Stands in the footer.")
            .under("Name and texts"),
        key("logo", "Logo", Kind::Picture)
            .optional()
            .help("Stands at the head of every page of the site, in place of the drawn mark. PNG, JPEG or WebP, at most 2 MB; best wide and on a transparent ground.")
            .under("Look"),
        key("accentHue", "Accent colour", Kind::Hue)
            .help("The colour of buttons, links and drawings, on the site and in the dashboard. Every hue keeps text readable.")
            .under("Look"),
    ]
}

/// Reports errors in links.
pub(in super::super) fn check_links(check: &mut Check, field: &str, value: &Value) {
    let Some(links) = read::<Vec<SocialLink>>(check, field, value) else { return };
    if links.len() > 10 {
        check.refuse(field, "too_long", "There may be at most 10 links.");
    }
    for (index, link) in links.iter().enumerate() {
        check.line(&format!("{field}.{index}.name"), &link.name, 40, "Every link needs a name.");
        let place = format!("{field}.{index}.url");
        let readable = url::Url::parse(&link.url).is_ok_and(|url| url.scheme() == "https" && url.has_host());
        if !readable || link.url.chars().any(|c| c.is_control() || c.is_whitespace()) {
            check.refuse(&place, "invalid", "This must be an address that begins with https://.");
        } else if link.url.len() > 300 {
            check.refuse(&place, "too_long", "This may have at most 300 characters.");
        }
    }
}
