//! What the firm offers, each service with its own page.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::kind::{Kind, read};
use super::super::registry::{Group, Key};
use crate::http::valid::Check;
use crate::platform::permission::Permission;

pub const GROUP: Group = Group {
    id: "services",
    label: "Services",
    help: "What you offer, in the order of the site. Each service has its own page, and clients can choose it in the contact form.",
    needs: Permission::Settings,
    place: 20,
    sensitive: false,
};

/// One thing that the firm offers, with the texts of its page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Service {
    /// Stays when address and name change. Who sends none means the service that has or had this address, or a new one.
    #[serde(default)]
    pub id: Uuid,
    /// The part of the address after /services/.
    pub slug: String,
    pub name: String,
    pub summary: String,
    /// Picks the drawing: `software`, `web`, `consulting`, `data`; anything else is a plain one.
    #[serde(default)]
    pub icon: String,
    #[serde(default)]
    pub intro: String,
    /// Length of a first meeting; shown beside the price.
    #[serde(default)]
    pub minutes: Option<u16>,
    #[serde(default)]
    pub gets: Vec<String>,
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Short price for lists, such as "from 2,400 €".
    #[serde(default)]
    pub starts_from: Option<String>,
    #[serde(default)]
    pub starts_at: String,
    #[serde(default)]
    pub fits: Vec<String>,
    #[serde(default)]
    pub questions: Vec<Question>,
}

/// One step of how a service goes, or another point: a title with a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub title: String,
    pub text: String,
}

/// A question that clients ask, with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub q: String,
    pub a: String,
}

/// The keys of the group.
pub fn keys() -> Vec<Key> {
    let samples = whole(&serde_json::from_str(include_str!("../defaults/services.json")).unwrap_or_default());
    let example = Some(samples.clone());
    let list = Key { example, ..Key::new(&GROUP, "list", "Services", Kind::Services, samples) };
    vec![
        list.sample()
            .help("Up to 30, in the order shown on the site. A service keeps its messages when its address changes, and old addresses lead to the new one."),
    ]
}

/// Services with all their fields, omitted ones included; what cannot be parsed is unchanged.
pub(in super::super) fn whole(value: &Value) -> Value {
    let services = serde_json::from_value::<Vec<Service>>(value.clone());
    services.and_then(serde_json::to_value).unwrap_or_else(|_| value.clone())
}

/// Maximum characters in one text of a service.
const LONGEST: usize = 1_000;
/// Maximum entries in one list of a service.
const MOST: usize = 20;
/// What to do about an empty entry.
const FILL_IN: &str = "Fill this in, or remove it.";

/// Reports errors in the services.
pub(in super::super) fn check(check: &mut Check, field: &str, value: &Value) {
    let Some(services) = read::<Vec<Service>>(check, field, value) else { return };
    if services.len() > 30 {
        check.refuse(field, "too_long", "At most 30 services are allowed.");
    }
    for (index, service) in services.iter().enumerate() {
        let place = |part: &str| format!("{field}.{index}.{part}");
        if !fits(&service.slug) {
            let message = "Use 1 to 60 lowercase letters, digits and hyphens: this is part of an address.";
            check.refuse(&place("slug"), "invalid", message);
        } else if services.iter().filter(|other| other.slug == service.slug).count() > 1 {
            // At both: whichever was changed last has it.
            check.refuse(&place("slug"), "taken", "Another service already has this address.");
        }
        check.line(&place("name"), &service.name, 80, "Every service needs a name.");
        check.line(&place("summary"), &service.summary, 300, "Say in a sentence what it is.");
        if service.minutes.is_some_and(|minutes| !(5..=1_440).contains(&minutes)) {
            check.refuse(&place("minutes"), "invalid", "This must be a whole number from 5 to 1440.");
        }
        check.optional_line(&place("icon"), Some(&service.icon), 30);
        check.optional_line(&place("startsFrom"), service.starts_from.as_deref(), 60);
        for (part, text) in [("intro", &service.intro), ("startsAt", &service.starts_at)] {
            if !text.trim().is_empty() {
                check.text(&place(part), text, LONGEST, "");
            }
        }
        check_lists(check, &place(""), service);
    }
}

fn check_lists(check: &mut Check, place: &str, service: &Service) {
    let lengths = [
        ("gets", service.gets.len()),
        ("steps", service.steps.len()),
        ("fits", service.fits.len()),
        ("questions", service.questions.len()),
    ];
    for (part, length) in lengths {
        if length > MOST {
            check.refuse(&format!("{place}{part}"), "too_long", format!("At most {MOST} of these are allowed."));
        }
    }
    for (part, list) in [("gets", &service.gets), ("fits", &service.fits)] {
        for (index, text) in list.iter().enumerate() {
            check.line(&format!("{place}{part}.{index}"), text, LONGEST, FILL_IN);
        }
    }
    check_steps(check, &format!("{place}steps"), &service.steps);
    for (index, question) in service.questions.iter().enumerate() {
        check.line(&format!("{place}questions.{index}.q"), &question.q, 200, FILL_IN);
        check.text(&format!("{place}questions.{index}.a"), &question.a, LONGEST, FILL_IN);
    }
}

/// Reports errors in titles with their texts.
pub(in super::super) fn check_steps(check: &mut Check, place: &str, steps: &[Step]) {
    for (index, step) in steps.iter().enumerate() {
        check.line(&format!("{place}.{index}.title"), &step.title, 120, FILL_IN);
        check.text(&format!("{place}.{index}.text"), &step.text, LONGEST, FILL_IN);
    }
}

/// True if it can be part of a URL.
fn fits(slug: &str) -> bool {
    (1..=60).contains(&slug.len())
        && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-')
}
