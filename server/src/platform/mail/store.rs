//! Queries of the outbox.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use database::entity::outbox::{self, Lane, State};
use sea_orm::sea_query::{Alias, Asterisk, Condition, Expr, ExprTrait as _, Func, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fault::Fault;
use super::outbox::Refusal;
use crate::ids::first_of;
use crate::platform::auth::Caller;
use crate::platform::entity::Entity;
use crate::storage::COUNT_LIMIT;

/// Attempts up to which a mail that met a silent server is hurried.
const HURRIED: i32 = 5;

/// The delivery status of an email.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailState {
    pub state: State,
    pub attempts: i32,
    pub last_error: Option<String>,
    pub sent_at: Option<DateTime<Utc>>,
}

impl From<outbox::Model> for MailState {
    fn from(mail: outbox::Model) -> Self {
        Self { state: mail.state, attempts: mail.attempts, last_error: mail.last_error, sent_at: mail.sent_at }
    }
}

/// A mail that is due, or whose worker died with it.
fn is_due(now: DateTime<Utc>) -> Condition {
    Condition::any()
        .add(Condition::all().add(outbox::Column::State.eq(State::Pending)).add(outbox::Column::NextAttemptAt.lte(now)))
        .add(Condition::all().add(outbox::Column::State.eq(State::Sending)).add(outbox::Column::LeaseUntil.lt(now)))
}

/// Leases mails that are due. The update repeats the condition, so that of two workers one gets each mail.
pub(super) async fn lease(
    conn: &impl ConnectionTrait,
    lane: Lane,
    owner: Uuid,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<outbox::Model>, DbErr> {
    let ids: Vec<Uuid> = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Id)
        .filter(outbox::Column::Lane.eq(lane))
        .filter(is_due(now))
        .order_by_asc(outbox::Column::NextAttemptAt)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(State::Sending))
        .col_expr(outbox::Column::Attempts, Expr::col(outbox::Column::Attempts).add(1))
        .col_expr(outbox::Column::LeaseOwner, Expr::value(owner))
        .col_expr(outbox::Column::LeaseUntil, Expr::value(until))
        .filter(outbox::Column::Id.is_in(ids))
        .filter(is_due(now))
        .exec_with_returning(conn)
        .await
}

/// Ends the lease of mails that were not tried.
pub(super) async fn give_back(conn: &impl ConnectionTrait, ids: Vec<Uuid>, owner: Uuid) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(State::Pending))
        .col_expr(outbox::Column::Attempts, Expr::col(outbox::Column::Attempts).sub(1))
        .col_expr(outbox::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(outbox::Column::Id.is_in(ids))
        .filter(outbox::Column::LeaseOwner.eq(owner))
        .filter(outbox::Column::State.eq(State::Sending))
        .exec(conn)
        .await
        .map(drop)
}

/// Takes back a mail that has not been tried. False if it is on its way or has left.
///
/// # Errors
/// The database is unavailable.
pub async fn stop(conn: &impl ConnectionTrait, id: Uuid) -> Result<bool, DbErr> {
    let stopped = outbox::Entity::delete_many()
        .filter(outbox::Column::Id.eq(id))
        .filter(outbox::Column::State.eq(State::Pending))
        .filter(outbox::Column::Attempts.eq(0))
        .exec(conn)
        .await?;
    Ok(stopped.rows_affected == 1)
}

/// Notes that the next server has it.
pub(super) async fn sent(conn: &impl ConnectionTrait, id: Uuid, owner: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(State::Sent))
        .col_expr(outbox::Column::SentAt, Expr::value(now))
        // What it said is delivered, and its links open things: nothing of that stays here.
        .col_expr(outbox::Column::Payload, Expr::value(serde_json::json!({})))
        .col_expr(outbox::Column::LastError, Expr::value(Option::<String>::None))
        .col_expr(outbox::Column::Fault, Expr::value(Option::<String>::None))
        .col_expr(outbox::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(outbox::Column::Id.eq(id))
        .filter(outbox::Column::LeaseOwner.eq(owner))
        .exec(conn)
        .await
        .map(drop)
}

