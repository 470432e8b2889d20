//! A copy of the conversation by mail: to the visitor who asks for it, once staff have replied.
//!
//! A visitor can type the address of a stranger. So the mail holds what staff wrote, and a link to the rest: it would be a
//! relay for anything otherwise.

use database::entity::chat_messages::{self as lines, Sender};
use database::entity::{chat_sessions as sessions, outbox};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::letters::{ChatCopy, CopiedLine};
use super::refuse::{self, Refused};
use super::{limits, store, token, view};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::valid::is_email;
use crate::platform::Platform;
use crate::platform::entity::Entity;
use crate::platform::limits::STRANGER_MAIL;
use crate::platform::mail::Mail;
use crate::platform::staff as people;
use crate::storage::email_key;

/// Lines of a copy; the newest.
const MOST: u64 = 500;

/// Who asks for a copy.
pub struct Asker<'a> {
    pub session: Uuid,
    pub address: Option<&'a str>,
}

/// Sends it, and returns the address.
pub async fn send(app: &App, asker: Asker<'_>, email: &str) -> Result<String, Refused> {
    let Asker { session, address } = asker;
    let email = email.trim().to_owned();
    if !is_email(&email) {
        return Err(Refused::new("validation_failed", "this is no email address"));
    }
    let conn = app.storage.read();
    let row = store::by_id(conn, session).await.map_err(Error::from)?;
    // A stranger could mail anything to anybody otherwise.
    let Some(row) = row.filter(|row| row.first_replied_at.is_some() && !row.is_spam) else {
        return Err(Refused::new("conflict", "nobody has replied yet"));
    };
    if store::blocked_until(conn, row.visitor_id, address, app.clock.now()).await.map_err(Error::from)?.is_some() {
        return Err(refuse::blocked());
    }
    let from = Subject::Key(address.unwrap_or_default().to_owned());
    limits::check(app, &limits::COPIES_OF_ADDRESS, &from).await?;
    limits::check(app, &limits::COPIES, &Subject::Key(session.to_string())).await?;
    limits::check(app, &STRANGER_MAIL, &Subject::Mailbox(email_key(&email))).await?;
    let mail = mail(app, conn, &row, &email).await?;
    let sent = app.storage.write(mail, |tx, mail| {
        Box::pin(async move {
            tx.mail(mail.clone());
            Ok(())
        })
    });
    sent.await?;
    Ok(email)
}

/// The mail, with what staff have written so far.
///
/// # Errors
/// The database is unavailable.
pub async fn mail(
    platform: &Platform,
    conn: &impl ConnectionTrait,
    row: &sessions::Model,
    email: &str,
) -> Result<outbox::Model, Error> {
    let (session, settings, names) = (row.session_id, platform.settings.get(), people::names(platform).await?);
    let rows = store::lines_before(conn, session, i64::MAX, MOST).await?;
    let of_staff = |line: &&lines::Model| line.sender_type == Sender::Staff && line.redacted_at.is_none();
    let lines = rows.iter().filter(of_staff).map(|line| CopiedLine {
        who: line.sender_id.and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| settings.firm.name.clone()),
        at: settings.hours.moment(line.created_at, row.timezone.as_deref()),
        text: view::words(line),
    });
    let letter = ChatCopy { lines: lines.collect(), link: token::link(platform, session) };
    Mail::new(email, &letter).about((Entity::Chat, session)).row(platform)
}
