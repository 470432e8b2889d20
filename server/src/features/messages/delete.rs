//! Deleting messages by hand, and bringing them back for a while.

use std::collections::{BTreeSet, HashSet};

use axum::extract::State;
use chrono::Duration;
use database::entity::messages::{Column, Entity, Model};
use database::entity::{message_notes, message_reads, message_replies, message_tags, notifications, outbox};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::undo::{self, Undone};
use super::{change, expiry, store, tally};
use crate::app::App;
use crate::error::Result;
use crate::http::valid::Check;
use crate::http::{Data, Envelope, Json, Problem, RequestInfo};
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{Caller, demand_in_person, recently_proven};
use crate::platform::idempotency::Claim;
use crate::platform::permission::Permission;
use crate::platform::staff as people;
use crate::platform::{entity, files, mail, notices};
use crate::storage::Tx;

/// How long deleted messages can be brought back: longer than a change, since nothing else brings them back.
pub const TIME: Duration = Duration::seconds(30);
/// Their files stay a little longer, so that none is gone when they come back at the last moment.
const FILES_STAY: Duration = Duration::seconds(90);

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(demand_in_person(Permission::Messages, recently_proven(routes!(delete_messages))))
}

/// Messages to delete.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Deletion {
    /// At most 100.
    pub ids: Vec<Uuid>,
}

/// The result of a deletion.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deleted {
    /// Messages that were there.
    pub deleted: usize,
    /// Brings all of them back, within 30 seconds; null if none was there.
    pub undo_id: Option<Uuid>,
}

/// Everything that goes with messages, as it is brought back.
#[derive(Default, Serialize, Deserialize)]
pub struct Gone {
    messages: Vec<Model>,
    replies: Vec<message_replies::Model>,
    notes: Vec<message_notes::Model>,
    tags: Vec<message_tags::Model>,
    reads: Vec<message_reads::Model>,
    mails: Vec<outbox::Model>,
    notices: Vec<notifications::Model>,
    /// Those of the messages that are sample data.
    samples: BTreeSet<Uuid>,
}

