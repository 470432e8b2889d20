//! Wording of onboarding actions.

use crate::platform::audit::Words;

/// The sentence; none for actions of other parts.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "onboarding.noted" => "updated the first steps".to_owned(),
        _ => return None,
    })
}
