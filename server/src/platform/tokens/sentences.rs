//! What was done with API tokens, in words.

use crate::platform::audit::Words;

/// The words; none for the actions of others.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "api_token.created" => format!("created the API token {}", it.called("that was given a name")),
        "api_token.revoked" => format!("revoked the API token {}", it.called("of somebody")),
        _ => return None,
    })
}
