//! What became of mails, in words.

use crate::platform::audit::Words;

/// The words; none for the actions of others.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "mail.retried" => "sent a failed email again".to_owned(),
        "mail.given_up" => "gave up on an email".to_owned(),
        "mail.failures_reported" => "reported by email that emails could not be delivered".to_owned(),
        "mail.tested" if !it.has_changes() => "sent a test email".to_owned(),
        "mail.tested" if it.to("delivered") == "false" => {
            format!("tried to send a test email via {}, which was not accepted", it.to("transport"))
        }
        "mail.tested" => format!("sent a test email via {}", it.to("transport")),
        _ => return None,
    })
}
