//! Wording of preference changes.

use crate::platform::audit::Words;

/// The sentence; none for actions of other parts.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "notifications.changed" => "changed their notification settings".to_owned(),
        _ => return None,
    })
}
