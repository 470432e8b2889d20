//! What staff do, from the socket and from the API: checks, limits, the unit, the audit entry and the notices.

use database::entity::chat_notes as notes;
use uuid::Uuid;

use super::acts::{self, Now, Outcome, Words};
use super::frames::FromStaff;
use super::refuse::{self, Refused};
use super::rules::{self, By, Deed};
use super::{assignment, limits, notices, store};
use crate::app::App;
use crate::cluster::{Chat, Event};
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::{IfMatch, RequestInfo};
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::Caller;
use crate::platform::entity::Entity;
use crate::platform::permission::Permission;
use crate::platform::staff as people;

/// Characters of a note.
const NOTE: usize = 10_000;

/// The time of a deed.
pub fn now(app: &App) -> Now {
    Now { ids: app.ids.clone(), at: app.clock.now() }
}

/// Who acts over a socket.
pub fn actor(app: &App, caller: &Caller) -> Act {
    Act::new(app, caller.clone(), RequestInfo::internal())
}

/// Writes a line for the visitor.
pub async fn say(
    app: &App,
    caller: &Caller,
    session: Uuid,
    client_id: String,
    content: String,
    files: Vec<Uuid>,
) -> Result<i64, Refused> {
    if !rules::is_line(&content, files.len()) || !rules::is_client_id(&client_id) {
        return Err(Refused::new("validation_failed", rules::LINE));
    }
    limits::check(app, &limits::STAFF_LINES, &Subject::Staff(caller.staff_id)).await?;
    let me = caller.staff_id;
    let words = Words { session, client_id: Some(client_id), content, files };
    let outcome = app.storage.write((now(app), words), move |tx, (now, words)| {
        Box::pin(async move { acts::say_as_staff(tx, now, me, words).await })
    });
    refuse::number(outcome.await?)
}

fn is_note(content: &str) -> bool {
    !content.trim().is_empty() && content.chars().count() <= NOTE
}

/// Adds a note for colleagues.
pub async fn note(
    app: &App,
    caller: &Caller,
    session: Uuid,
    client_id: Option<String>,
    content: String,
) -> Result<notes::Model, Refused> {
    if !is_note(&content) || client_id.as_deref().is_some_and(|id| !rules::is_client_id(id)) {
        return Err(Refused::new("validation_failed", "a note has 1 to 10,000 characters, its clientId 1 to 64"));
    }
    limits::check(app, &limits::STAFF_LINES, &Subject::Staff(caller.staff_id)).await?;
    let told = notices::of_mentions(app, session, (caller.staff_id, &caller.name), &content).await?;
    let act = actor(app, caller);
    let words = Words { session, client_id, content, files: Vec::new() };
    let written = app.storage.write((now(app), words, told, act), move |tx, (now, words, told, act)| {
        Box::pin(async move {
            let (outcome, note) = acts::add_note(tx, now, act.caller.staff_id, words).await?;
            if let Outcome::Stored(_) = outcome {
                act.note(tx, "chat.noted", (Entity::Chat, words.session), Changes::none());
                tx.notify(told.0.clone());
                for mail in &told.1 {
                    tx.mail(mail.clone());
                }
            }
            Ok((outcome, note))
        })
    });
    let (outcome, note) = written.await?;
    refuse::number(outcome)?;
    note.ok_or_else(|| Refused::new("conflict", "this cannot be done"))
}

