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
    let it = Words { entry, names };
    let known = of_messages(&it).or_else(|| of_sign_in(&it)).or_else(|| of_staff(&it)).or_else(|| of_the_rest(&it));
    known.unwrap_or_else(|| format!("{}{}", entry.action.replace(['.', '_'], " "), it.of_whom()))
}

/// An entry in the parts that sentences are made of.
struct Words<'a> {
    entry: &'a audit_logs::Model,
    names: &'a Names,
}

impl Words<'_> {
    fn change(&self, field: &str, end: &str) -> Option<&Value> {
        self.entry.changes.as_ref()?.get(field)?.get(end)
    }

    fn to(&self, field: &str) -> String {
        text(self.change(field, "to"), self.names)
    }

    fn from(&self, field: &str) -> String {
        text(self.change(field, "from"), self.names)
    }

    /// " from new to replied", where the entry has both.
    fn moved(&self, field: &str) -> String {
        match (self.change(field, "from"), self.change(field, "to")) {
            (Some(_), Some(_)) => format!(" from {} to {}", self.from(field), self.to(field)),
            (None, Some(_)) => format!(" to {}", self.to(field)),
            _ => String::new(),
        }
    }

    fn message(&self) -> String {
        self.names.subject(self.entry).map_or_else(|| "the message".to_owned(), |it| format!("the message from {it}"))
    }

    /// " of the message from Anna", where the reader does not see that anyway.
    fn here(&self, preposition: &str) -> String {
        if self.names.inside { String::new() } else { format!(" {preposition} {}", self.message()) }
    }

    /// " about the message from Anna", of a mail that belongs to one.
    fn about_message(&self) -> String {
        if self.entry.entity_type == "message" { self.here("about") } else { String::new() }
    }

    fn called(&self, fallback: &str) -> String {
        self.names.subject(self.entry).unwrap_or(fallback).to_owned()
    }

    /// " of Ben". The own account is meant where the person who did it is the one it was done to.
    fn of_whom(&self) -> String {
        match (self.entry.user_id, self.names.subject(self.entry)) {
            (Some(actor), _) if self.entry.entity_id.as_deref() == Some(&*actor.to_string()) => String::new(),
            (_, Some(name)) => format!(" of {name}"),
            _ => String::new(),
        }
    }

    fn whom(&self) -> &str {
        if self.names.inside { "the person" } else { self.names.subject(self.entry).unwrap_or("a person") }
    }
}

/// Messages, their mails, and texts for answers.
fn of_messages(it: &Words<'_>) -> Option<String> {
    let message = it.message();
    Some(match it.entry.action.as_str() {
        "message.created" => "wrote through the contact form".to_owned(),
        "message.status_changed" => format!("changed the status{}{}", it.here("of"), it.moved("status")),
        "message.assigned" => match it.to("assignedTo").as_str() {
            "nobody" if it.change("assignedTo", "to").is_some() => format!("took the assignment away{}", it.here("of")),
            _ if it.names.inside => format!("assigned the message{}", it.moved("assignedTo")),
            _ => format!("assigned {message}{}", it.moved("assignedTo")),
        },
        "message.changed" => format!(
            "changed status and assignment{}: status{}, assignment{}",
            it.here("of"),
            it.moved("status"),
            it.moved("assignedTo")
        ),
        "message.replied" if it.names.inside => "answered".to_owned(),
        "message.replied" => format!("answered {message}"),
        "message.client_replied" => "answered on the thread page".to_owned(),
        "message.noted" => format!("added a note{}", it.here("to")),
        "message.note_deleted" => format!("deleted a note{}", it.here("of")),
        "message.tagged" => format!("changed the tags{}{}", it.here("of"), it.moved("tags")),
        "message.undone" => format!("took the last change back{}", it.here("of")),
        "messages.exported" if it.entry.changes.is_none() => "exported messages".to_owned(),
        "messages.exported" => format!("exported {} messages as {}", it.to("rows"), it.to("format")),
        "mail.retried" => format!("sent a failed mail again{}", it.about_message()),
        "mail.given_up" => format!("gave up a mail{}", it.about_message()),
        "messages.expired" | "demo.removed" => deleted(&it.entry.action, &it.to("messages")),
        "mail.tested" => format!("sent a test mail by {}", it.to("transport")),
        "canned_reply.created" => format!("added the canned reply {}", it.to("shortcut")),
        "canned_reply.changed" => "changed a canned reply".to_owned(),
        "canned_reply.deleted" => format!("deleted the canned reply {}", it.from("shortcut")),
        _ => return None,
    })
}

