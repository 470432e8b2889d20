//! What was done with chats, in words.

use crate::platform::audit::Words;

/// The words; none for the actions of others.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    let chat = match it.subject() {
        _ if it.is_inside() => "the chat".to_owned(),
        Some(name) => format!("the chat with {name}"),
        None => "a chat".to_owned(),
    };
    let nobody = |end| it.change("assignedTo", end).is_none_or(serde_json::Value::is_null);
    Some(match it.action() {
        "chat.assigned" => match it.change("assignedTo", "to") {
            None => format!("took {chat} or gave it away"),
            Some(to) if to.is_null() => format!("gave {chat} back to the queue"),
            Some(_) if it.is_about_actor("assignedTo") => format!("took {chat}"),
            Some(_) if nobody("from") => format!("gave {chat} to {}", it.to("assignedTo")),
            Some(_) => format!("transferred {chat}{}", it.moved("assignedTo")),
        },
        "chat.given" => format!("gave {chat} to {}", it.to("assignedTo")),
        "chat.closed" => format!("closed {chat}"),
        "chat.reopened" => format!("reopened {chat}"),
        "chat.requeued" => format!("put {chat} back into the queue: nobody had replied"),
        "chat.noted" if it.is_inside() => "added a note".to_owned(),
        "chat.noted" => format!("added a note to {chat}"),
        "chat.tagged" => format!("changed the tags of {chat}{}", it.moved("tags")),
        "chat.judged" if it.to("isSpam") == "true" => format!("marked {chat} as spam"),
        "chat.judged" => format!("marked {chat} as not spam"),
        "chat.blocked" if it.to("minutes") == "0" => format!("unblocked the visitor of {chat}"),
        "chat.blocked" => format!("blocked the visitor of {chat}"),
        "chat.deleted" => format!("deleted {chat}"),
        "chat.redacted" => format!("removed the text of a message in {chat}"),
        "chat.exported" => format!("exported the transcript of {chat}"),
        "chats.exported" => format!("exported {} chats", it.to("rows")),
        "chat.converted" => format!("turned {chat} into a message"),
        "chats.expired" => format!("deleted {} chats past their retention period", it.to("chats")),
        _ => return None,
    })
}
