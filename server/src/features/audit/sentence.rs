//! Entries in words.

use database::entity::audit_logs;
use serde_json::Value;

/// What happened, without who: the reader puts the name in front.
pub fn sentence(entry: &audit_logs::Model) -> String {
    let to = |field: &str| text(entry.changes.as_ref().and_then(|changes| changes.get(field)?.get("to")));
    let from = |field: &str| text(entry.changes.as_ref().and_then(|changes| changes.get(field)?.get("from")));
    match entry.action.as_str() {
        "message.created" => "wrote through the contact form".to_owned(),
        "message.status_changed" => format!("changed the status from {} to {}", from("status"), to("status")),
        "message.assigned" => match to("assignedTo").as_str() {
            "nobody" => "took the assignment away".to_owned(),
            _ => "assigned the message".to_owned(),
        },
        "message.changed" => "changed status and assignment".to_owned(),
        "message.replied" => "answered".to_owned(),
        "message.client_replied" => "answered on the thread page".to_owned(),
        "message.noted" => "added a note".to_owned(),
        "message.note_deleted" => "deleted a note".to_owned(),
        "message.tagged" => "changed the tags".to_owned(),
        "message.undone" => "took the last change back".to_owned(),
        "messages.exported" => format!("exported {} messages as {}", to("rows"), to("format")),
        "mail.retried" => "sent a failed mail again".to_owned(),
        "canned_reply.created" => format!("added the canned reply {}", to("shortcut")),
        "canned_reply.changed" => "changed a canned reply".to_owned(),
        "canned_reply.deleted" => format!("deleted the canned reply {}", from("shortcut")),
        "auth.signed_in" => "signed in".to_owned(),
        "auth.sign_in_failed" => "tried a wrong password".to_owned(),
        "auth.locked" => "was locked out after too many wrong passwords".to_owned(),
        "auth.signed_out" => "signed out".to_owned(),
        "auth.signed_out_everywhere" => "signed out on all devices".to_owned(),
        "auth.session_ended" => "ended a session on another device".to_owned(),
        "auth.refresh_reused" => "had a session ended because an old refresh token was used again".to_owned(),
        "auth.password_changed" => "changed the password".to_owned(),
        "auth.reset_requested" => "asked for a password reset".to_owned(),
        "auth.password_reset" => "reset the password".to_owned(),
        "staff.created" => "created a staff member".to_owned(),
        "staff.profile_changed" => "changed the own profile".to_owned(),
        "settings.changed" => "changed settings".to_owned(),
        "demo.created" => "filled in demo data".to_owned(),
        "setup.completed" => "set the firm up".to_owned(),
        other => other.replace(['.', '_'], " "),
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.replace('_', " "),
        None | Some(Value::Null) => "nobody".to_owned(),
        Some(other) => other.to_string(),
    }
}
