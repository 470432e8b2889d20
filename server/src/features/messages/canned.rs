//! Canned replies: texts with variables that the dashboard fills in.

use axum::extract::State;
use chrono::{DateTime, Utc};
use database::entity::canned_replies::{Column, Entity, Model};
use sea_orm::{ActiveModelTrait as _, EntityTrait, IntoActiveModel as _, QueryOrder as _, QuerySelect as _, Set};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::valid::Check;
use crate::http::{
    Created, Data, Envelope, Id, IfMatch, Json, Listed, Nothing, Paging, Problem, Query, RequestInfo, Tagged,
};
use crate::platform::audit::{Changes, Entry};
use crate::platform::auth::{Caller, demand_either};
use crate::platform::entity;
use crate::platform::idempotency::{self, Claim};
use crate::platform::permission::Permission;
use crate::secrets::sha256_hex;
use crate::storage::Page;

/// What may stand between `{{` and `}}`.
const VARIABLES: [&str; 5] = ["client.name", "client.firstName", "staff.name", "firm.name", "message.service"];

/// Whoever writes to clients has these replies, by mail or in a chat.
const WRITERS: &[Permission] = &[Permission::Messages, Permission::Chats];

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand_either(WRITERS, routes!(list_canned_replies, create_canned_reply)))
        .routes(demand_either(WRITERS, routes!(get_canned_reply, change_canned_reply, delete_canned_reply)))
}

/// A canned reply.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CannedReply {
    pub id: Uuid,
    pub title: String,
    /// What to type after `;` to find it.
    pub shortcut: String,
    /// Can contain `{{client.name}}`, `{{client.firstName}}`, `{{staff.name}}`, `{{firm.name}}` and
    /// `{{message.service}}`.
    pub content: String,
    /// Send it as `If-Match` with a change.
    pub etag: String,
    pub updated_at: DateTime<Utc>,
}

impl From<Model> for CannedReply {
    fn from(row: Model) -> Self {
        let etag = etag(&row);
        Self {
            id: row.id,
            title: row.title,
            shortcut: row.shortcut,
            content: row.content,
            etag,
            updated_at: row.updated_at,
        }
    }
}

/// One canned reply with its version.
fn shown(row: Model) -> Tagged<Data<CannedReply>> {
    Tagged { etag: etag(&row), answer: Data(row.into()) }
}

/// A digest of what can be edited.
fn etag(row: &Model) -> String {
    format!("\"{}\"", &sha256_hex(json!([row.title, row.shortcut, row.content]).to_string())[..24])
}

/// A new canned reply.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCannedReply {
    pub title: String,
    pub shortcut: String,
    pub content: String,
}

/// Changes to a canned reply.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CannedReplyPatch {
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub shortcut: Option<String>,
    #[serde(default)]
    pub content: Option<String>,
}

/// Lists canned replies, sorted by shortcut, page by page.
#[utoipa::path(get, path = "/api/admin/canned-replies", tag = "messages", params(Paging),
    responses((status = 200, body = Envelope<Vec<CannedReply>>), (status = 422, body = Problem)))]
async fn list_canned_replies(State(app): State<App>, Query(paging): Query<Paging>) -> Result<Listed<CannedReply>> {
    let (cursor, limit) = paging.read()?;
    let rows = Entity::find().order_by_asc(Column::Shortcut).all(app.storage.read()).await?;
    Ok(Listed(Page::within(rows, cursor, limit, |row| row.id).map(Into::into)))
}

/// Adds a canned reply.
#[utoipa::path(post, path = "/api/admin/canned-replies", tag = "messages", request_body = NewCannedReply,
    responses((status = 201, body = Envelope<CannedReply>), (status = 422, body = Problem)))]
async fn create_canned_reply(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Json(new): Json<NewCannedReply>,
) -> Result<Tagged<Created<CannedReply>>> {
    let now = app.clock.now();
    let row = checked(Model {
        id: app.ids.next(now),
        title: new.title,
        shortcut: new.shortcut,
        content: new.content,
        updated_by: Some(caller.staff_id),
        updated_at: now,
    })?;
    let changes = Changes::none().fact("shortcut", &row.shortcut);
    let entry = entry(&app, &caller, &info, "canned_reply.created", row.id, changes);
    let location = format!("/api/admin/canned-replies/{}", row.id);
    let answer = Created { location, data: row.clone().into(), message: None };
    let created = Tagged { etag: etag(&row), answer };
    let kept = claim.row(&created)?;
    app.storage
        .write((row, entry, kept), |tx, (row, entry, kept)| {
            Box::pin(async move {
                idempotency::write(tx.conn(), kept.as_ref()).await?;
                tx.audit(entry.clone());
                row.clone().into_active_model().insert(tx.conn()).await.map_err(taken)?;
                Ok(())
            })
        })
        .await?;
    Ok(created)
}

