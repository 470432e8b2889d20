//! What was done with API tokens, in words.

use crate::platform::audit::Words;

/// The words; none for the actions of others.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "api_token.created" => it
            .subject()
            .map_or_else(|| "created an API token".to_owned(), |name| format!("created the API token {name}")),
        "api_token.revoked" => it
            .subject()
            .map_or_else(|| "revoked an API token".to_owned(), |name| format!("revoked the API token {name}")),
        _ => return None,
    })
}
