//! Entries in words.

use std::collections::HashMap;

use database::entity::audit_logs;
use serde_json::Value;
use uuid::Uuid;

/// What a sentence may call by name. Who reads it must be allowed to know these names.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Staff by id.
    pub people: HashMap<Uuid, String>,
    /// Other entities by id: who wrote a message, what a token is called.
    pub subjects: HashMap<Uuid, String>,
    /// True in the history of one entity, which need not say of what it speaks.
    pub inside: bool,
}

impl Names {
    /// For the history of one entity.
    pub fn inside(people: HashMap<Uuid, String>) -> Self {
        Self { people, subjects: HashMap::new(), inside: true }
    }

    /// Who or what the entry is about.
    fn subject(&self, entry: &audit_logs::Model) -> Option<&str> {
        let id = entry.entity_id.as_deref()?.parse().ok()?;
        self.subjects.get(&id).or_else(|| self.people.get(&id)).map(String::as_str)
    }
}

/// What happened, without who did it: the reader puts the name in front.
pub fn sentence(entry: &audit_logs::Model, names: &Names) -> String {
    let change = |field: &str, end: &str| entry.changes.as_ref().and_then(|changes| changes.get(field)?.get(end));
    let to = |field: &str| text(change(field, "to"), names);
    let from = |field: &str| text(change(field, "from"), names);
    // " from new to replied", where the entry has both.
    let moved = |field: &str| match (change(field, "from"), change(field, "to")) {
        (Some(_), Some(_)) => format!(" from {} to {}", from(field), to(field)),
        (None, Some(_)) => format!(" to {}", to(field)),
        _ => String::new(),
    };
    let message = names.subject(entry).map_or_else(|| "the message".to_owned(), |it| format!("the message from {it}"));
    let here = |preposition: &str| if names.inside { String::new() } else { format!(" {preposition} {message}") };
    let called = |fallback: &str| names.subject(entry).map_or_else(|| fallback.to_owned(), str::to_owned);
    // The own account is meant where the person who did it is the one it was done to.
    let of_whom = match (entry.user_id, names.subject(entry)) {
        (Some(actor), _) if entry.entity_id.as_deref() == Some(&*actor.to_string()) => String::new(),
        (_, Some(name)) => format!(" of {name}"),
        _ => String::new(),
    };
    let whom = if names.inside { "the person" } else { names.subject(entry).unwrap_or("a person") };
    match entry.action.as_str() {
        "message.created" => "wrote through the contact form".to_owned(),
        "message.status_changed" => format!("changed the status{}{}", here("of"), moved("status")),
        "message.assigned" => match to("assignedTo").as_str() {
            "nobody" if change("assignedTo", "to").is_some() => format!("took the assignment away{}", here("of")),
            _ if names.inside => format!("assigned the message{}", moved("assignedTo")),
            _ => format!("assigned {message}{}", moved("assignedTo")),
        },
        "message.changed" => format!(
            "changed status and assignment{}: status{}, assignment{}",
            here("of"),
            moved("status"),
            moved("assignedTo")
        ),
        "message.replied" if names.inside => "answered".to_owned(),
        "message.replied" => format!("answered {message}"),
        "message.client_replied" => "answered on the thread page".to_owned(),
        "message.noted" => format!("added a note{}", here("to")),
        "message.note_deleted" => format!("deleted a note{}", here("of")),
        "message.tagged" => format!("changed the tags{}{}", here("of"), moved("tags")),
        "message.undone" => format!("took the last change back{}", here("of")),
        "messages.exported" if entry.changes.is_none() => "exported messages".to_owned(),
        "messages.exported" => format!("exported {} messages as {}", to("rows"), to("format")),
        "mail.retried" => format!("sent a failed mail again{}", here_mail(entry, &message, names)),
        "mail.given_up" => format!("gave up a mail{}", here_mail(entry, &message, names)),
        "messages.expired" | "demo.removed" => deleted(&entry.action, &to("messages")),
        "mail.tested" => format!("sent a test mail by {}", to("transport")),
        "canned_reply.created" => format!("added the canned reply {}", to("shortcut")),
        "canned_reply.changed" => "changed a canned reply".to_owned(),
        "canned_reply.deleted" => format!("deleted the canned reply {}", from("shortcut")),
        "auth.signed_in" => "signed in".to_owned(),
        "auth.sign_in_failed" => format!("tried a wrong password{of_whom}"),
        "auth.locked" if of_whom.is_empty() => "was locked out after too many wrong passwords".to_owned(),
        "auth.locked" => format!("locked the account{of_whom} by too many wrong passwords"),
        "auth.signed_out" => "signed out".to_owned(),
        "auth.signed_out_everywhere" => "signed out on all devices".to_owned(),
        "auth.session_ended" => format!("ended a session{of_whom} on another device"),
        "auth.refresh_reused" => "had a session ended because an old refresh token was used again".to_owned(),
        "auth.password_changed" => "changed the password".to_owned(),
        "auth.reset_requested" => format!("asked for a password reset{of_whom}"),
        "auth.password_reset" => "reset the password".to_owned(),
        "auth.second_factor_failed" => format!("tried a wrong code after the right password{of_whom}"),
        "auth.second_factor_asked" => format!("gave the right password{of_whom} and was asked for the second factor"),
        "auth.proved" => format!("proved again who they are by {}", to("by")),
        "auth.proof_failed" => "could not prove again who they are".to_owned(),
        "auth.other_sessions_ended" => "signed out on all other devices".to_owned(),
        "auth.totp_added" => "turned on an authenticator app".to_owned(),
        "auth.totp_removed" => "turned off the authenticator app".to_owned(),
        "auth.recovery_codes_made" => "made new recovery codes".to_owned(),
        "auth.recovery_code_used" => "used a recovery code".to_owned(),
        "auth.passkey_added" => "added a passkey".to_owned(),
        "auth.passkey_renamed" => "renamed a passkey".to_owned(),
        "auth.passkey_removed" => "removed a passkey".to_owned(),
        "auth.passkey_counter" => "had a passkey refused that may have been copied".to_owned(),
        "staff.factors_reset" => format!("took the second factors{of_whom} away"),
        "staff.created" => "created a staff member".to_owned(),
        "staff.invited" => format!("invited a person as {}", to("role")),
        "staff.invitation_sent_again" => "sent an invitation again".to_owned(),
        "staff.invitation_withdrawn" => "withdrew an invitation".to_owned(),
        "staff.invitation_accepted" => "accepted the invitation".to_owned(),
        "staff.imported" => format!("invited {} people from a file", to("people")),
        "staff.changed" if change("role", "to").is_some() => format!("changed {whom}: role{}", moved("role")),
        "staff.changed" => format!("changed {whom}"),
        "staff.activated" => format!("activated {whom}"),
        "staff.deactivated" => format!("deactivated {whom}"),
        "staff.deleted" => format!("deleted {whom}"),
        "staff.work_handed_over" => format!("handed {} open messages over", to("messages")),
        "staff.reset_link_sent" => format!("sent {whom} a link for a new password"),
        "staff.tokens_revoked" => format!("revoked {} API tokens of {whom}", to("tokens")),
        "staff.unlocked" => format!("unlocked {whom}"),
        "staff.signed_out" => format!("signed {whom} out on all devices"),
        "staff.device_signed_out" => format!("signed a device of {whom} out"),
        "staff.picture_changed" => "changed a picture".to_owned(),
        "staff.profile_changed" => "changed the own profile".to_owned(),
        "notifications.changed" => "changed what they are told of".to_owned(),
        "settings.changed" => "changed settings".to_owned(),
        "api_token.created" => format!("created the API token {}", called("that was given a name")),
        "api_token.revoked" => format!("revoked the API token {}", called("of somebody")),
        "audit.exported" if entry.changes.is_none() => "exported the audit trail".to_owned(),
        "audit.exported" => format!("exported {} audit entries as {}", to("rows"), to("format")),
        "audit.erased" => "removed the network address and program from an audit entry".to_owned(),
        "audit.head_mailed" => "mailed the head of the audit trail".to_owned(),
        "onboarding.noted" => "ticked off a first step".to_owned(),
        "demo.created" => "filled in demo data".to_owned(),
        "setup.completed" => "set the firm up".to_owned(),
        other => format!("{}{of_whom}", other.replace(['.', '_'], " ")),
    }
}

