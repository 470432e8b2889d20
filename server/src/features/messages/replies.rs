//! Answering.

use axum::extract::State;
use chrono::{DateTime, Duration, Utc};
use database::entity::messages::{self, LineKind, Status};
use database::entity::{message_replies, outbox};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait, IntoActiveModel as _, QueryFilter as _, QuerySelect as _, Set,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::change;
use super::files::{self, Named};
use super::later::{self, Later};
use super::letters::{self, Quoted, StaffName};
use super::lines::{self, Line};
use super::reads;
use super::settings::LONGEST_HOLD;
use super::view::{Person, ThreadItem};
use super::withdraw::BeforeReply;
use super::{store, thread_token, undo};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::valid::Check;
use crate::http::{Created, Envelope, Id, Json, Problem, RequestInfo};
use crate::platform::Platform;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{Caller, demand};
use crate::platform::entity::Entity;
use crate::platform::files::By;
use crate::platform::idempotency::{self, Claim};
use crate::platform::mail::{Mail, MailState, message_id_of};
use crate::platform::permission::Permission;
use crate::storage::Tx;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(demand(Permission::Messages, routes!(reply)))
}

/// A reply to a client.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReply {
    /// At most 20,000 characters.
    pub content: String,
    /// False: it appears only on the conversation page.
    #[serde(default = "yes")]
    pub send_email: bool,
    /// The status afterwards; `replied` by default.
    #[serde(default)]
    pub status: Option<Status>,
    /// Holds the reply back for up to 60 seconds; until then it can be undone. 0 by default.
    #[serde(default)]
    #[schema(maximum = 60)]
    pub delay_seconds: u16,
    /// The newest line of the client or of a colleague that the writer has seen. If another one came after it, the
    /// response is 409 and nothing is sent. Null: no check.
    #[serde(default)]
    pub last_seen_id: Option<Uuid>,
    /// Uploaded before with `POST /api/admin/files?for=message`. The client gets them on the conversation page.
    #[serde(default)]
    pub files: Vec<Uuid>,
}

fn yes() -> bool {
    true
}

