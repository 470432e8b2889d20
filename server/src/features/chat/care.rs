//! What happens by itself when time has passed: back to the queue, replies by mail, the end by silence and by age.

use chrono::{DateTime, Utc};
use database::entity::chat_messages::{self as lines, Sender};
use database::entity::chat_sessions::{Column, Entity as Sessions, Model, Status};
use database::entity::{chat_blocks as blocks, chat_notes as notes, chat_tags as tags};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::handled::now;
use super::letters::ChatReply;
use super::rules::{By, Deed};
use super::settings::{Chat as Settings, Keeping};
use super::{acts, assignment, limits, notices, store, token, view};
use crate::app::App;
use crate::cluster::{Chat, Event};
use crate::error::Result;
use crate::http::RequestInfo;
use crate::http::rate_limit::Subject;
use crate::ids::first_of;
use crate::jobs::delete_in_chunks;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::files;
use crate::platform::mail::{self, Mail};
use crate::platform::settings::days_ago;
use crate::platform::slice::Retention;
use crate::platform::{notices as told, staff as people};
use crate::storage::Tx;

/// Sessions of one round.
const ROUND: u64 = 200;
/// Lines in one mail.
const LINES: usize = 20;
/// Lines that are looked at for one mail.
const READ: u64 = 200;

/// Retention periods.
pub const RETENTION: [Retention; 1] = [Retention {
    key: "privacy.chatDays",
    before: |settings, now| settings.part::<Keeping>().chats_before(now),
    count: |conn, before, limit| Box::pin(async move { Ok(ids(conn, expired(before), limit).await?.len() as u64) }),
}];

/// Every minute.
pub async fn look_after(app: &App) -> Result<()> {
    let at = app.clock.now();
    let settings = app.settings.get();
    let chat = settings.part::<Settings>();
    if let Some(before) = chat.requeue_before(at) {
        let waits = Condition::all().add(Column::Status.eq(Status::Active)).add(Column::WaitingSince.lt(before));
        let waits = waits.add(Column::HeldSince.lt(before));
        for id in ids(app.storage.read(), waits, ROUND).await? {
            requeue(app, id, before).await?;
        }
    }
    if let Some(before) = chat.close_before(at) {
        let silent = Condition::all().add(Column::Status.ne(Status::Closed)).add(Column::LastActivityAt.lt(before));
        for id in ids(app.storage.read(), silent, ROUND).await? {
            close(app, id, before).await?;
        }
    }
    assignment::give_all(app).await?;
    if let Some(before) = chat.mail_before(at) {
        mail_unread(app, before).await?;
    }
    // Whoever had no sign of life for a while is away, and nothing else says so.
    app.bus.publish(Event::Chat(Chat::Desk));
    Ok(())
}

/// Every hour: deletes what is over for longer than it is kept, and forgets from where visitors came, as the inbox does.
pub async fn clean_up(app: &App) -> Result<()> {
    let (settings, now) = (app.settings.get(), app.clock.now());
    forget_senders(app, days_ago(now, settings.number("privacy.senderDays"))).await?;
    let ended = blocks::Entity::find().filter(blocks::Column::ExpiresAt.lt(now));
    delete_in_chunks(&app.storage, &app.stopping, ended, blocks::Column::VisitorId).await?;
    if let Some(before) = settings.part::<Keeping>().chats_before(now) {
        delete_expired(app, before).await?;
    }
    Ok(())
}