/// An action in general, for lists to choose from.
pub fn label(action: &str) -> String {
    let entry = audit_logs::Model {
        id: Uuid::nil(),
        user_id: None,
        token_id: None,
        action: action.to_owned(),
        entity_type: String::new(),
        entity_id: None,
        changes: None,
        ip_address: None,
        user_agent: None,
        salt: None,
        commitments: Value::Null,
        request_id: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
    };
    let names = Names { inside: true, ..Names::default() };
    let words = sentence(&entry, &names);
    // What stands for a value that is not there.
    words.replace(" nobody", "").trim_end_matches(" as").trim_end_matches(": status, assignment").to_owned()
}

fn here_mail(entry: &audit_logs::Model, message: &str, names: &Names) -> String {
    if entry.entity_type == "message" && !names.inside { format!(" about {message}") } else { String::new() }
}

fn text(value: Option<&Value>, names: &Names) -> String {
    match value {
        Some(Value::String(text)) => {
            let name = text.parse().ok().and_then(|id: Uuid| names.people.get(&id));
            name.cloned().unwrap_or_else(|| text.replace('_', " "))
        }
        Some(Value::Array(items)) if items.is_empty() => "none".to_owned(),
        Some(Value::Array(items)) => items.iter().map(|item| text(Some(item), names)).collect::<Vec<_>>().join(", "),
        None | Some(Value::Null) => "nobody".to_owned(),
        Some(other) => other.to_string(),
    }
}