/// What a frame asks for, other than lines.
pub async fn deed(app: &App, caller: &Caller, frame: FromStaff) -> Result<(), Refused> {
    let any = IfMatch::default();
    let act = actor(app, caller);
    match frame {
        FromStaff::Available { on } => {
            be_at_desk(app, caller.staff_id, Some(on)).await?;
            if on {
                assignment::look(app).await;
            }
            Ok(())
        }
        FromStaff::Claim { session_id } => change(app, act, session_id, Deed::Claim, any).await,
        FromStaff::Release { session_id } => change(app, act, session_id, Deed::Release, any).await,
        FromStaff::Close { session_id } => change(app, act, session_id, Deed::Close, any).await,
        FromStaff::Transfer { session_id, staff_id, note: words } => {
            let words = words.filter(|words| !words.trim().is_empty());
            if words.as_deref().is_some_and(|words| !is_note(words)) {
                return Err(Refused::new("validation_failed", "a note has at most 10,000 characters"));
            }
            change(app, act, session_id, Deed::Transfer(staff_id), any).await?;
            if let Some(words) = words {
                note(app, caller, session_id, None, words).await?;
            }
            Ok(())
        }
        FromStaff::Read { session_id, seq } => {
            let at = app.clock.now();
            let me = caller.staff_id;
            let read = app.storage.write((), move |tx, ()| {
                Box::pin(async move { acts::read_as_staff(tx, session_id, me, seq, at).await })
            });
            Ok(read.await?)
        }
        _ => Err(Refused::new("malformed_body", "this frame is unknown")),
    }
}

/// Changes who has a session, or ends it, with what goes with that.
pub async fn change(app: &App, act: Act, session: Uuid, deed: Deed, seen: IfMatch) -> Result<(), Refused> {
    let me = act.caller.staff_id;
    let told = match deed {
        Deed::Transfer(to) | Deed::Assign(to) => notices::of_assignment(app, session, me, to).await?,
        Deed::Release => notices::of_waiting(app, session).await?,
        _ => Vec::new(),
    };
    let outcome = app
        .storage
        .write((now(app), act, told, seen), move |tx, (now, act, told, seen)| {
            Box::pin(async move {
                // Whoever is leaving at this moment gets nothing more. People are locked before what they have.
                if !people::can_be_given(tx.conn(), me, Permission::Chats).await? {
                    return Ok(Outcome::NotForThem);
                }
                let Some(row) = store::locked(tx.conn(), session).await? else { return Ok(Outcome::Unknown) };
                seen.check(&etag(row.version))?;
                let (outcome, before) = acts::act_on(tx, now, row, By::Staff(me), deed).await?;
                if let Some(before) = before {
                    let after = match deed {
                        Deed::Transfer(to) | Deed::Assign(to) => Some(to),
                        Deed::Release => None,
                        _ => Some(me),
                    };
                    let (action, changes) = match deed {
                        Deed::Close => ("chat.closed", Changes::none()),
                        Deed::Reopen => ("chat.reopened", Changes::none()),
                        _ => ("chat.assigned", Changes::none().field("assignedTo", before.staff_id, after)),
                    };
                    act.note(tx, action, (Entity::Chat, session), changes);
                    match deed {
                        Deed::Release => notices::tell_of_waiting(tx, session, told.clone()).await?,
                        _ => tx.notify(told.clone()),
                    }
                }
                Ok(outcome)
            })
        })
        .await;
    match outcome {
        Ok(outcome) => {
            refuse::number(outcome)?;
            // Somebody may be free now, or this session is for somebody else.
            assignment::look(app).await;
            Ok(())
        }
        Err(Error::PreconditionFailed) => Err(Refused::new("precondition_failed", "it has changed since")),
        Err(error) => Err(error.into()),
    }
}

/// The version of a session, for `If-Match`.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// Notes a sign of life; without a database it is lost.
pub async fn be_alive(app: &App, person: Uuid) {
    if let Err(error) = be_at_desk(app, person, None).await {
        tracing::debug!(%error, "a sign of life could not be stored");
    }
}

async fn be_at_desk(app: &App, person: Uuid, on: Option<bool>) -> Result<()> {
    let at = app.clock.now();
    app.storage
        .write((), move |tx, ()| {
            Box::pin(async move {
                store::be_at_desk(tx.conn(), person, on, at).await?;
                tx.publish(Event::Chat(Chat::Desk));
                Ok(())
            })
        })
        .await
}