/// Makes mails due that wait only because the mail server could not be reached or did not know us: it has just taken
/// one. A server can be silent about a single mail as well, so such a mail is hurried a few times only.
pub(super) async fn hurry(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
    let of_way = outbox::Column::Fault.is_in(Fault::OF_WAY.map(Fault::name));
    let silent = outbox::Column::Fault.eq(Fault::Silent.name()).and(outbox::Column::Attempts.lt(HURRIED));
    outbox::Entity::update_many()
        .col_expr(outbox::Column::NextAttemptAt, Expr::value(now))
        .filter(outbox::Column::State.eq(State::Pending))
        .filter(outbox::Column::NextAttemptAt.gt(now))
        .filter(Condition::any().add(of_way).add(silent))
        .exec(conn)
        .await
        .map(drop)
}

/// Notes that it was not taken: it waits, or is given up.
pub(super) async fn refused(
    conn: &impl ConnectionTrait,
    id: Uuid,
    owner: Uuid,
    refusal: &Refusal,
) -> Result<(), DbErr> {
    let again = refusal.again;
    let state = if again.is_some() { State::Pending } else { State::Failed };
    let mut update = outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(state))
        .col_expr(outbox::Column::LastError, Expr::value(&refusal.reason))
        .col_expr(outbox::Column::Fault, Expr::value(refusal.fault.name()))
        .col_expr(outbox::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None));
    if let Some(again) = again {
        update = update.col_expr(outbox::Column::NextAttemptAt, Expr::value(again));
    }
    update.filter(outbox::Column::Id.eq(id)).filter(outbox::Column::LeaseOwner.eq(owner)).exec(conn).await.map(drop)
}

/// Until when the next mail has to wait, if one does.
pub(super) async fn next_due(conn: &impl ConnectionTrait, lane: Lane) -> Result<Option<DateTime<Utc>>, DbErr> {
    let next: Option<Option<DateTime<Utc>>> = outbox::Entity::find()
        .select_only()
        .column_as(outbox::Column::NextAttemptAt.min(), "next")
        .filter(outbox::Column::Lane.eq(lane))
        .filter(outbox::Column::State.eq(State::Pending))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(next.flatten())
}

/// True when a mail that was due before then has not been delivered yet, though nobody has given it up.
pub(super) async fn waits_since(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<bool, DbErr> {
    let first: Option<Uuid> = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Id)
        .filter(outbox::Column::State.is_in([State::Pending, State::Sending]))
        .filter(outbox::Column::DueAt.lt(before))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(first.is_some())
}

/// Mails that were given up, the newest first.
pub(super) async fn failed(
    conn: &impl ConnectionTrait,
    which: Condition,
    limit: u64,
) -> Result<Vec<outbox::Model>, DbErr> {
    outbox::Entity::find()
        .filter(outbox::Column::State.eq(State::Failed))
        .filter(which)
        .order_by_desc(outbox::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}

/// Mails that a person may know of: those about things that they may see. One that is about nothing that this version
/// knows is a mail and no more.
pub(super) fn seen_by(caller: &Caller) -> Condition {
    let kind = outbox::Column::EntityType;
    let mut which =
        Condition::any().add(kind.is_in(Entity::names_for(caller)).and(outbox::Column::EntityId.is_not_null()));
    if caller.may(Entity::Mail.needs()) {
        let unknown = kind.is_null().or(outbox::Column::EntityId.is_null());
        which = which.add(unknown.or(kind.is_not_in(Entity::ALL.map(Entity::name))));
    }
    which
}

/// Makes failed mails due again; answers how many there were.
pub(super) async fn retry(conn: &impl ConnectionTrait, which: Condition, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let done = outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(State::Pending))
        .col_expr(outbox::Column::Attempts, Expr::value(0))
        .col_expr(outbox::Column::Fault, Expr::value(Option::<String>::None))
        .col_expr(outbox::Column::NextAttemptAt, Expr::value(now))
        .col_expr(outbox::Column::DueAt, Expr::value(now))
        .filter(which)
        .filter(outbox::Column::State.eq(State::Failed))
        .exec(conn)
        .await?;
    Ok(done.rows_affected)
}

