//! The texts of the home page and the service pages, and the order of their blocks, as the firm sets them.
//!
//! What a default says must be true of every firm, so texts that promise something are empty by default.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::valid::Check;
use crate::platform::permission::Permission;
use crate::platform::settings::{Block, BlockChoice, Group, Key, Kind, Part, every_block};

pub const GROUP: Group = Group {
    id: "site",
    label: "Website",
    help: "The texts of the home page, the service pages and the About page, and which blocks they have, in which order. A block without text is not shown. The top of the home page shows the firm’s tagline and description.",
    needs: Permission::Settings,
    place: 25,
    sensitive: false,
};

/// What code reads; templates read the texts of the group themselves.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Site {
    #[serde(rename = "site.homeBlocks")]
    pub home: Vec<Block>,
    #[serde(rename = "site.servicesLead")]
    pub services_lead: Option<String>,
    #[serde(rename = "site.serviceBlocks")]
    pub service_main: Vec<Block>,
    #[serde(rename = "site.serviceSideBlocks")]
    pub service_side: Vec<Block>,
    #[serde(rename = "site.serviceEndBlocks")]
    pub service_end: Vec<Block>,
    #[serde(rename = "site.aboutShown")]
    pub about_shown: bool,
    #[serde(rename = "site.aboutTitle")]
    pub about_title: String,
    #[serde(rename = "site.aboutText")]
    pub about_text: Option<String>,
}

pub const HOME: [BlockChoice; 4] = [
    choice("services", "What we do", &["services.list"]),
    choice("start", "How it starts", &["site.homeStartLead", "site.homeStartSteps"]),
    choice("promises", "Promises", &["site.homePromises"]),
    choice("ask", "Invitation to write", &["site.homeAskTitle"]),
];
const SERVICE_MAIN: [BlockChoice; 3] = [
    choice("gets", "What clients get", &[]),
    choice("steps", "How it works", &[]),
    choice("questions", "Common questions", &[]),
];
const SERVICE_SIDE: [BlockChoice; 2] =
    [choice("price", "Price and contact button", &[]), choice("fits", "Who it is for", &[])];
pub const SERVICE_END: [BlockChoice; 2] =
    [choice("others", "Other services", &[]), choice("ask", "Invitation to write", &["site.serviceAskTitle"])];

const fn choice(value: &'static str, label: &'static str, texts: &'static [&'static str]) -> BlockChoice {
    BlockChoice { value, label, texts }
}

/// A heading, and the texts that cannot be without it.
const HEADED: [(&str, &[&str]); 5] = [
    ("site.homeStartTitle", &["site.homeStartLead", "site.homeStartSteps"]),
    ("site.homePromisesTitle", &["site.homePromises"]),
    ("site.homeAskTitle", &["site.homeAskText"]),
    ("site.servicesAskTitle", &["site.servicesAskText"]),
    ("site.serviceAskTitle", &["site.serviceAskText"]),
];

/// True if one of the texts of a block is written, or if it has none of its own.
pub fn has_text(block: &str, known: &[BlockChoice], values: &Map<String, Value>) -> bool {
    let known = known.iter().find(|it| it.value == block);
    known.is_some_and(|it| it.texts.is_empty() || it.texts.iter().any(|text| !is_empty(values.get(*text))))
}

impl Part for Site {
    const GROUPS: &'static [Group] = &[GROUP];

    fn keys() -> Vec<Key> {
        let mut keys = home_keys();
        keys.extend(services_keys());
        keys.extend(service_keys());
        keys.extend(about_keys());
        let examples: Map<String, Value> = serde_json::from_str(include_str!("examples.json")).unwrap_or_default();
        for key in &mut keys {
            key.example = key.key.strip_prefix("site.").and_then(|name| examples.get(name)).cloned();
        }
        keys
    }

    /// Without a heading, the headings below it would be on the wrong level.
    fn check_together(check: &mut Check, values: &Map<String, Value>) {
        for (title, texts) in HEADED {
            if is_empty(values.get(title)) && texts.iter().any(|text| !is_empty(values.get(*text))) {
                check.refuse(title, "required", "Give this block a heading, or remove its other texts.");
            }
        }
    }
}

fn is_empty(value: Option<&Value>) -> bool {
    value.is_none_or(|value| value.is_null() || value.as_array().is_some_and(Vec::is_empty))
}

