//! Onboarding steps: the firm, its services and its hours are no longer those of the sample firm.

use crate::platform::permission::Permission;
use crate::platform::slice::{Facts, Step};

pub const STEPS: [Step; 3] = [
    step("firm", 10, "/settings/firm", |it| are_own(it, "firm.")),
    step("services", 20, "/settings/services", |it| are_own(it, "services.")),
    step("hours", 30, "/settings/hours", |it| are_own(it, "hours.weekly")),
];

const fn step(name: &'static str, place: u8, link: &'static str, done: fn(&Facts<'_>) -> bool) -> Step {
    Step { name, place, needs: Permission::Settings, link, reviewable: true, done }
}

/// What a firm can share with the sample firm by chance.
const SHARED: [&str; 4] = ["firm.city", "firm.postalCode", "firm.region", "firm.country"];

/// True if nothing of the sample firm remains in these keys.
fn are_own(facts: &Facts<'_>, keys: &str) -> bool {
    let registry = facts.platform.settings.registry();
    registry
        .keys
        .iter()
        .filter(|key| key.sample && key.key.starts_with(keys) && !SHARED.contains(&key.key.as_str()))
        .all(|key| facts.settings.values.get(&key.key) != Some(&key.default))
}
