//! A session as a document to keep: plain text, or HTML that needs nothing else.

use axum::body::Body;
use axum::response::Response;
use database::entity::chat_messages::{self as lines, Sender};
use minijinja::context;
use uuid::Uuid;

use super::{store, view};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::export::file;
use crate::platform::act::Act;
use crate::platform::audit::{self, Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::staff as people;

/// Lines of one read.
const PAGE: u64 = 500;

/// Writes it, and notes who took it.
pub async fn write(app: &App, act: Act, id: Uuid, html: bool) -> Result<Response> {
    let conn = app.storage.read();
    let row = store::by_id(conn, id).await?.ok_or(Error::NotFound)?;
    let names = people::names(app).await?;
    let settings = app.settings.get();
    let visitor = row.visitor_name.clone().unwrap_or_else(|| "Visitor".to_owned());
    let (mut told, mut last) = (Vec::new(), 0);
    loop {
        let some = store::lines_after(conn, id, last, PAGE).await?;
        let many = some.len() as u64;
        for line in &some {
            last = line.seq;
            let staff = line.sender_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default();
            let (who, text) = match line.sender_type {
                Sender::Visitor => (visitor.clone(), spoken(line)),
                Sender::Staff => (staff, spoken(line)),
                Sender::System => (String::new(), happened(line, &staff)),
            };
            told.push((settings.hours.moment(line.created_at, None), who, text));
        }
        if many < PAGE {
            break;
        }
    }
    let changes = Changes::none().fact("format", if html { "html" } else { "txt" });
    let (actor, entity) = (Some(act.caller.staff_id), (Entity::Chat, Some(id)));
    let entry = Entry { actor, action: "chat.exported", entity, changes, from: &act.info };
    audit::write(app, entry.row(&app.ids, act.now)).await?;
    let total = told.len() as u64;
    let (body, media, name) = if html {
        let lines: Vec<_> = told.iter().map(|(at, who, text)| context! { at, who, text }).collect();
        let page = app
            .templates
            .render("chat/transcript.html", context! { visitor, lines, firm => settings.firm.name.clone() })?;
        (page, "text/html; charset=utf-8", format!("chat-{id}.html"))
    } else {
        let one = |(at, who, text): &(String, String, String)| match who.as_str() {
            "" => format!("[{at}] {text}\n"),
            who => format!("[{at}] {who}: {}\n", indented(text)),
        };
        (told.iter().map(one).collect(), "text/plain; charset=utf-8", format!("chat-{id}.txt"))
    };
    Ok(file(Body::from(body), media, &name, total))
}

/// A text within a document of lines: no line of it looks like one of the document.
pub(super) fn indented(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join("\n    ")
}

fn spoken(line: &lines::Model) -> String {
    if line.redacted_at.is_some() { "(removed)".to_owned() } else { view::words(line) }
}

fn happened(line: &lines::Model, staff: &str) -> String {
    use lines::Happened as H;
    match line.event {
        Some(H::Claimed) => format!("{staff} took the chat."),
        Some(H::Released) => format!("{staff} gave the chat back to the queue."),
        Some(H::Transferred) => format!("{staff} has the chat now."),
        Some(H::Given) => format!("The chat was given to {staff}."),
        Some(H::Requeued) => "The chat went back to the queue.".to_owned(),
        Some(H::ClosedByStaff) => format!("{staff} ended the chat."),
        Some(H::ClosedByVisitor) => "The visitor ended the chat.".to_owned(),
        Some(H::ClosedBySilence) => "The chat ended: nobody wrote for a long time.".to_owned(),
        Some(H::Reopened) => "The chat was reopened.".to_owned(),
        None => String::new(),
    }
}
