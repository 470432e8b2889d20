//! Whom of the firm a message concerns: notices for the dashboard, and mails to those who want them.

use database::entity::{messages, notifications as rows, outbox, staff};
use sea_orm::EntityTrait as _;
use uuid::Uuid;

use super::mentions::mentioned;
use super::notices::{CLIENT_REPLIED, MESSAGE_ASSIGNED, MESSAGE_CREATED, MESSAGE_MENTIONED, MESSAGE_RETURNED};
use super::{letters, store};
use crate::app::App;
use crate::error::{Error, Result};
use crate::platform::act::Act;
use crate::platform::entity::Entity;
use crate::platform::mail::Mail;
use crate::platform::notices::{self, News, To};
use crate::platform::permission::{Permission, PermissionSet};
use crate::platform::staff as people;
use crate::storage::Tx;

const EVERYBODY: To = To::Holders(Permission::Messages);

fn news(message: Uuid) -> News {
    News { entity: Some((Entity::Message, message)), ..News::default() }
}

/// Notices of a message that has come in. To whomever a rule gave it, [`of_rule`] says so.
pub async fn of_new(app: &App, message: &messages::Model) -> Result<Vec<rows::Model>> {
    let mut told = notices::rows(app, &MESSAGE_CREATED, &news(message.id), EVERYBODY).await?;
    told.retain(|notice| Some(notice.staff_id) != message.assigned_to);
    Ok(told)
}

/// Addresses of those who want each new message by mail, without those that get one anyway.
pub async fn mailed_of_new(app: &App, message: &messages::Model, without: &[String]) -> Result<Vec<String>> {
    let people = notices::mail_to(app, &MESSAGE_CREATED, &news(message.id), EVERYBODY).await?;
    let known = |address: &String| without.iter().any(|other| other.eq_ignore_ascii_case(address));
    Ok(people.into_iter().map(|(_, address)| address).filter(|address| !known(address)).collect())
}

/// The notice and the mail to whomever a rule gave a message that has come in.
pub async fn of_rule(
    app: &App,
    message: &messages::Model,
    person: Uuid,
    rule: &str,
) -> Result<(Vec<rows::Model>, Vec<outbox::Model>)> {
    let (news, to) = (News { detail: Some(rule.to_owned()), ..news(message.id) }, To::Person(person));
    let told = notices::rows(app, &MESSAGE_ASSIGNED, &news, to).await?;
    let mut mails = Vec::new();
    for (name, address) in notices::mail_to(app, &MESSAGE_ASSIGNED, &news, to).await? {
        let letter = letters::MessageAssigned {
            name,
            by: format!("The rule \"{rule}\""),
            client_name: Some(message.name.clone()),
            count: 1,
            link: app.config.server.link(&path(message.id)),
        };
        mails.push(Mail::new(&address, &letter).about(news.entity).row(app)?);
    }
    Ok((told, mails))
}

/// Notices of a client's answer: for whose message it is, or for everybody while it is nobody's.
pub async fn of_answer(app: &App, message: &messages::Model) -> Result<Vec<rows::Model>> {
    let to = assignee(app, message).await?.map_or(EVERYBODY, |person| To::Person(person.id));
    notices::rows(app, &CLIENT_REPLIED, &news(message.id), to).await
}

/// Whose message it is, if that person works here and wants mails of answers.
pub async fn mailed_of_answer(app: &App, message: &messages::Model) -> Result<Option<staff::Model>> {
    let Some(person) = assignee(app, message).await? else { return Ok(None) };
    let wants = notices::mail_to(app, &CLIENT_REPLIED, &news(message.id), To::Person(person.id)).await?;
    Ok((!wants.is_empty()).then_some(person))
}

