//! Reading, changing and ordering the rules.

use axum::extract::State;
use database::entity::message_rules::{Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait as _, EntityTrait, IntoActiveModel as _, PaginatorTrait as _, QueryOrder as _, QuerySelect as _,
    Set,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::CHANGED;
use super::rule::{MessageRule, MessageRulePatch, NewMessageRule, checked, etag, fields, one_a_line, without_content};
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::messages::change::check_person;
use crate::http::{All, Created, Data, Envelope, Id, IfMatch, Json, Nothing, Problem, RequestInfo, Tagged};
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{Caller, demand};
use crate::platform::entity::Entity as Kind;
use crate::platform::idempotency::{self, Claim};
use crate::platform::permission::Permission;
use crate::platform::staff as people;
use crate::storage::Tx;

/// Rules that there can be: all of them are asked about every message.
const MOST: u64 = 100;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand(Permission::Messages, routes!(list_rules, create_rule)))
        .routes(demand(Permission::Messages, routes!(order_rules)))
        .routes(demand(Permission::Messages, routes!(change_rule, delete_rule)))
}

/// The order in which rules are asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleOrder {
    /// The id of every rule, once.
    pub ids: Vec<Uuid>,
}

/// Lists all rules, in the order in which they are asked.
#[utoipa::path(get, path = "/api/admin/message-rules", tag = "messages", responses((status = 200, body = Envelope<Vec<MessageRule>>)))]
async fn list_rules(State(app): State<App>) -> Result<All<MessageRule>> {
    let rows = Entity::find().order_by_asc(Column::Position).all(app.storage.read()).await?;
    let (names, settings) = (people::names(&app).await?, app.settings.get());
    Ok(All::of(rows.into_iter().map(|row| MessageRule::of(row, &names, &settings)).collect()))
}

/// Adds a rule after the others. It applies to messages that come from now on.
#[utoipa::path(post, path = "/api/admin/message-rules", tag = "messages", request_body = NewMessageRule,
    responses((status = 201, body = Envelope<MessageRule>), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_rule(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Json(new): Json<NewMessageRule>,
) -> Result<Tagged<Created<MessageRule>>> {
    let act = Act::new(&app, caller, info);
    let row = Model {
        id: app.ids.next(act.now),
        position: 0,
        name: new.name,
        is_active: new.is_active.unwrap_or(true),
        service: new.service,
        words: one_a_line(&new.words),
        hours: new.hours,
        assign_to: new.assign_to,
        tags: one_a_line(&new.tags),
        status: new.status,
        updated_by: Some(act.caller.staff_id),
        updated_at: act.now,
    };
    let row = checked(row, &app.settings.get())?;
    check_person(app.storage.read(), "assignTo", row.assign_to).await?;
    let answer = Created {
        location: format!("/api/admin/message-rules/{}", row.id),
        data: MessageRule::of(row.clone(), &*people::names(&app).await?, &app.settings.get()),
        message: None,
    };
    let created = Tagged { etag: etag(&row), answer };
    let kept = claim.row(&created)?;
    app.storage
        .write((act, row, kept), |tx, (act, row, kept)| {
            Box::pin(async move {
                idempotency::write(tx.conn(), kept.as_ref()).await?;
                if Entity::find().count(tx.conn()).await? >= MOST {
                    return Err(Error::Conflict(format!("There can be at most {MOST} rules.").into()));
                }
                let last = Entity::find().order_by_desc(Column::Position).lock_exclusive().one(tx.conn()).await?;
                let mut new = row.clone().into_active_model();
                new.position = Set(last.map_or(0, |rule| rule.position + 1));
                new.insert(tx.conn()).await?;
                act.note(tx, "message_rule.created", (Kind::MessageRule, row.id), fields(&without_content(row), row));
                announce(tx);
                Ok(())
            })
        })
        .await?;
    Ok(created)
}

/// Changes a rule. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(patch, path = "/api/admin/message-rules/{id}", tag = "messages", params(("id" = Uuid, Path)), request_body = MessageRulePatch,
    responses((status = 200, body = Envelope<MessageRule>), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change_rule(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    Json(patch): Json<MessageRulePatch>,
) -> Result<Tagged<Data<MessageRule>>> {
    let act = Act::new(&app, caller, info);
    let settings = app.settings.get();
    let changed = app
        .storage
        .write((act, patch, seen, settings.clone()), move |tx, (act, patch, seen, settings)| {
            Box::pin(async move {
                let row = Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?.ok_or(Error::NotFound)?;
                seen.check(&etag(&row))?;
                let next = checked(patch.applied_to(row.clone()), settings)?;
                // Somebody who has left since may stay in a rule: it assigns to nobody.
                if next.assign_to != row.assign_to {
                    check_person(tx.conn(), "assignTo", next.assign_to).await?;
                }
                let mut change = next.clone().into_active_model().reset_all();
                change.updated_by = Set(Some(act.caller.staff_id));
                change.updated_at = Set(act.now);
                let saved = change.update(tx.conn()).await?;
                act.note(tx, "message_rule.changed", (Kind::MessageRule, id), fields(&row, &next));
                announce(tx);
                Ok(saved)
            })
        })
        .await?;
    let etag = etag(&changed);
    Ok(Tagged { etag, answer: Data(MessageRule::of(changed, &*people::names(&app).await?, &settings)) })
}

/// Deletes a rule. Messages that it sorted stay as they are. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(delete, path = "/api/admin/message-rules/{id}", tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn delete_rule(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
) -> Result<Data<Nothing>> {
    let act = Act::new(&app, caller, info);
    app.storage
        .write((act, seen), move |tx, (act, seen)| {
            Box::pin(async move {
                let row = Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?.ok_or(Error::NotFound)?;
                seen.check(&etag(&row))?;
                Entity::delete_by_id(id).exec(tx.conn()).await?;
                act.note(tx, "message_rule.deleted", (Kind::MessageRule, id), fields(&row, &without_content(&row)));
                announce(tx);
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

/// Sets the order in which rules are asked.
#[utoipa::path(put, path = "/api/admin/message-rules/order", tag = "messages", request_body = RuleOrder,
    responses((status = 200, body = Envelope<Nothing>), (status = 409, body = Problem)))]
async fn order_rules(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Json(order): Json<RuleOrder>,
) -> Result<Data<Nothing>> {
    let act = Act::new(&app, caller, info);
    app.storage
        .write((act, order.ids), |tx, (act, ids)| {
            Box::pin(async move {
                let rows = Entity::find().order_by_asc(Column::Id).lock_exclusive().all(tx.conn()).await?;
                let mut wanted = ids.clone();
                wanted.sort_unstable();
                if !rows.iter().map(|row| row.id).eq(wanted) {
                    return Err(Error::Conflict("The rules have changed since. Load them again.".into()));
                }
                for row in rows {
                    let at = ids.iter().position(|id| *id == row.id).unwrap_or_default();
                    let mut change = row.into_active_model();
                    change.position = Set(i32::try_from(at).map_err(Error::internal)?);
                    change.update(tx.conn()).await?;
                }
                act.note_all(tx, "message_rules.ordered", Kind::MessageRule, Changes::none());
                announce(tx);
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

fn announce(tx: &Tx<'_>) {
    tx.publish(Kind::Inbox.notice(CHANGED, None));
}