/// Deletes messages with their replies, notes and tags, and with emails that have not been sent yet.
#[utoipa::path(post, path = "/api/admin/messages/delete", tag = "messages", request_body = Deletion,
    responses((status = 200, body = Envelope<Deleted>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn delete_messages(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Json(deletion): Json<Deletion>,
) -> Result<Data<Deleted>> {
    let mut check = Check::new();
    if deletion.ids.is_empty() || deletion.ids.len() > 100 {
        check.refuse("ids", "invalid", "Choose 1 to 100 messages.");
    }
    check.done()?;
    let act = Act::new(&app, caller, info);
    app.storage
        .write((act, deletion.ids, claim), |tx, (act, ids, claim)| {
            Box::pin(async move {
                let gone = take(tx, act, ids.clone()).await?;
                let deleted = gone.messages.len();
                let undo_id = if deleted == 0 { None } else { Some(undo::keep_gone(tx, act, gone).await?) };
                let done = Data(Deleted { deleted, undo_id });
                claim.keep(tx.conn(), &done).await?;
                Ok(done)
            })
        })
        .await
}

/// Deletes messages; returns what there was.
async fn take(tx: &Tx<'_>, act: &Act, ids: Vec<Uuid>) -> Result<Gone> {
    let conn = tx.conn();
    // In one order everywhere, so that two of these cannot wait for each other.
    let which = Entity::find().filter(Column::Id.is_in(ids)).order_by_asc(Column::Id).lock_exclusive();
    let messages = which.all(conn).await?;
    let ids: Vec<Uuid> = messages.iter().map(|message| message.id).collect();
    if ids.is_empty() {
        return Ok(Gone::default());
    }
    let of = message_replies::Column::MessageId.is_in(ids.clone());
    let replies = message_replies::Entity::find().filter(of).all(conn).await?;
    let of = message_notes::Column::MessageId.is_in(ids.clone());
    let notes = message_notes::Entity::find().filter(of).all(conn).await?;
    let of = message_tags::Column::MessageId.is_in(ids.clone());
    let tags = message_tags::Entity::find().filter(of).all(conn).await?;
    let of = message_reads::Column::MessageId.is_in(ids.clone());
    let reads = message_reads::Entity::find().filter(of).all(conn).await?;
    // A mail that is being sent stays where it is, so that it is not sent again.
    let mails = mail::take_of_entities(conn, ids.clone()).await?;
    let notices = notices::take_of_entities(conn, ids.clone()).await?;
    let samples = store::samples_among(conn, &ids).await?;
    expiry::delete(tx, ids.clone(), act.now + FILES_STAY).await?;
    for id in ids {
        act.note(tx, "message.deleted", (entity::Entity::Message, id), Changes::none());
        change::announce(tx, "message_changed", id);
    }
    Ok(Gone { messages, replies, notes, tags, reads, mails, notices, samples })
}

impl Gone {
    /// Leaves out sample data that was removed in the meantime, with all that goes with it; returns how many messages.
    fn leave_out(&mut self, removed: &BTreeSet<Uuid>) -> u64 {
        let before = self.messages.len();
        let stays = |id: &Uuid| !removed.contains(id);
        self.messages.retain(|row| stays(&row.id));
        self.replies.retain(|row| stays(&row.message_id));
        self.notes.retain(|row| stays(&row.message_id));
        self.tags.retain(|row| stays(&row.message_id));
        self.reads.retain(|row| stays(&row.message_id));
        self.mails.retain(|row| row.entity_id.as_ref().is_none_or(stays));
        self.notices.retain(|row| row.entity_id.as_ref().is_none_or(stays));
        (before - self.messages.len()) as u64
    }

    /// Leaves out what belongs to people who were deleted in the meantime.
    async fn leave_out_people(&mut self, conn: &impl ConnectionTrait) -> Result<()> {
        let there: HashSet<Uuid> = people::everybody(conn).await?.into_iter().map(|person| person.id).collect();
        self.replies.retain(|row| row.staff_id.is_none_or(|person| there.contains(&person)));
        self.notes.retain(|row| there.contains(&row.staff_id));
        self.reads.retain(|row| there.contains(&row.staff_id));
        Ok(())
    }
}

/// Brings deleted messages back as they were. Whoever has left since, or may not see messages any more, is given
/// nothing.
pub async fn bring_back(tx: &Tx<'_>, act: &Act, mut gone: Gone) -> Result<Undone> {
    let marked = store::samples_among(tx.conn(), &gone.samples.iter().copied().collect::<Vec<_>>()).await?;
    let removed = gone.samples.difference(&marked).copied().collect();
    let skipped = gone.leave_out(&removed);
    gone.leave_out_people(tx.conn()).await?;
    let Gone { mut messages, replies, notes, tags, reads, mails, notices, .. } = gone;
    let readers =
        change::who_can_be_given(tx.conn(), messages.iter().filter_map(|message| message.assigned_to)).await?;
    for message in &mut messages {
        message.assigned_to = message.assigned_to.filter(|person| readers.contains(person));
        tally::added(tx, &*message);
        act.note(tx, "message.restored", (entity::Entity::Message, message.id), Changes::none());
        change::announce(tx, "message_changed", message.id);
    }
    let restored = messages.len() as u64;
    let ids = messages.iter().map(|message| message.id).collect();
    files::keep_of(tx.conn(), entity::Entity::Message, ids, act.now).await?;
    insert::<Entity>(tx, messages).await?;
    insert::<message_replies::Entity>(tx, replies).await?;
    insert::<message_notes::Entity>(tx, notes).await?;
    insert::<message_tags::Entity>(tx, tags).await?;
    insert::<message_reads::Entity>(tx, reads).await?;
    tx.notify(notices);
    for mail in mails {
        tx.mail(mail);
    }
    Ok(Undone { restored, skipped })
}

/// Inserts rows, some at a time: engines bound the values of a statement.
async fn insert<E>(tx: &Tx<'_>, rows: Vec<E::Model>) -> Result<()>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::ActiveModel> + Clone,
{
    for some in rows.chunks(500) {
        let rows = some.iter().cloned().map(IntoActiveModel::into_active_model);
        E::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}
