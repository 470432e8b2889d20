//! What a firm decides about chat.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::assignment::Assignment;
use crate::platform::permission::Permission;
use crate::platform::settings::{
    Choice, Group, Key, Kind, OpenState, Opening, Part, Section, Snapshot, days, days_ago, limit, open_state,
};

const GROUP: Group = Group {
    id: "chat",
    label: "Chat",
    help: "Visitors write on the site, and people reply in the dashboard.",
    needs: Permission::Settings,
    place: 45,
    sensitive: false,
};

const GREETING: &str = "Hello! How can we help?";

/// All settings of this slice.
pub const SECTIONS: &[Section] =
    &[Section::of::<Chat>(), Section::of::<Files>(), Section::of::<Keeping>(), Section::of::<LimitKeys>()];

/// When the chat of a page connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Connect {
    /// When somebody opens it, or if this browser has an open session.
    Intent,
    /// When the page is idle.
    Load,
}

/// Whether visitors are asked for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    No,
    /// Before their first line.
    Before,
    /// After their first line.
    After,
}

/// Which hours count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WhichHours {
    Firm,
    Own,
}

/// The group.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Chat {
    #[serde(rename = "chat.enabled")]
    pub enabled: bool,
    #[serde(rename = "chat.connect")]
    pub connect: Connect,
    #[serde(rename = "chat.greeting")]
    pub greeting: String,
    #[serde(rename = "chat.awayText")]
    pub away_text: String,
    #[serde(rename = "chat.askName")]
    pub ask_name: Ask,
    #[serde(rename = "chat.askEmail")]
    pub ask_email: Ask,
    #[serde(rename = "chat.topics")]
    pub topics: bool,
    #[serde(rename = "chat.hours")]
    hours: WhichHours,
    #[serde(rename = "chat.weekly")]
    weekly: Vec<Opening>,
    #[serde(rename = "chat.embedOrigins")]
    pub embed_origins: Vec<String>,
    #[serde(rename = "chat.sound")]
    pub sound: bool,
    #[serde(rename = "chat.assignment")]
    pub assignment: Assignment,
    #[serde(rename = "chat.capacity")]
    pub capacity: u32,
    #[serde(rename = "chat.awayMinutes")]
    away_minutes: u32,
    #[serde(rename = "chat.requeueMinutes")]
    requeue_minutes: Option<u32>,
    #[serde(rename = "chat.mailMinutes")]
    mail_minutes: Option<u32>,
    #[serde(rename = "chat.closeHours")]
    close_hours: Option<u32>,
}

impl Chat {
    /// Whether it is staffed at that time by the hours that count.
    pub fn open(&self, settings: &Snapshot, now: DateTime<Utc>) -> OpenState {
        match self.hours {
            WhichHours::Firm => open_state(&settings.hours, now),
            WhichHours::Own => {
                let mut own = settings.hours.clone();
                own.weekly.clone_from(&self.weekly);
                open_state(&own, now)
            }
        }
    }

    /// The firm has switched it off, or greets in words of its own.
    pub fn is_their_own(&self) -> bool {
        !self.enabled || self.greeting != GREETING
    }

    /// People without a sign of life since then are away.
    pub fn away_before(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - Duration::minutes(self.away_minutes.into())
    }

    /// Active sessions whose visitor waits since before then go back to the queue; none: they stay.
    pub fn requeue_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.requeue_minutes.map(|minutes| now - Duration::minutes(minutes.into()))
    }

    /// Lines of staff from before then that the visitor has not read are mailed; none: they are not.
    pub fn mail_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.mail_minutes.map(|minutes| now - Duration::minutes(minutes.into()))
    }

    /// Sessions without anything new since then are closed; none: they stay open.
    pub fn close_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.close_hours.map(|hours| now - Duration::hours(hours.into()))
    }
}

const CONNECT: [Choice; 2] = [
    Choice { value: "intent", label: "When a visitor opens it" },
    Choice { value: "load", label: "When a page has loaded" },
];
const ASK: [Choice; 3] = [
    Choice { value: "no", label: "No" },
    Choice { value: "before", label: "Before the first message" },
    Choice { value: "after", label: "After the first message" },
];
const ASSIGNMENT: [Choice; 3] = [
    Choice { value: "off", label: "Whoever takes it" },
    Choice { value: "round_robin", label: "Each person in turn" },
    Choice { value: "least_busy", label: "Whoever has the fewest chats" },
];
const HOURS: [Choice; 2] =
    [Choice { value: "firm", label: "The opening hours" }, Choice { value: "own", label: "Custom hours" }];

impl Part for Chat {
    const GROUPS: &'static [Group] = &[GROUP];