/// Replies to a message, by email and on the conversation page. With `lastSeenId`, fails with 409 if the client or a
/// colleague has written since.
#[utoipa::path(post, path = "/api/admin/messages/{id}/replies", tag = "messages", params(("id" = Uuid, Path)), request_body = NewReply,
    responses((status = 201, body = Envelope<ThreadItem>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn reply(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Id(id): Id,
    Json(body): Json<NewReply>,
) -> Result<Created<ThreadItem>> {
    let mut check = Check::new();
    let content = check.text("content", &body.content, 20_000, "Write something first.");
    if body.delay_seconds > LONGEST_HOLD {
        check.refuse("delaySeconds", "invalid", format!("At most {LONGEST_HOLD} seconds are possible."));
    }
    files::check_count(&app, &mut check, &body.files);
    check.done()?;
    let act = Act::new(&app, caller, info);
    let files = Named::look_up(&app, body.files, By::Staff(act.caller.staff_id)).await?;
    let reply_id = app.ids.next(act.now);
    let held_until = (body.delay_seconds > 0).then(|| act.now + Duration::seconds(body.delay_seconds.into()));
    let status = body.status.unwrap_or(Status::Replied);
    let send = body.send_email;
    let staff = Person { id: act.caller.staff_id, name: act.caller.name.clone() };
    let waiting = MailState { state: outbox::State::Pending, attempts: 0, last_error: None, sent_at: None };
    let shown = files.shown.clone();
    let answer =
        Answer { reply_id, content: content.clone(), files, status, send, held_until, seen: body.last_seen_id };
    let created = Created {
        data: ThreadItem {
            kind: LineKind::Reply,
            id: reply_id,
            author: Some(staff),
            content,
            files: shown,
            created_at: act.now,
            mail: send.then_some(waiting),
            leaves_at: held_until,
            undo_id: held_until.map(|_| reply_id),
        },
        location: format!("/api/admin/messages/{id}"),
        message: None,
    };
    let kept = claim.row(&created)?;
    let written = app
        .storage
        .write((act, answer, kept), move |tx, (act, answer, kept)| {
            Box::pin(async move {
                let message = store::locked(tx.conn(), id).await?.ok_or(Error::NotFound)?;
                // A race that is lost now and then: it must not cost the units beside it.
                if let Some(seen) = answer.seen
                    && store::somebody_wrote_after(tx.conn(), id, seen, act.caller.staff_id).await?
                {
                    return Ok(false);
                }
                idempotency::write(tx.conn(), kept.as_ref()).await?;
                answer.files.claim(tx.conn(), id, answer.reply_id, act.now).await?;
                let mail = if answer.send { Some(mail(tx.conn(), act, &message, answer).await?) } else { None };
                let row = message_replies::Model {
                    id: answer.reply_id,
                    message_id: id,
                    staff_id: Some(act.caller.staff_id),
                    content: answer.content.clone(),
                    outbox_id: mail.as_ref().map(|mail| mail.id),
                    held_until: answer.held_until,
                    created_at: act.now,
                };
                if let Some(leaves) = answer.held_until {
                    let before = BeforeReply::of(&message, answer.reply_id, answer.status);
                    undo::keep_reply(tx, act, answer.reply_id, before, leaves).await?;
                }
                answered(tx, message, act, answer, &row).await?;
                row.into_active_model().insert(tx.conn()).await?;
                if let Some(mail) = mail {
                    tx.mail(mail);
                }
                act.note(
                    tx,
                    "message.replied",
                    (Entity::Message, id),
                    Changes::none().fact("sendEmail", answer.send).fact("status", answer.status).field(
                        "files",
                        0,
                        answer.files.count(),
                    ),
                );
                change::announce(tx, "message_replied", id);
                Ok(true)
            })
        })
        .await?;
    if written {
        Ok(created)
    } else {
        Err(Error::Conflict(
            "Someone has added to this conversation since you last read it. Read the new entries first.".into(),
        ))
    }
}

/// What the unit writes.
struct Answer {
    reply_id: Uuid,
    content: String,
    files: Named,
    status: Status,
    send: bool,
    held_until: Option<DateTime<Utc>>,
    seen: Option<Uuid>,
}

async fn answered(
    tx: &Tx<'_>,
    message: messages::Model,
    act: &Act,
    answer: &Answer,
    reply: &message_replies::Model,
) -> Result<()> {
    let (id, count) = (message.id, message.reply_count + 1);
    let first = message.first_replied_at.unwrap_or(act.now);
    // Who answers takes it, unless somebody has it.
    let assigned_to = message.assigned_to.unwrap_or(act.caller.staff_id);
    // Whoever replies is done with waiting for a day, but not with following it up.
    let later = Later { snoozed_until: None, ..Later::of(&message) }.under(answer.status);
    let words = store::with_words(&message.search_text, &answer.files.words(&answer.content));
    store::amend(tx, message, |row| {
        lines::set_newest(row, &Line::of_reply(reply));
        row.search_text = Set(words);
        row.status = Set(answer.status);
        row.assigned_to = Set(Some(assigned_to));
        row.reply_content = Set(Some(answer.content.clone()));
        row.replied_at = Set(Some(act.now));
        row.first_replied_at = Set(Some(first));
        row.waiting_id = Set(None);
        row.undelivered = Set(false);
        later::set(row, later);
        // Whoever is answered is no program.
        row.doubtful = Set(false);
        row.last_activity_at = Set(act.now);
        row.reply_count = Set(count);
    })
    .await?;
    reads::mark(tx.conn(), [id], act.caller.staff_id, act.now).await?;
    Ok(())
}

/// Message ids that a mail program may show, from the beginning of the conversation on; of long ones the newest.
const REFERENCES: usize = 20;

/// The ids of what went to this client before. Those of answers follow from the answers, whose mails are not kept for ever.
async fn thread_of(
    platform: &Platform,
    conn: &impl sea_orm::ConnectionTrait,
    message: Uuid,
    replies: &[message_replies::Model],
) -> Result<Vec<String>> {
    let confirmation: Option<String> = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::MessageId)
        .filter(outbox::Column::EntityId.eq(message))
        .filter(outbox::Column::Template.eq("contact_confirmation"))
        .into_tuple()
        .one(conn)
        .await?;
    let answers: Vec<Uuid> = replies.iter().filter_map(|reply| reply.outbox_id).collect();
    let newest = answers.len().saturating_sub(REFERENCES);
    Ok(confirmation.into_iter().chain(answers[newest..].iter().map(|id| message_id_of(platform, *id))).collect())
}

/// The mail of an answer, threaded under everything that went to this client before.
async fn mail(
    conn: &impl sea_orm::ConnectionTrait,
    act: &Act,
    message: &messages::Model,
    answer: &Answer,
) -> Result<outbox::Model> {
    let platform = &act.platform;
    let replies = store::replies_of(conn, message.id).await?;
    let thread = thread_of(platform, conn, message.id, &replies).await?;
    let quoted = replies
        .into_iter()
        .rfind(|reply| reply.staff_id.is_none())
        .map_or_else(|| (message.message.clone(), message.created_at), |reply| (reply.content, reply.created_at));
    let letter = letters::Reply {
        content: answer.content.clone(),
        files: answer.files.in_words(),
        staff: StaffName { name: act.caller.name.clone() },
        client_name: message.name.clone(),
        thread_link: thread_token::link(platform, message.id),
        thread_code: thread_token::code(platform, message.id),
        quoted: Some(Quoted { text: quoted.0, created_at: platform.settings.get().hours.moment(quoted.1, None) }),
    };
    Mail::new(&message.email, &letter)
        .about((Entity::Message, message.id))
        .in_thread(thread)
        .by_a_person()
        .due(answer.held_until)
        .row(platform)
}
