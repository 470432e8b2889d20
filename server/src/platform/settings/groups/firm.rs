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
    help: "Who you are and how to reach you. Shown on the public site and in every email.",
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
        key("name", "Name", line(80)).help("The name on every page and in every email.").under("Name and texts"),
        key("legalName", "Legal name", line(120))
            .help("The name in the terms, in the privacy policy and at the end of emails.")
            .under("Name and texts"),
        key("tagline", "Tagline", line(120))
            .help("One sentence that says what the firm does. It comes first on the home page.")
            .under("Name and texts"),
        key("description", "Description", Kind::Text { max: 400 })
            .help("Two or three sentences for the home page and for search engines.")
            .under("Name and texts"),
        key("email", "Email", Kind::Email)
            .opens(Permission::Messages)
            .help("Shown on the site. Message notices go there unless you name other mailboxes, and emails are sent from it unless the operator chose another sender.")
            .under("How to reach you"),
        key("phone", "Phone", line(40))
            .optional()
            .help("Shown in the footer, on the contact page and in emails.")
            .under("How to reach you"),
        key("social", "Pages elsewhere", Kind::Links)
            .help("Your pages on other sites. Shown in the footer.")
            .under("How to reach you"),
        key("street", "Street and number", line(120)).optional().help("Leave empty to hide it.").under("Address"),
        key("postalCode", "Postal code", line(20)).optional().help("Leave empty to hide it.").under("Address"),
        key("city", "City", line(80)).optional().help("Leave empty to hide it.").under("Address"),
        key("region", "State or region", line(80))
            .optional()
            .help("Determines the data protection authority named in the privacy policy. Search engines read it too.")
            .under("Address"),
        key("country", "Country", line(80))
            .optional()
            .help("Shown in the address. Your terms of service use this country’s law.")
            .under("Address"),
        key("registration", "Company register and tax number", line(200))
            .optional()
            .help("Shown in the footer and in the terms, if the law requires it.")
            .under("Address"),
        key("founded", "Founded in", Kind::Integer { min: 1_800, max: 2_200, unit: "" })
            .optional()
            .help("The year in which the firm was founded. Shown in the footer.")
            .under("Name and texts"),
        key("logo", "Logo", Kind::Picture)
            .optional()
            .help("Shown at the top of every page of the site, in place of the built-in mark. PNG, JPEG or WebP, up to 2 MB; best wide, with a transparent background.")
            .under("Appearance"),
        key("accentHue", "Accent colour", Kind::Hue)
            .help("The colour of buttons, links and illustrations, on the site and in the dashboard. Text stays readable in every hue.")
            .under("Appearance"),
    ]
}

/// Reports errors in links.
pub(in super::super) fn check_links(check: &mut Check, field: &str, value: &Value) {
    let Some(links) = read::<Vec<SocialLink>>(check, field, value) else { return };
    if links.len() > 10 {
        check.refuse(field, "too_long", "At most 10 links are allowed.");
    }
    for (index, link) in links.iter().enumerate() {
        check.line(&format!("{field}.{index}.name"), &link.name, 40, "Every link needs a name.");
        let place = format!("{field}.{index}.url");
        let readable = url::Url::parse(&link.url).is_ok_and(|url| url.scheme() == "https" && url.has_host());
        if !readable || link.url.chars().any(|c| c.is_control() || c.is_whitespace()) {
            check.refuse(&place, "invalid", "This must be an address that starts with https://.");
        } else if link.url.len() > 300 {
            check.refuse(&place, "too_long", "This can have at most 300 characters.");
        }
    }
}
