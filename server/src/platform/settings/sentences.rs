//! Changes of settings, in words.

use crate::platform::audit::Words;

/// The words; none for the actions of others.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "settings.changed" => "changed settings".to_owned(),
        "settings.picture_uploaded" => "uploaded a picture for the site".to_owned(),
        _ => return None,
    })
}
