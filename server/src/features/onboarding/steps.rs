//! The steps. A slice adds its own with one line; the dashboard has the words for it, by the name.

use serde_json::{Map, Value};

use super::MAIL_WORKS;
use crate::platform::permission::Permission;
use crate::platform::settings::{KEYS, Snapshot};

/// What is known when the steps are asked.
pub struct Facts<'a> {
    pub settings: &'a Snapshot,
    /// Marks of the firm.
    pub marks: Map<String, Value>,
    /// Staff, samples left out.
    pub staff: u64,
    /// The way that mails take now; none: into a folder.
    pub mail_way: Option<String>,
}

/// One step.
pub struct Step {
    pub name: &'static str,
    /// Who can do it.
    pub needs: Permission,
    /// Where, below /admin.
    pub link: &'static str,
    /// What is there may be right as it is; somebody can say so.
    pub reviewable: bool,
    done: fn(&Facts<'_>) -> bool,
}

/// Every step, in the order of the list.
pub static STEPS: [Step; 5] = [
    Step {
        name: "firm",
        needs: Permission::Settings,
        link: "/settings/firm",
        reviewable: true,
        done: |it| own(it, "firm."),
    },
    Step {
        name: "services",
        needs: Permission::Settings,
        link: "/settings/services",
        reviewable: true,
        done: |it| own(it, "services."),
    },
    Step {
        name: "hours",
        needs: Permission::Settings,
        link: "/settings/hours",
        reviewable: true,
        done: |it| own(it, "hours.weekly"),
    },
    Step { name: "mail", needs: Permission::Settings, link: "/settings/mail", reviewable: false, done: mail_works },
    Step { name: "colleague", needs: Permission::Staff, link: "/staff", reviewable: false, done: |it| it.staff > 1 },
];

impl Step {
    /// True when it is done: by what is there, or because somebody said that it is right.
    pub fn is_done(&self, facts: &Facts<'_>) -> bool {
        (self.reviewable && facts.marks.contains_key(self.name)) || (self.done)(facts)
    }
}

/// True when nothing of the example firm is left in these keys.
fn own(facts: &Facts<'_>, keys: &str) -> bool {
    KEYS.iter()
        .filter(|key| key.sample && key.key.starts_with(keys))
        .all(|key| facts.settings.values.get(&key.key) != Some(&key.default))
}

/// True when a test mail has left the machine the way that mails take now.
fn mail_works(facts: &Facts<'_>) -> bool {
    let way = facts.mail_way.as_deref();
    way.is_some() && facts.marks.get(MAIL_WORKS).and_then(Value::as_str) == way
}