/// Makes the failed mails about one entity due again.
pub async fn retry_of_entity(conn: &impl ConnectionTrait, entity: Uuid, now: DateTime<Utc>) -> Result<u64, DbErr> {
    retry(conn, Condition::all().add(outbox::Column::EntityId.eq(entity)), now).await
}

/// How far the deliveries of these mails are.
pub async fn states(conn: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashMap<Uuid, MailState>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mails = outbox::Entity::find().filter(outbox::Column::Id.is_in(ids)).all(conn).await?;
    Ok(mails.into_iter().map(|mail| (mail.id, mail.into())).collect())
}

/// Mails that are over and were made before a moment, the oldest first. Nearly all old ones are over, so their ids are
/// walked: the index of states would gather every mail that was ever sent.
pub fn over_since(before: DateTime<Utc>) -> Select<outbox::Entity> {
    outbox::Entity::find()
        .filter(outbox::Column::Id.lt(first_of(before)))
        .filter(outbox::Column::State.is_not_in([State::Pending, State::Sending]))
        .order_by_asc(outbox::Column::Id)
}

/// How many mails the clean-up would delete, at most `limit`.
pub async fn count_before(conn: &impl ConnectionTrait, before: DateTime<Utc>, limit: u64) -> Result<u64, DbErr> {
    let some = over_since(before).select_only().column(outbox::Column::Id).limit(limit);
    let ids: Vec<Uuid> = some.into_tuple().all(conn).await?;
    Ok(ids.len() as u64)
}

fn at_rest(entities: Vec<Uuid>) -> Condition {
    Condition::all().add(outbox::Column::EntityId.is_in(entities)).add(outbox::Column::State.ne(State::Sending))
}

/// Deletes the mails about these entities, as [`delete_of_entities`] does; returns what they were.
pub async fn take_of_entities(conn: &impl ConnectionTrait, entities: Vec<Uuid>) -> Result<Vec<outbox::Model>, DbErr> {
    outbox::Entity::delete_many().filter(at_rest(entities)).exec_with_returning(conn).await
}

/// Deletes the mails about these entities. What is being sent at this moment cannot be called back; its row stays until
/// the clean-up of mails.
pub async fn delete_of_entities(conn: &impl ConnectionTrait, entities: Vec<Uuid>) -> Result<u64, DbErr> {
    let done = outbox::Entity::delete_many().filter(at_rest(entities)).exec(conn).await?;
    Ok(done.rows_affected)
}

/// Deletes mails of these kinds about an entity that have not left; returns what they were. What is being sent at this
/// moment cannot be called back.
pub async fn take_unsent(
    conn: &impl ConnectionTrait,
    entity: Uuid,
    templates: &[&str],
) -> Result<Vec<outbox::Model>, DbErr> {
    let waiting = outbox::Entity::delete_many()
        .filter(outbox::Column::EntityId.eq(entity))
        .filter(outbox::Column::State.eq(State::Pending))
        .filter(outbox::Column::Template.is_in(templates.iter().copied()));
    waiting.exec_with_returning(conn).await
}

/// A worker that dies gives its mails back after this time.
pub(super) const LEASE: Duration = Duration::minutes(2);

/// True if a mail was given up and nobody has sent it again.
pub(super) async fn any_failed(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let failed = outbox::Entity::find().select_only().column(outbox::Column::Id);
    let first: Option<Uuid> = failed.filter(outbox::Column::State.eq(State::Failed)).into_tuple().one(conn).await?;
    Ok(first.is_some())
}

/// How many mails were given up, at most 1,000.
pub async fn failed_count(conn: &impl ConnectionTrait, caller: &Caller) -> Result<u64, DbErr> {
    let some = Query::select()
        .column(outbox::Column::Id)
        .from(outbox::Entity)
        .and_where(outbox::Column::State.eq(State::Failed))
        .cond_where(seen_by(caller))
        .limit(COUNT_LIMIT)
        .take();
    let count = Query::select()
        .expr_as(Func::count(Expr::col(Asterisk)), Alias::new("number"))
        .from_subquery(some, Alias::new("failed"))
        .take();
    let number: i64 = conn.query_one(&count).await?.map(|row| row.try_get("", "number")).transpose()?.unwrap_or(0);
    Ok(u64::try_from(number).unwrap_or(0))
}
