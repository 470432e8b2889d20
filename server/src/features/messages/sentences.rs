//! What was done with messages, in words.

use serde_json::Value;

use crate::platform::audit::Words;
use crate::platform::entity::Entity;

/// The words; none for the actions of others.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    let message = message(it);
    Some(match it.action() {
        "message.taken_over" => format!("made {message} from a conversation"),
        "message.created" => "wrote through the contact form".to_owned(),
        "message.status_changed" => format!("changed the status{}{}", here(it, "of"), it.moved("status")),
        "message.assigned" => match it.to("assignedTo").as_str() {
            "nobody" if it.change("assignedTo", "to").is_some() => unassigned(it),
            _ if it.is_inside() => format!("assigned the message{}", it.moved("assignedTo")),
            _ => format!("assigned {message}{}", it.moved("assignedTo")),
        },
        "message.changed" => format!(
            "changed status and assignment{}: status{}, assignment{}",
            here(it, "of"),
            it.moved("status"),
            it.moved("assignedTo")
        ),
        "message.replied" if it.is_inside() => "replied".to_owned(),
        "message.replied" => format!("replied to {message}"),
        "message.reply_undone" => format!("took back a reply{} before it was sent", here(it, "to")),
        "message.client_replied" => "replied on the conversation page".to_owned(),
        "message.noted" => format!("added a note{}", here(it, "to")),
        "message.note_deleted" => format!("deleted a note{}", here(it, "of")),
        "message.tagged" => format!("changed the tags{}{}", here(it, "of"), it.moved("tags")),
        "message.judged" if it.to("doubtful") == "true" => format!("marked {message} as doubtful"),
        "message.judged" => format!("marked {message} as not spam"),
        "message.sender_blocked" => format!("blocked the sender{}", here(it, "of")),
        "message.sender_unblocked" => format!("unblocked the sender{}", here(it, "of")),
        "messages.sender_unblocked" => {
            format!("unblocked {}", it.change("email", "from").and_then(Value::as_str).unwrap_or("a sender"))
        }
        "message.snoozed" if it.change("snoozedUntil", "to").is_some_and(Value::is_string) => {
            format!("snoozed {message} until {}", it.to("snoozedUntil"))
        }
        "message.snoozed" => format!("ended the snooze{}", here(it, "of")),
        "message.follow_up_set" if it.change("followUpOn", "to").is_some_and(Value::is_string) => {
            format!("set a follow-up{} on {}", here(it, "of"), it.to("followUpOn"))
        }
        "message.follow_up_set" => format!("removed the follow-up{}", here(it, "of")),
        "message.woke" => format!("brought {message} back: the snooze is over"),
        "message.follow_up_due" => format!("brought {message} back: the follow-up is due"),
        "message.delivered" => format!("marked the reply{} as delivered after all", here(it, "to")),
        "message.undelivered" => format!("marked the reply{} as not delivered", here(it, "to")),
        "message.deleted" => "deleted a message".to_owned(),
        "message.restored" => format!("undid the deletion{}", here(it, "of")),
        "message.undone" => format!("undid the last change{}", here(it, "to")),
        "messages.exported" if !it.has_changes() => "exported messages".to_owned(),
        "messages.exported" => format!("exported {} messages as {}", it.to("rows"), it.to("format")),
        "messages.expired" => format!("deleted {} messages past their retention period", it.to("messages")),
        "canned_reply.created" => format!("added the canned reply {}", it.to("shortcut")),
        "canned_reply.changed" => "changed a canned reply".to_owned(),
        "canned_reply.deleted" => format!("deleted the canned reply {}", it.from("shortcut")),
        "message.sorted" => sorted(it),
        "message_rule.created" if !it.has_changes() => "added a rule for new messages".to_owned(),
        "message_rule.deleted" if !it.has_changes() => "deleted a rule for new messages".to_owned(),
        "saved_filter.created" if !it.has_changes() => "shared a filter".to_owned(),
        "saved_filter.deleted" if !it.has_changes() => "deleted a shared filter".to_owned(),
        "tag.coloured" if !it.has_changes() => "changed the colour of a tag".to_owned(),
        "message_rule.created" => format!("added the rule “{}”", it.to("name")),
        "message_rule.changed" => "changed a rule for new messages".to_owned(),
        "message_rule.deleted" => format!("deleted the rule “{}”", it.from("name")),
        "message_rules.ordered" => "changed the order of the rules for new messages".to_owned(),
        "saved_filter.created" => format!("shared the filter “{}”", it.to("name")),
        "saved_filter.changed" => "changed a shared filter".to_owned(),
        "saved_filter.deleted" => format!("deleted the shared filter “{}”", it.from("name")),
        "tag.coloured" if it.change("colour", "to").is_none_or(Value::is_null) => {
            format!("took the colour off the tag {}", it.to("tag"))
        }
        "tag.coloured" => format!("gave the tag {} the colour {}", it.to("tag"), it.to("colour")),
        // Of a mail that is about a message.
        "mail.retried" if it.entity() == Some(Entity::Message) => {
            format!("sent a failed email again{}", here(it, "about"))
        }
        "mail.given_up" if it.entity() == Some(Entity::Message) => format!("gave up on an email{}", here(it, "about")),
        _ => return None,
    })
}

/// What the rules made of a new message.
fn sorted(it: &Words<'_>) -> String {
    if !it.has_changes() {
        return "sorted a message by rule".to_owned();
    }
    let moved = [("status", "status"), ("assignment", "assignedTo"), ("tags", "tags")]
        .into_iter()
        .filter(|(_, field)| it.change(field, "to").is_some())
        .map(|(name, field)| format!("{name}{}", it.moved(field)));
    let rules = match it.change("rules", "to").and_then(Value::as_array) {
        Some(several) if several.len() > 1 => "rules",
        _ => "rule",
    };
    let moved = moved.collect::<Vec<_>>().join(", ");
    format!("sorted {} by the {rules} {}: {moved}", message(it), it.to("rules"))
}

fn unassigned(it: &Words<'_>) -> String {
    if it.is_inside() { "unassigned the message".to_owned() } else { format!("unassigned {}", message(it)) }
}

fn message(it: &Words<'_>) -> String {
    it.subject().map_or_else(|| "the message".to_owned(), |name| format!("the message from {name}"))
}

/// " of the message from Anna", where the reader does not see that anyway.
fn here(it: &Words<'_>, preposition: &str) -> String {
    if it.is_inside() { String::new() } else { format!(" {preposition} {}", message(it)) }
}
