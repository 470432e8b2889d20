//! What people are told of chats.

use database::entity::{chat_sessions as sessions, notifications, outbox, staff};
use uuid::Uuid;

use super::letters::{ChatMentioned, ChatWaiting};
use super::{limits, stream};
use crate::app::App;
use crate::error::Result;
use crate::features::messages::mentioned;
use crate::http::rate_limit::Subject;
use crate::platform::Platform;
use crate::platform::act::Act;
use crate::platform::entity::Entity;
use crate::platform::mail::Mail;
use crate::platform::notices::{self, Default, Kind, News, To};
use crate::platform::permission::{Permission, PermissionSet};
use crate::platform::staff as people;
use crate::storage::Tx;

/// A visitor waits for somebody.
pub static CHAT_WAITING: Kind =
    Kind { name: "chat_waiting", needs: &[Permission::Chats], app: Default::On, mail: Default::Off };
/// A colleague gave me a chat, or it was given to me by itself.
pub static CHAT_ASSIGNED: Kind =
    Kind { name: "chat_assigned", needs: &[Permission::Chats], app: Default::On, mail: Default::Never };
/// A colleague named me in a note.
pub static CHAT_MENTIONED: Kind =
    Kind { name: "chat_mentioned", needs: &[Permission::Chats], app: Default::On, mail: Default::Away };

/// Notices that a session waits, for those who take chats now.
pub async fn of_waiting(app: &App, session: Uuid) -> Result<Vec<notifications::Model>> {
    let news = News { entity: Some((Entity::Chat, session)), ..News::default() };
    let colleagues = stream::colleagues(app).await?;
    let takes = |person: Uuid| colleagues.iter().any(|it| it.available && it.staff_id == person);
    let mut rows = notices::rows(app, &CHAT_WAITING, &news, To::Holders(Permission::Chats)).await?;
    rows.retain(|row| takes(row.staff_id));
    Ok(rows)
}

/// The same by mail, for whoever wants one: once in ten minutes.
pub async fn mails_of_waiting(app: &App, row: &sessions::Model, content: &str) -> Result<Vec<outbox::Model>> {
    let session = row.session_id;
    let news = News { entity: Some((Entity::Chat, session)), ..News::default() };
    if limits::check(app, &limits::WAITING_MAILS, &Subject::Key(session.to_string())).await.is_err() {
        return Ok(Vec::new());
    }
    let wanted = notices::mail_to(app, &CHAT_WAITING, &news, To::Holders(Permission::Chats)).await?;
    let mail = |(name, address): (String, String)| {
        let link = app.config.server.link(&format!("/admin/chats/{session}"));
        let letter = ChatWaiting { name, visitor_name: row.visitor_name.clone(), content: content.to_owned(), link };
        Mail::new(&address, &letter).about(news.entity).row(app)
    };
    wanted.into_iter().map(mail).collect()
}

/// Puts notices in the place of those that said the same of the session before.
pub async fn tell_of_waiting(tx: &Tx<'_>, session: Uuid, told: Vec<notifications::Model>) -> Result<()> {
    notices::delete_of_event(tx.conn(), &CHAT_WAITING, session).await?;
    tx.notify(told);
    Ok(())
}

/// The notice that a colleague gave somebody a session.
pub async fn of_assignment(
    platform: &Platform,
    session: Uuid,
    by: Uuid,
    to: Uuid,
) -> Result<Vec<notifications::Model>> {
    let news = News { entity: Some((Entity::Chat, session)), actor: Some(by), detail: None };
    notices::rows(platform, &CHAT_ASSIGNED, &news, To::Person(to)).await
}

/// Notices and mails for the colleagues whom a note names.
pub async fn of_mentions(
    app: &App,
    session: Uuid,
    by: (Uuid, &str),
    note: &str,
) -> Result<(Vec<notifications::Model>, Vec<outbox::Model>)> {
    let (mut told, mut mails) = (Vec::new(), Vec::new());
    if !note.contains('@') {
        return Ok((told, mails));
    }
    let news = News { entity: Some((Entity::Chat, session)), actor: Some(by.0), detail: None };
    let everybody = people::everybody(app.storage.read()).await?;
    let takers = everybody.into_iter().filter(|it| it.is_active && PermissionSet::of(it).has(Permission::Chats));
    let takers: Vec<(Uuid, String)> = takers.map(|it| (it.id, it.name)).collect();
    for person in mentioned(note, &takers) {
        told.extend(notices::rows(app, &CHAT_MENTIONED, &news, To::Person(person)).await?);
        for (name, address) in notices::mail_to(app, &CHAT_MENTIONED, &news, To::Person(person)).await? {
            let letter = ChatMentioned {
                name,
                by: by.1.to_owned(),
                content: note.to_owned(),
                link: app.config.server.link(&format!("/admin/chats/{session}")),
            };
            mails.push(Mail::new(&address, &letter).about(news.entity).row(app)?);
        }
    }
    Ok((told, mails))
}

/// The notice that somebody was given a session by itself.
pub async fn of_given(
    tx: &Tx<'_>,
    platform: &Platform,
    session: Uuid,
    person: Uuid,
) -> Result<Vec<notifications::Model>> {
    let Some(person) = people::by_id(tx.conn(), person).await? else { return Ok(Vec::new()) };
    let news = News { entity: Some((Entity::Chat, session)), ..News::default() };
    Ok(notices::for_one(platform, tx.conn(), &CHAT_ASSIGNED, &news, &person).await?.0.into_iter().collect())
}

/// The notice for somebody who has a colleague's session now, within the unit that hands it over.
pub async fn for_new_owner(
    tx: &Tx<'_>,
    act: &Act,
    session: Uuid,
    person: &staff::Model,
) -> Result<Option<notifications::Model>> {
    let news = News { entity: Some((Entity::Chat, session)), actor: Some(act.caller.staff_id), detail: None };
    Ok(notices::for_one(&act.platform, tx.conn(), &CHAT_ASSIGNED, &news, person).await?.0)
}
