//! Sample data, in words.

use crate::platform::audit::Words;

/// The words; none for the actions of others.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "demo.created" => "filled in demo data".to_owned(),
        "demo.removed" => format!("removed the sample data, {} messages", it.to("messages")),
        _ => return None,
    })
}