/// Returns one canned reply.
#[utoipa::path(get, path = "/api/admin/canned-replies/{id}", tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<CannedReply>), (status = 404, body = Problem)))]
async fn get_canned_reply(State(app): State<App>, Id(id): Id) -> Result<Tagged<Data<CannedReply>>> {
    Ok(shown(Entity::find_by_id(id).one(app.storage.read()).await?.ok_or(Error::NotFound)?))
}

/// Changes a canned reply. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(patch, path = "/api/admin/canned-replies/{id}", tag = "messages", params(("id" = Uuid, Path)), request_body = CannedReplyPatch,
    responses((status = 200, body = Envelope<CannedReply>), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change_canned_reply(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    Json(patch): Json<CannedReplyPatch>,
) -> Result<Tagged<Data<CannedReply>>> {
    let now = app.clock.now();
    let by = caller.staff_id;
    let act = (app.clone(), caller, info);
    let changed = app
        .storage
        .write((patch, act, seen), move |tx, (patch, (app, caller, info), seen)| {
            Box::pin(async move {
                let row = Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?.ok_or(Error::NotFound)?;
                seen.check(&etag(&row))?;
                let next = checked(Model {
                    title: patch.title.clone().unwrap_or_else(|| row.title.clone()),
                    shortcut: patch.shortcut.clone().unwrap_or_else(|| row.shortcut.clone()),
                    content: patch.content.clone().unwrap_or_else(|| row.content.clone()),
                    updated_by: Some(by),
                    updated_at: now,
                    id,
                })?;
                let changes = Changes::none()
                    .field("title", &row.title, &next.title)
                    .field("shortcut", &row.shortcut, &next.shortcut)
                    .field("content", &row.content, &next.content);
                let mut change = row.into_active_model();
                change.title = Set(next.title);
                change.shortcut = Set(next.shortcut);
                change.content = Set(next.content);
                change.updated_by = Set(next.updated_by);
                change.updated_at = Set(now);
                tx.audit(entry(app, caller, info, "canned_reply.changed", id, changes));
                change.update(tx.conn()).await.map_err(taken)
            })
        })
        .await?;
    Ok(shown(changed))
}

/// Deletes a canned reply. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(delete, path = "/api/admin/canned-replies/{id}", tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn delete_canned_reply(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
) -> Result<Data<Nothing>> {
    let act = (app.clone(), caller, info);
    app.storage
        .write((act, seen), move |tx, ((app, caller, info), seen)| {
            Box::pin(async move {
                let row = Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?.ok_or(Error::NotFound)?;
                seen.check(&etag(&row))?;
                let changes = Changes::none().field("shortcut", &row.shortcut, Option::<String>::None);
                Entity::delete_by_id(id).exec(tx.conn()).await?;
                tx.audit(entry(app, caller, info, "canned_reply.deleted", id, changes));
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

fn checked(mut row: Model) -> Result<Model> {
    let mut check = Check::new();
    let title = check.line("title", &row.title, 80, "Give it a title.");
    let shortcut = check.line("shortcut", &row.shortcut, 30, "Give it a shortcut.").to_lowercase();
    let content = check.text("content", &row.content, 10_000, "Enter the text.");
    if shortcut.contains(char::is_whitespace) || shortcut.contains(';') {
        check.refuse("shortcut", "invalid", "A shortcut is one word without a semicolon.");
    }
    if let Some(unknown) = unknown_variable(&content) {
        check.refuse(
            "content",
            "invalid",
            format!(
                "{{{{{unknown}}}}} is not known. There are: {}.",
                VARIABLES.map(|it| format!("{{{{{it}}}}}")).join(", ")
            ),
        );
    }
    check.done()?;
    (row.title, row.shortcut, row.content) = (title, shortcut, content);
    Ok(row)
}

fn unknown_variable(content: &str) -> Option<&str> {
    content
        .split("{{")
        .skip(1)
        .map(|rest| rest.split_once("}}").map_or(rest, |(name, _)| name).trim())
        .find(|name| !VARIABLES.contains(name))
}

fn taken(error: sea_orm::DbErr) -> Error {
    Error::from(error).on_unique(|| Error::field("shortcut", "taken", "Another canned reply has this shortcut."))
}

fn entry(
    app: &App,
    caller: &Caller,
    info: &RequestInfo,
    action: &'static str,
    id: Uuid,
    changes: Changes,
) -> database::entity::audit_logs::Model {
    Entry { actor: Some(caller.staff_id), action, entity: (entity::Entity::CannedReply, Some(id)), changes, from: info }
        .row(&app.ids, app.clock.now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_variables_are_found() {
        assert_eq!(unknown_variable("Hello {{ client.name }}, {{firm.name}}"), None);
        assert_eq!(unknown_variable("Hello {{client.age}}"), Some("client.age"));
        assert_eq!(unknown_variable("Hello {{"), Some(""));
    }
}
