//! Onboarding steps: the firm, its services and its hours are no longer those of the sample firm.

use serde_json::Value;

use super::store::SERVICES;
use crate::platform::permission::Permission;
use crate::platform::slice::{Facts, Step};

pub const STEPS: [Step; 3] = [
    step("firm", 10, "/settings/firm", |it| are_own(it, "firm.") && has_tagline(it)),
    step("services", 20, "/settings/services", services_are_own),
    step("hours", 30, "/settings/hours", |it| are_own(it, "hours.weekly") && !it.settings.hours.weekly.is_empty()),
];

const fn step(name: &'static str, place: u8, link: &'static str, done: fn(&Facts<'_>) -> bool) -> Step {
    Step { name, place, needs: Permission::Settings, link, reviewable: true, done }
}

/// What a firm can share with the sample firm by chance.
const SHARED: [&str; 4] = ["firm.city", "firm.postalCode", "firm.region", "firm.country"];

/// The set-up puts the name where no tagline was given.
fn has_tagline(facts: &Facts<'_>) -> bool {
    facts.settings.firm.tagline != facts.settings.firm.name
}

/// True if there are services, and none is an example as it came. A firm that offers one of those, or lists none at
/// all, says that the list is right.
fn services_are_own(facts: &Facts<'_>) -> bool {
    let key = facts.platform.settings.registry().keys.iter().find(|key| key.key == SERVICES);
    let samples = texts(key.map(|key| &key.default));
    let services = texts(facts.settings.values.get(SERVICES));
    !services.is_empty() && !services.iter().any(|one| samples.contains(one))
}

/// The services of a list without their ids: one that is taken out and put back can have another.
fn texts(list: Option<&Value>) -> Vec<Value> {
    let mut services = list.and_then(Value::as_array).cloned().unwrap_or_default();
    for service in &mut services {
        service.as_object_mut().and_then(|fields| fields.remove("id"));
    }
    services
}

/// True if nothing of the sample firm remains in these keys.
fn are_own(facts: &Facts<'_>, keys: &str) -> bool {
    let registry = facts.platform.settings.registry();
    registry
        .keys
        .iter()
        .filter(|key| key.sample && key.key.starts_with(keys) && !SHARED.contains(&key.key.as_str()))
        .all(|key| facts.settings.values.get(&key.key) != Some(&key.default))
}