fn home_keys() -> Vec<Key> {
    let (services, start, promises) = ("Home page: what we do", "Home page: how it starts", "Home page: promises");
    let ask = "Home page: invitation to write";
    vec![
        blocks("homeBlocks", "Blocks of the home page", &HOME)
            .under("Home page: order")
            .help("Below the tagline, from top to bottom. A block whose texts are empty is not shown either."),
        heading("homeServicesTitle", "Heading", "What we do").under(services).help("Above the list of services."),
        text("homeServicesLead", "Introduction", None).under(services).help("A sentence below the heading."),
        line("homeStartTitle", None)
            .under(start)
            .help("Above the steps from the first message to the start of the work."),
        text("homeStartLead", "Introduction", None).under(start).help("A sentence below the heading."),
        points("homeStartSteps", "Steps")
            .under(start)
            .help("They are numbered. Write only what you do for every client."),
        line("homePromisesTitle", None).under(promises).help("Above what clients can rely on."),
        points("homePromises", "Promises").under(promises).help("Write only what you always keep."),
        line("homeAskTitle", Some("What is on your mind?"))
            .under(ask)
            .help("In large letters, beside the contact button."),
        text("homeAskText", "Text", Some("Tell us in your own words. It does not have to be a project yet."))
            .under(ask)
            .help("A sentence below the heading."),
    ]
}

fn services_keys() -> Vec<Key> {
    let (page, ask) = ("List of services", "List of services: invitation to write");
    vec![
        heading("servicesTitle", "Heading", "What we do").under(page).help("The heading of the page that lists all services."),
        text("servicesLead", "Introduction", None)
            .under(page)
            .help("A sentence below the heading. Search engines show it too; without it, they show the names of the services."),
        line("servicesAskTitle", Some("Not sure which one?"))
            .under(ask)
            .help("Beside the contact button at the end of the list. Leave it and its text empty to hide the block."),
        text("servicesAskText", "Text", Some("Describe what you need in your own words."))
            .under(ask)
            .help("A sentence below the heading."),
    ]
}

fn service_keys() -> Vec<Key> {
    let (order, headings, ask) =
        ("Service pages: order", "Service pages: headings", "Service pages: invitation to write");
    let named = |name: &str, label, default: &str| heading(name, label, default).under(headings);
    vec![
        blocks("serviceBlocks", "Main part", &SERVICE_MAIN)
            .under(order)
            .help("From top to bottom. A service without one of these texts does not show that block."),
        blocks("serviceSideBlocks", "Beside it", &SERVICE_SIDE)
            .under(order)
            .help("Beside the main part; above it on a phone."),
        blocks("serviceEndBlocks", "Below", &SERVICE_END).under(order).help("Across the whole page, below the rest."),
        named("serviceGetsTitle", "What clients get", "What you get").help("Above the list of what clients get."),
        named("serviceStepsTitle", "How it works", "How it works").help("Above the steps."),
        named("serviceQuestionsTitle", "Common questions", "Common questions").help("Above questions and answers."),
        named("servicePriceTitle", "Price", "What it costs to start")
            .help("Above the price, on the page of a service and in the list of services."),
        named("serviceFitsTitle", "Who it is for", "A good fit if").help("Heading of “Who it is for”."),
        named("serviceOthersTitle", "Other services", "Other services").help("Above the links to your other services."),
        line("serviceAskTitle", Some("Is this what you need?"))
            .under(ask)
            .help("In large letters, beside the contact button."),
        text("serviceAskText", "Text", Some("Two or three sentences are enough to start."))
            .under(ask)
            .help("A sentence below the heading."),
    ]
}

fn about_keys() -> Vec<Key> {
    let page = "About page";
    vec![
        Key::new(&GROUP, "aboutShown", "Show the About page", Kind::Boolean, json!(false))
            .under(page)
            .help("It is in the menu once it has a text, or people who agreed to be shown. Each person decides that in their own profile; nobody else can."),
        heading("aboutTitle", "Heading", "About us").under(page).help("The heading of the page."),
        Key::new(&GROUP, "aboutText", "Text", Kind::Markdown { max: 10_000 }, json!(null))
            .optional()
            .under(page)
            .help("Who you are, and why clients come to you."),
        heading("aboutPeopleTitle", "Team heading", "Who we are")
            .under(page)
            .help("Above the people who agreed to be shown, with name, picture, job title and a few words."),
    ]
}

fn blocks(name: &str, label: &'static str, options: &'static [BlockChoice]) -> Key {
    Key::new(&GROUP, name, label, Kind::Blocks { options }, every_block(options))
}

/// A heading above something that does not come from these settings.
fn heading(name: &str, label: &'static str, default: &str) -> Key {
    Key::new(&GROUP, name, label, Kind::Line { max: 120 }, json!(default))
}

/// A heading that disappears with its block.
fn line(name: &str, default: Option<&str>) -> Key {
    Key::new(&GROUP, name, "Heading", Kind::Line { max: 120 }, json!(default)).optional()
}

fn text(name: &str, label: &'static str, default: Option<&str>) -> Key {
    Key::new(&GROUP, name, label, Kind::Text { max: 400 }, json!(default)).optional()
}

fn points(name: &str, label: &'static str) -> Key {
    Key::new(&GROUP, name, label, Kind::Points { max: 12 }, json!([]))
}
