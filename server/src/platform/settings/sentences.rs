//! Wording of settings changes.

use crate::platform::audit::Words;

/// The sentence; none for actions of other parts.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "settings.changed" => "changed settings".to_owned(),
        "settings.picture_uploaded" => "uploaded a picture for the site".to_owned(),
        _ => return None,
    })
}
