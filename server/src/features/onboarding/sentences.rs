//! First steps, in words.

use crate::platform::audit::Words;

/// The words; none for the actions of others.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "onboarding.noted" => "updated the first steps".to_owned(),
        _ => return None,
    })
}