/// Messages that went together, and why.
fn deleted(action: &str, messages: &str) -> String {
    match action {
        "demo.removed" => format!("removed the sample data, {messages} messages"),
        _ => format!("deleted {messages} messages whose time was over"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(action: &str, changes: Value) -> audit_logs::Model {
        audit_logs::Model {
            id: Uuid::nil(),
            user_id: Some(Uuid::from_u128(1)),
            token_id: None,
            action: action.into(),
            entity_type: "message".into(),
            entity_id: Some(Uuid::from_u128(9).to_string()),
            changes: Some(changes),
            ip_address: None,
            user_agent: None,
            salt: None,
            commitments: Value::Null,
            request_id: None,
            created_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn sentences_name_people_and_entities_only_where_they_are_known() {
        let status = entry("message.status_changed", json!({ "status": { "from": "new", "to": "in_progress" } }));
        let assigned =
            entry("message.assigned", json!({ "assignedTo": { "from": null, "to": Uuid::from_u128(2).to_string() } }));
        let known = Names {
            people: [(Uuid::from_u128(2), "Ben".to_owned())].into(),
            subjects: [(Uuid::from_u128(9), "Anna".to_owned())].into(),
            inside: false,
        };
        assert_eq!(sentence(&status, &known), "changed the status of the message from Anna from new to in progress");
        assert_eq!(sentence(&assigned, &known), "assigned the message from Anna from nobody to Ben");
        assert_eq!(sentence(&status, &Names::inside(HashMap::new())), "changed the status from new to in progress");
        assert_eq!(sentence(&status, &Names::default()), "changed the status of the message from new to in progress");
        assert_eq!(label("message.status_changed"), "changed the status");
        assert_eq!(label("message.changed"), "changed status and assignment");
        assert_eq!(label("canned_reply.created"), "added the canned reply");
        assert_eq!(label("staff.imported"), "invited people from a file");
        assert_eq!(label("staff.invited"), "invited a person");
    }
}