async fn forget_senders(app: &App, before: DateTime<Utc>) -> Result<()> {
    let known = Condition::any().add(Column::IpAddress.is_not_null()).add(Column::UserAgent.is_not_null());
    let which = Condition::all().add(Column::SessionId.lt(first_of(before))).add(known);
    app.storage
        .write((), move |tx, ()| {
            Box::pin(async move {
                blocks::Entity::update_many()
                    .col_expr(blocks::Column::IpAddress, Expr::value(Option::<String>::None))
                    .filter(blocks::Column::CreatedAt.lt(before))
                    .filter(blocks::Column::IpAddress.is_not_null())
                    .exec(tx.conn())
                    .await?;
                Ok(())
            })
        })
        .await?;
    loop {
        let forgotten = app.storage.write(which.clone(), |tx, which| {
            Box::pin(async move {
                let some = ids(tx.conn(), which.clone(), ROUND).await?;
                let many = some.len() as u64;
                Sessions::update_many()
                    .col_expr(Column::IpAddress, Expr::value(Option::<String>::None))
                    .col_expr(Column::UserAgent, Expr::value(Option::<String>::None))
                    .filter(Column::SessionId.is_in(some))
                    .exec(tx.conn())
                    .await?;
                Ok(many)
            })
        });
        if forgotten.await? < ROUND || app.stopping.is_cancelled() {
            return Ok(());
        }
    }
}

async fn delete_expired(app: &App, before: DateTime<Utc>) -> Result<()> {
    loop {
        let from = RequestInfo::internal();
        let entry = Entry {
            actor: None,
            action: "chats.expired",
            entity: (Entity::Chat, None),
            changes: Changes::none(),
            from: &from,
        };
        let entry = entry.row(&app.ids, app.clock.now());
        let deleted = app.storage.write(entry, move |tx, entry| {
            Box::pin(async move {
                let some = ids(tx.conn(), expired(before), ROUND).await?;
                let many = some.len() as u64;
                if many > 0 {
                    delete(tx, some, entry.created_at).await?;
                    tx.audit(Changes::none().fact("chats", many).into_entry(entry.clone()));
                }
                Ok(many)
            })
        });
        if deleted.await? < ROUND || app.stopping.is_cancelled() {
            return Ok(());
        }
    }
}

/// Sessions without anything new since then, closed or not: where silence closes none, they would stay for ever. The id of
/// the newest line says when that came, and is indexed.
fn expired(before: DateTime<Utc>) -> Condition {
    Condition::all().add(Column::ActivityId.lt(first_of(before)))
}

async fn ids(conn: &impl ConnectionTrait, which: Condition, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    Sessions::find().select_only().column(Column::SessionId).filter(which).limit(limit).into_tuple().all(conn).await
}

/// Deletes sessions with their lines, files, notes, tags, mails and notices. A block stays until it ends: whoever is
/// blocked does not come back by it.
pub async fn delete(tx: &Tx<'_>, ids: Vec<Uuid>, now: DateTime<Utc>) -> Result<(), DbErr> {
    let conn = tx.conn();
    files::drop_of(conn, Entity::Chat, ids.clone(), now).await?;
    mail::delete_of_entities(conn, ids.clone()).await?;
    told::delete_of_entities(conn, ids.clone()).await?;
    tags::Entity::delete_many().filter(tags::Column::SessionId.is_in(ids.clone())).exec(conn).await?;
    notes::Entity::delete_many().filter(notes::Column::SessionId.is_in(ids.clone())).exec(conn).await?;
    lines::Entity::delete_many().filter(lines::Column::SessionId.is_in(ids.clone())).exec(conn).await?;
    Sessions::delete_many().filter(Column::SessionId.is_in(ids)).exec(conn).await.map(drop)
}

/// Gives a session back to the queue whose visitor still waits.
async fn requeue(app: &App, id: Uuid, before: DateTime<Utc>) -> Result<()> {
    let notices = notices::of_waiting(app, id).await?;
    let from = RequestInfo::internal();
    let entity = (Entity::Chat, Some(id));
    let entry = Entry { actor: None, action: "chat.requeued", entity, changes: Changes::none(), from: &from };
    let entry = entry.row(&app.ids, app.clock.now());
    app.storage
        .write((now(app), notices, entry), move |tx, (now, notices, entry)| {
            Box::pin(async move {
                let Some(row) = store::locked(tx.conn(), id).await? else { return Ok(()) };
                let [waits, held] =
                    [row.waiting_since, row.held_since].map(|it| it.is_some_and(|since| since < before));
                if waits && held {
                    let (_, changed) = acts::act_on(tx, now, row, By::Time, Deed::Release).await?;
                    if changed.is_some() {
                        notices::tell_of_waiting(tx, id, notices.clone()).await?;
                        tx.audit(entry.clone());
                    }
                }
                Ok(())
            })
        })
        .await
}

