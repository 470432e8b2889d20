//! The mails of chat: to visitors who have left, and to colleagues.

use serde::Serialize;

use crate::platform::mail::Letter;

/// To a visitor who has left: what staff wrote since.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatReply {
    pub staff_name: String,
    /// The lines that they have not read.
    pub lines: Vec<String>,
    /// More of them follow in another mail.
    pub more: bool,
    /// The page of the conversation.
    pub link: String,
}

impl Letter for ChatReply {
    const TEMPLATE: &'static str = "chat_reply";

    fn sample() -> Self {
        Self {
            staff_name: "Ben Okafor".into(),
            lines: vec!["Yes, we can. Would Thursday at ten suit you?".into()],
            more: false,
            link: "http://localhost:5500/chat/1#code".into(),
        }
    }
}

/// To a visitor who asked for it: what staff wrote.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatCopy {
    pub lines: Vec<CopiedLine>,
    pub link: String,
}

/// A line of it.
#[derive(Serialize)]
pub struct CopiedLine {
    pub who: String,
    pub at: String,
    pub text: String,
}

impl Letter for ChatCopy {
    const TEMPLATE: &'static str = "chat_copy";

    fn sample() -> Self {
        let line = |who: &str, text: &str| CopiedLine {
            who: who.into(),
            at: "5 January 2026, 10:30 CET".into(),
            text: text.into(),
        };
        Self {
            lines: vec![line("Ben Okafor", "Yes, we can."), line("Ben Okafor", "Would Thursday at ten suit you?")],
            link: "http://localhost:5500/chat/1#code".into(),
        }
    }
}

/// To a person who wants to hear of it: a visitor waits.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatWaiting {
    pub name: String,
    /// As far as they say who they are.
    pub visitor_name: Option<String>,
    /// What they wrote.
    pub content: String,
    pub link: String,
}

impl Letter for ChatWaiting {
    const TEMPLATE: &'static str = "chat_waiting";

    fn sample() -> Self {
        Self {
            name: "Ben".into(),
            visitor_name: Some("Anna Müller".into()),
            content: "Can you look at our file server?".into(),
            link: "http://localhost:5500/admin/chats/1".into(),
        }
    }
}

/// To a person: a colleague named them in a note.
#[derive(Serialize)]
pub struct ChatMentioned {
    pub name: String,
    pub by: String,
    pub content: String,
    pub link: String,
}

impl Letter for ChatMentioned {
    const TEMPLATE: &'static str = "chat_mentioned";

    fn sample() -> Self {
        Self {
            name: "Ben".into(),
            by: "Chiara Russo".into(),
            content: "@Ben Okafor, do you know their file server?".into(),
            link: "http://localhost:5500/admin/chats/1".into(),
        }
    }
}
