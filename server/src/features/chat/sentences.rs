//! What was done with chats, in words.

use crate::platform::audit::Words;

/// The words; none for the actions of others.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    let chat = it.subject().map_or_else(|| "a chat".to_owned(), |name| format!("the chat with {name}"));
    Some(match it.action() {
        "chat.assigned" => match it.change("assignedTo", "to") {
            None => format!("took {chat} or gave it away"),
            Some(to) if to.is_null() => format!("gave {chat} back to the queue"),
            Some(_) => format!("gave {chat}{}", it.moved("assignedTo")),
        },
        "chat.given" => format!("gave {chat}{}", it.moved("assignedTo")),
        "chat.closed" => format!("closed {chat}"),
        "chat.reopened" => format!("reopened {chat}"),
        "chat.requeued" => format!("put {chat} back into the queue: nobody had replied"),
        "chat.noted" => format!("added a note to {chat}"),
        "chat.tagged" => format!("changed the tags of {chat}{}", it.moved("tags")),
        "chat.judged" if it.to("isSpam") == "true" => format!("marked {chat} as spam"),
        "chat.judged" => format!("marked {chat} as not spam"),
        "chat.blocked" if it.to("minutes") == "0" => format!("unblocked the visitor of {chat}"),
        "chat.blocked" => format!("blocked the visitor of {chat}"),
        "chat.deleted" => format!("deleted {chat}"),
        "chat.redacted" => format!("removed a message from {chat}"),
        "chat.exported" => format!("exported the transcript of {chat}"),
        "chats.exported" => format!("exported {} chats", it.to("rows")),
        "chat.converted" => format!("turned {chat} into a message"),
        "chats.expired" => format!("deleted {} chats past their retention period", it.to("chats")),
        _ => return None,
    })
}
