//! Wording of sample data actions.

use crate::platform::audit::Words;

/// The sentence; none for actions of other parts.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "demo.created" => "added sample data".to_owned(),
        "demo.removed" if !it.has_changes() => "removed the sample data".to_owned(),
        "demo.removed" => format!("removed the sample data, including {} messages", it.to("messages")),
        _ => return None,
    })
}