/// Signing in and proving who one is.
fn of_sign_in(it: &Words<'_>) -> Option<String> {
    let of_whom = it.of_whom();
    Some(match it.entry.action.as_str() {
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
        "auth.proved" => format!("proved again who they are by {}", it.to("by")),
        "auth.proof_failed" => "could not prove again who they are".to_owned(),
        "auth.other_sessions_ended" => "signed out on all other devices".to_owned(),
        "auth.totp_added" => "turned on an authenticator app".to_owned(),
        "auth.totp_removed" => "turned off the authenticator app".to_owned(),
        "auth.recovery_codes_made" => "made new recovery codes".to_owned(),
        "auth.recovery_code_used" => "used a recovery code".to_owned(),
        "auth.passkey_added" => "added a passkey".to_owned(),
        "auth.passkey_renamed" => "renamed a passkey".to_owned(),
        "auth.passkey_removed" => "removed a passkey".to_owned(),
        "auth.passkey_refused" => format!("was refused with a passkey{of_whom}"),
        "auth.passkey_counter" => "had a passkey refused that may have been copied".to_owned(),
        _ => return None,
    })
}

/// What was done to people of the firm.
fn of_staff(it: &Words<'_>) -> Option<String> {
    let (whom, of_whom) = (it.whom(), it.of_whom());
    Some(match it.entry.action.as_str() {
        "staff.factors_reset" => format!("took the second factors{of_whom} away"),
        "staff.created" => "created a staff member".to_owned(),
        "staff.invited" => format!("invited a person as {}", it.to("role")),
        "staff.invitation_sent_again" => "sent an invitation again".to_owned(),
        "staff.invitation_withdrawn" => "withdrew an invitation".to_owned(),
        "staff.invitation_accepted" => "accepted the invitation".to_owned(),
        "staff.imported" => format!("invited {} people from a file", it.to("people")),
        "staff.changed" if it.change("role", "to").is_some() => format!("changed {whom}: role{}", it.moved("role")),
        "staff.changed" => format!("changed {whom}"),
        "staff.activated" => format!("activated {whom}"),
        "staff.deactivated" => format!("deactivated {whom}"),
        "staff.deleted" => format!("deleted {whom}"),
        "staff.work_handed_over" => format!("handed {} open messages over", it.to("messages")),
        "staff.reset_link_sent" => format!("sent {whom} a link for a new password"),
        "staff.tokens_revoked" => format!("revoked {} API tokens of {whom}", it.to("tokens")),
        "staff.unlocked" => format!("unlocked {whom}"),
        "staff.signed_out" => format!("signed {whom} out on all devices"),
        "staff.device_signed_out" => format!("signed a device of {whom} out"),
        "staff.picture_changed" => "changed a picture".to_owned(),
        "staff.profile_changed" => "changed the own profile".to_owned(),
        _ => return None,
    })
}

/// Settings, tokens, the trail itself.
fn of_the_rest(it: &Words<'_>) -> Option<String> {
    Some(match it.entry.action.as_str() {
        "notifications.changed" => "changed what they are told of".to_owned(),
        "settings.changed" => "changed settings".to_owned(),
        "api_token.created" => format!("created the API token {}", it.called("that was given a name")),
        "api_token.revoked" => format!("revoked the API token {}", it.called("of somebody")),
        "audit.exported" if it.entry.changes.is_none() => "exported the audit trail".to_owned(),
        "audit.exported" => format!("exported {} audit entries as {}", it.to("rows"), it.to("format")),
        "audit.erased" => "removed the network address and program from an audit entry".to_owned(),
        "audit.head_mailed" => "mailed the head of the audit trail".to_owned(),
        "onboarding.noted" => "ticked off a first step".to_owned(),
        "demo.created" => "filled in demo data".to_owned(),
        "setup.completed" => "set the firm up".to_owned(),
        _ => return None,
    })
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