/// Ends a session in which still nobody has written.
async fn close(app: &App, id: Uuid, before: DateTime<Utc>) -> Result<()> {
    app.storage
        .write(now(app), move |tx, now| {
            Box::pin(async move {
                let Some(row) = store::locked(tx.conn(), id).await? else { return Ok(()) };
                if row.last_activity_at < before {
                    acts::act_on(tx, now, row, By::Time, Deed::Close).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Mails what visitors who have left have not read, each line once.
async fn mail_unread(app: &App, before: DateTime<Utc>) -> Result<()> {
    let unread = Condition::all()
        .add(Column::UnreadByVisitor.gt(0))
        .add(Column::VisitorEmail.is_not_null())
        .add(Column::IsSpam.eq(false))
        .add(Column::LastActivityAt.lt(before));
    let unread = unread.add(Expr::col(Column::MailedSeq).lt(Expr::col(Column::LastSeq)));
    let rows = Sessions::find().filter(unread).limit(ROUND).all(app.storage.read()).await?;
    let names = people::names(app).await?;
    for row in rows {
        if app.chat.presence.is_online(row.session_id) {
            continue;
        }
        let from = Ord::max(row.visitor_read_seq, row.mailed_seq);
        let read = store::lines_after(app.storage.read(), row.session_id, from, READ).await?;
        let (spoken, up_to) = to_mail(read, row.last_seq);
        let who = spoken.last().and_then(|line| names.get(&line.sender_id?).cloned()).unwrap_or_default();
        if too_many_to(app, &row, &spoken).await {
            // The next round tries again: words of staff are mailed late rather than never.
            continue;
        }
        let mail = letter(app, &row, who, &spoken, up_to < row.last_seq)?;
        let id = row.session_id;
        app.storage
            .write(mail, move |tx, mail| {
                Box::pin(async move {
                    let Some(mut row) = store::locked(tx.conn(), id).await? else { return Ok(()) };
                    if row.mailed_seq < up_to {
                        row.mailed_seq = up_to;
                        if let Some(mail) = mail {
                            tx.mail(mail.clone());
                        }
                        let at = row.changed_at;
                        store::save(tx, row, at).await?;
                    }
                    Ok(())
                })
            })
            .await?;
    }
    Ok(())
}

/// The lines of staff for one mail, and up to which line all is mailed then. What does not fit goes in the next one.
fn to_mail(read: Vec<lines::Model>, last: i64) -> (Vec<lines::Model>, i64) {
    let end = if (read.len() as u64) < READ { last } else { read.last().map_or(last, |line| line.seq) };
    let said = |line: &lines::Model| line.sender_type == Sender::Staff && line.redacted_at.is_none();
    let mut spoken: Vec<_> = read.into_iter().filter(said).collect();
    if spoken.len() <= LINES {
        return (spoken, end);
    }
    spoken.truncate(LINES);
    let up_to = spoken.last().map_or(end, |line| line.seq);
    (spoken, up_to)
}

/// True if there is something to mail, and that mailbox got too many replies within the hour.
async fn too_many_to(app: &App, row: &Model, spoken: &[lines::Model]) -> bool {
    let Some(key) = row.email_key.as_ref().filter(|_| !spoken.is_empty()) else { return false };
    limits::check(app, &limits::REPLIES_BY_MAIL, &Subject::Mailbox(key.clone())).await.is_err()
}

/// The mail; none if there is nothing to say.
fn letter(
    app: &App,
    row: &Model,
    staff_name: String,
    spoken: &[lines::Model],
    more: bool,
) -> Result<Option<database::entity::outbox::Model>> {
    let Some(email) = row.visitor_email.as_ref().filter(|_| !spoken.is_empty()) else { return Ok(None) };
    let lines = spoken.iter().map(view::words).collect();
    let letter = ChatReply { staff_name, lines, more, link: token::link(app, row.session_id) };
    Mail::new(email, &letter).about((Entity::Chat, row.session_id)).by_a_person().row(app).map(Some)
}