/// Notices that a message came back: for whose it is; while it is nobody's, for whoever set the day, or for everybody.
pub async fn of_return(app: &App, message: &messages::Model, snoozed: bool) -> Result<Vec<rows::Model>> {
    let person = match assignee(app, message).await? {
        None if !snoozed => reader(app, message.follow_up_by).await?,
        assignee => assignee,
    };
    let to = person.map_or(EVERYBODY, |person| To::Person(person.id));
    let detail = Some(if snoozed { "snoozed" } else { "follow_up" }.to_owned());
    notices::rows(app, &MESSAGE_RETURNED, &News { detail, ..news(message.id) }, to).await
}

/// Tells a person once that a colleague gave them these messages, in the unit that does it.
pub async fn of_assignment(tx: &Tx<'_>, act: &Act, messages: &[Uuid], to: Uuid) -> Result<()> {
    let app = &act.platform;
    if messages.is_empty() {
        return Ok(());
    }
    let Some(person) = people::by_id(tx.conn(), to).await? else { return Ok(()) };
    let one = if let [one] = messages { Some(*one) } else { None };
    let news = News {
        entity: one.map(|id| (Entity::Message, id)),
        actor: Some(act.caller.staff_id),
        detail: one.is_none().then(|| format!("{} messages", messages.len())),
    };
    let told = notices::for_one(app, tx.conn(), &MESSAGE_ASSIGNED, &news, &person).await?;
    tx.notify(told.0.into_iter().collect());
    if told.1 {
        let client = match one {
            Some(id) => store::client_names(tx.conn(), vec![id]).await?.remove(&id),
            None => None,
        };
        let letter = letters::MessageAssigned {
            name: person.name,
            by: act.caller.name.clone(),
            client_name: client,
            count: messages.len(),
            link: app.config.server.link(&one.map_or_else(|| "/admin/messages?view=mine".to_owned(), path)),
        };
        tx.mail(Mail::new(&person.email, &letter).about(news.entity).row(app)?);
    }
    Ok(())
}

/// Notices and mails for the colleagues whom a note names.
pub async fn of_mentions(act: &Act, id: Uuid, note: &str) -> Result<(Vec<rows::Model>, Vec<outbox::Model>)> {
    let (mut told, mut mails) = (Vec::new(), Vec::new());
    if !note.contains('@') {
        return Ok((told, mails));
    }
    let app = &act.platform;
    let message = messages::Entity::find_by_id(id).one(app.storage.read()).await?.ok_or(Error::NotFound)?;
    let readers = people::everybody(app.storage.read()).await?.into_iter().filter(is_reader);
    let readers: Vec<(Uuid, String)> = readers.map(|person| (person.id, person.name)).collect();
    let news = News { actor: Some(act.caller.staff_id), ..news(id) };
    for person in mentioned(note, &readers) {
        told.extend(notices::rows(app, &MESSAGE_MENTIONED, &news, To::Person(person)).await?);
        for (name, address) in notices::mail_to(app, &MESSAGE_MENTIONED, &news, To::Person(person)).await? {
            let letter = letters::MessageMentioned {
                name,
                by: act.caller.name.clone(),
                client_name: message.name.clone(),
                content: note.to_owned(),
                link: app.config.server.link(&path(id)),
            };
            mails.push(Mail::new(&address, &letter).about(news.entity).row(app)?);
        }
    }
    Ok((told, mails))
}

/// Where a message is, in the dashboard.
fn path(message: Uuid) -> String {
    format!("/admin/messages/{message}?view=all")
}

/// Whose message it is.
async fn assignee(app: &App, message: &messages::Model) -> Result<Option<staff::Model>> {
    reader(app, message.assigned_to).await
}

/// Somebody who may see messages.
fn is_reader(person: &staff::Model) -> bool {
    person.is_active && PermissionSet::of(person).has(Permission::Messages)
}

/// A person who may no longer see messages is nobody here, or nobody would hear of it.
async fn reader(app: &App, id: Option<Uuid>) -> Result<Option<staff::Model>> {
    let Some(id) = id else { return Ok(None) };
    let person = people::by_id(app.storage.read(), id).await?;
    Ok(person.filter(is_reader))
}
