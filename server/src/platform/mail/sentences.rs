//! What became of mails, in words.

use crate::platform::audit::Words;

/// The words; none for the actions of others.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "mail.retried" => "sent a failed mail again".to_owned(),
        "mail.given_up" => "gave up on a mail".to_owned(),
        "mail.tested" => format!("sent a test mail by {}", it.to("transport")),
        _ => return None,
    })
}
