//! Choices of what one is told of, in words.

use crate::platform::audit::Words;

/// The words; none for the actions of others.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "notifications.changed" => "changed their notification settings".to_owned(),
        _ => return None,
    })
}