    fn keys() -> Vec<Key> {
        let key = |name: &str, label, kind, default| Key::new(&GROUP, name, label, kind, default);
        let choice = |options: &'static [Choice]| Kind::Choice { options };
        let minutes = |min, max| Kind::Integer { min, max, unit: "minutes" };
        vec![
            key("enabled", "Chat on the site", Kind::Boolean, json!(true))
                .help("Shows the chat on every page of the site. While it is off, visitors can continue open chats only through the link in their email."),
            key("greeting", "Greeting", Kind::Text { max: 500 }, json!(GREETING))
                .under("Texts")
                .help("The first thing that a visitor reads."),
            key(
                "awayText",
                "When nobody is there",
                Kind::Text { max: 500 },
                json!("Nobody is available right now. Leave a message, and we’ll reply by email."),
            )
            .under("Texts")
            .help("Shown outside these hours, and while nobody takes chats."),
            key("askName", "Ask for the name", choice(&ASK), json!("after")).under("What visitors are asked").help(
                "Answering is optional.",
            ),
            key("askEmail", "Ask for the email address", choice(&ASK), json!("after"))
                .under("What visitors are asked")
                .help("Answering is optional. With an address, a reply reaches visitors who have left."),
            key("topics", "Ask for the topic", Kind::Boolean, json!(false))
                .under("What visitors are asked")
                .help("Lets visitors choose one of your services."),
            key("hours", "Hours of the chat", choice(&HOURS), json!("firm"))
                .under("When it is staffed")
                .help("Outside these hours, the chat says that nobody is available. Holidays count in both cases."),
            key("weekly", "Weekly hours of the chat", Kind::Hours, json!([]))
                .under("When it is staffed")
                .help("Only with custom hours. Without any, the chat is always open."),
            key("awayMinutes", "Mark as away after", minutes(1, 120), json!(5))
                .under("When it is staffed")
                .help("A person whose dashboard is closed or unreachable for this long takes no chats. A dashboard in a background tab counts as open."),
            key("assignment", "Who gets a new chat", choice(&ASSIGNMENT), json!("off"))
                .under("Who gets a chat")
                .help("Only people who take chats at that moment, and only within the hours of the chat. Nobody gets back what they gave to the queue."),
            key("capacity", "Chats at the same time", Kind::Integer { min: 1, max: 100, unit: "per person" }, json!(5))
                .under("Who gets a chat")
                .help("A person with this many open chats is given no more. Anyone can take more."),
            key("connect", "When to connect", choice(&CONNECT), json!("intent"))
                .under("On the site")
                .help("When the chat of a page connects to the server. An open conversation is connected in both cases."),
            key("sound", "Sound", Kind::Boolean, json!(true))
                .under("On the site")
                .help("Plays a short sound in the visitor’s browser when a reply arrives."),
            key("embedOrigins", "Other websites", Kind::Origins { max: 20 }, json!([]))
                .under("On other websites")
                .help("These websites can show the chat too: each of their pages needs one script tag, with the address of this site and /embed/chat.js."),
            key("requeueMinutes", "Return to the queue after", minutes(1, 1_440), json!(10))
                .under("Automation")
                .optional()
                .help("When a visitor has waited this long for a reply from whoever has the chat. Leave empty for never."),
            key("mailMinutes", "Send replies by email after", minutes(1, 1_440), json!(10))
                .under("Automation")
                .optional()
                .help("When a visitor who has left hasn’t read a reply for this long, if they gave an address. Leave empty for never."),
            key("closeHours", "Close inactive chats after", Kind::Integer { min: 1, max: 720, unit: "hours" }, json!(24))
                .under("Automation")
                .optional()
                .help("After this long without a new message. Leave empty for never."),
        ]
    }
}

/// Files in chats.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Files {
    #[serde(rename = "chat.files")]
    are_on: bool,
    #[serde(rename = "chat.fileSize")]
    megabytes: usize,
}

impl Files {
    /// The largest file in bytes; none: no files can be sent.
    pub fn limit(&self) -> Option<usize> {
        self.are_on.then_some(self.megabytes * 1_000_000)
    }
}

impl Part for Files {
    fn keys() -> Vec<Key> {
        let key = |name: &str, label, kind, default| Key::new(&GROUP, name, label, kind, default).under("Files");
        vec![
            key("files", "Files", Kind::Boolean, json!(true))
                .help("Visitors and staff can send pictures, PDFs, texts, Office documents and ZIP archives. Files already sent stay available."),
            key("fileSize", "Largest file", Kind::Integer { min: 1, max: 25, unit: "MB" }, json!(10))
                .help("Of one file. A visitor can send 100 MB in one chat."),
        ]
    }
}

/// For how long chats are kept.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Keeping {
    #[serde(rename = "privacy.chatDays")]
    chats: Option<u32>,
}

impl Keeping {
    /// Sessions without anything new since then are deleted; none: they stay.
    pub fn chats_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.chats.map(|days| days_ago(now, days))
    }
}

impl Part for Keeping {
    fn keys() -> Vec<Key> {
        vec![days("chatDays", "Chats", 1, 3_650, None).optional().help(
            "With their messages, files, notes and tags, after this long without anything new, whether they were closed or not. Leave empty to keep them.",
        )]
    }
}

/// The settings of the limits. Only the limits read them.
#[derive(Deserialize)]
pub struct LimitKeys {}

impl Part for LimitKeys {
    fn keys() -> Vec<Key> {
        vec![
            limit("limitChatMessages", "Chat messages", 1, 1_000, "a minute", 30)
                .help("Of one visitor, and ten times as many of one network address."),
            limit("limitChatSessions", "New chats", 1, 1_000, "an hour", 10)
                .help("From one network address. Beyond, the contact form is offered."),
        ]
    }
}
