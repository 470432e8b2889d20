//! What staff change about a session besides who has it: tags, spam, blocks, redacted lines, and the way to the inbox.

use chrono::Duration;
use database::entity::chat_blocks as blocks;
use database::entity::chat_messages::{self as lines, Sender};
use database::entity::chat_sessions::{self as sessions, Status};
use sea_orm::prelude::Json;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::handled::{etag, now};
use super::letters::{ChatCopy, ChatReply};
use super::rules::{By, Deed};
use super::{acts, copy, store, transcript, view};
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::messages::{Given, take_over};
use crate::http::IfMatch;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::entity::Entity;
use crate::platform::files;
use crate::platform::mail::{self, Letter as _};
use crate::platform::staff as people;
use crate::storage::Tx;

/// The longest block, in minutes: a year.
const LONGEST: u32 = 525_600;
/// Lines that a message of the inbox begins with.
const LINES: u64 = 200;

/// The session, locked, in the version that the caller has seen.
async fn seen(tx: &Tx<'_>, id: Uuid, seen: &IfMatch) -> Result<sessions::Model> {
    let row = store::locked(tx.conn(), id).await?.ok_or(Error::NotFound)?;
    seen.check(&etag(row.version))?;
    Ok(row)
}

/// Replaces the tags.
pub async fn tag(app: &App, act: Act, id: Uuid, wanted: Vec<String>, version: IfMatch) -> Result<()> {
    app.storage
        .write((act, wanted, version), move |tx, (act, wanted, version)| {
            Box::pin(async move {
                let row = seen(tx, id, version).await?;
                let before = store::tags_of(tx.conn(), &[id]).await?.remove(&id).unwrap_or_default();
                if before != *wanted {
                    store::set_tags(tx.conn(), id, wanted).await?;
                    act.note(tx, "chat.tagged", (Entity::Chat, id), Changes::none().field("tags", before, wanted));
                    store::save(tx, row, act.now).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Marks a session as spam, which closes it, or as no spam.
pub async fn judge(app: &App, act: Act, id: Uuid, is_spam: bool, version: IfMatch) -> Result<()> {
    app.storage
        .write((act, version, now(app)), move |tx, (act, version, now)| {
            Box::pin(async move {
                let mut row = seen(tx, id, version).await?;
                if row.is_spam == is_spam {
                    return Ok(());
                }
                if is_spam && row.status != Status::Closed {
                    // Whoever has it: spam is nobody's conversation.
                    let holder = row.staff_id.unwrap_or(act.caller.staff_id);
                    acts::act_on(tx, now, row, By::Staff(holder), Deed::Close).await?;
                    row = store::locked(tx.conn(), id).await?.ok_or(Error::NotFound)?;
                }
                let changes = Changes::none().field("isSpam", row.is_spam, is_spam);
                act.note(tx, "chat.judged", (Entity::Chat, id), changes);
                row.is_spam = is_spam;
                store::save(tx, row, act.now).await.map(drop)
            })
        })
        .await
}

/// For how long a visitor is blocked, and whom else that concerns.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// 0 ends it.
    pub minutes: u32,
    /// Everybody behind the network address from which the session came.
    pub address: bool,
}

/// Blocks the visitor, or ends a block.
pub async fn block(app: &App, act: Act, id: Uuid, wanted: Block, version: IfMatch) -> Result<()> {
    let Block { minutes, address } = wanted;
    if minutes > LONGEST {
        return Err(Error::field("minutes", "invalid", "This can be at most a year: 525600 minutes."));
    }
    app.storage
        .write((act, version), move |tx, (act, version)| {
            Box::pin(async move {
                let row = seen(tx, id, version).await?;
                let block = blocks::Model {
                    visitor_id: row.visitor_id,
                    ip_address: row.ip_address.clone().filter(|_| address),
                    blocked_by: Some(act.caller.staff_id),
                    expires_at: act.now + Duration::minutes(minutes.into()),
                    created_at: act.now,
                };
                if minutes == 0 {
                    store::unblock(tx.conn(), row.visitor_id, row.ip_address.as_deref()).await?;
                } else {
                    store::block(tx.conn(), block).await?;
                }
                let changes = Changes::none().fact("minutes", minutes).field("address", false, address);
                act.note(tx, "chat.blocked", (Entity::Chat, id), changes);
                store::save(tx, row, act.now).await.map(drop)
            })
        })
        .await
}

/// Removes the text and the files of a line. The line itself stays.
pub async fn redact(app: &App, act: Act, id: Uuid, seq: i64) -> Result<()> {
    app.storage
        .write(act, move |tx, act| {
            Box::pin(async move {
                let mut row = store::locked(tx.conn(), id).await?.ok_or(Error::NotFound)?;
                let found = store::lines_before(tx.conn(), id, seq.saturating_add(1), 1).await?;
                let line = found.into_iter().find(|line| line.seq == seq && line.event.is_none());
                let line = line.ok_or(Error::NotFound)?;
                if line.redacted_at.is_some() {
                    return Ok(());
                }
                lines::Entity::update_many()
                    .col_expr(lines::Column::Content, Expr::value(""))
                    .col_expr(lines::Column::SearchText, Expr::value(""))
                    .col_expr(lines::Column::Files, Expr::value(Option::<Json>::None))
                    .col_expr(lines::Column::RedactedAt, Expr::value(act.now))
                    .filter(lines::Column::Id.eq(line.id))
                    .exec(tx.conn())
                    .await?;
                write_mails_again(tx, act, &mut row).await?;
                files::drop_of_line(tx.conn(), (Entity::Chat, id), line.id, act.now).await?;
                if row.last_line.is_some() && row.last_line == acts::excerpt(&line.content, &view::files_of(&line)) {
                    row.last_line = None;
                }
                act.note(tx, "chat.redacted", (Entity::Chat, id), Changes::none().fact("seq", seq));
                store::save(tx, row, act.now).await.map(drop)
            })
        })
        .await
}

/// Takes back mails that have not left, and writes them again without what was redacted: copies at once, replies by the
/// next round. How far replies had been mailed before is not known then, so some can come twice.
async fn write_mails_again(tx: &Tx<'_>, act: &Act, row: &mut sessions::Model) -> Result<()> {
    let templates = [ChatReply::TEMPLATE, ChatCopy::TEMPLATE];
    for unsent in mail::take_unsent(tx.conn(), row.session_id, &templates).await? {
        if unsent.template == ChatCopy::TEMPLATE {
            tx.mail(copy::mail(&act.platform, tx.conn(), row, &unsent.recipient).await?);
        } else {
            row.mailed_seq = row.mailed_seq.min(row.visitor_read_seq);
        }
    }
    Ok(())
}

/// Makes a message of the inbox of it; the same one if that was done before.
pub async fn to_message(app: &App, act: Act, id: Uuid) -> Result<Uuid> {
    let visitor = "Visitor";
    let (settings, names) = (app.settings.get(), people::names(app).await?);
    app.storage
        .write((act, settings, names), move |tx, (act, settings, names)| {
            Box::pin(async move {
                let mut row = store::locked(tx.conn(), id).await?.ok_or(Error::NotFound)?;
                if let Some(known) = row.message_id {
                    return Ok(known);
                }
                let Some(email) = row.visitor_email.clone() else {
                    return Err(Error::Conflict(
                        "The visitor gave no email address, so there is nobody to reply to.".into(),
                    ));
                };
                let spoken = store::lines_after(tx.conn(), id, 0, LINES).await?;
                let name = row.visitor_name.clone().unwrap_or_else(|| visitor.to_owned());
                let said =
                    spoken.iter().filter(|line| line.event.is_none() && line.redacted_at.is_none()).map(|line| {
                        let staff = line.sender_id.and_then(|id| names.get(&id)).unwrap_or(&settings.firm.name);
                        let who = if line.sender_type == Sender::Visitor { &name } else { staff };
                        let at = settings.hours.moment(line.created_at, None);
                        format!("[{at}] {who}: {}", transcript::indented(&view::words(line)))
                    });
                let text = said.collect::<Vec<_>>().join("\n");
                // A visitor can send any text as the topic.
                let service = row.topic.clone().filter(|topic| settings.service(topic).is_some());
                let given = Given { name, email, service, text, visitor_id: Some(row.visitor_id) };
                let message = take_over(tx, act, &given);
                row.message_id = Some(message);
                act.note(tx, "chat.converted", (Entity::Chat, id), Changes::none());
                store::save(tx, row, act.now).await?;
                Ok(message)
            })
        })
        .await
}
