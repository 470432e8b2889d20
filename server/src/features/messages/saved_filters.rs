//! Filters of the inbox that people keep under a name, for themselves or for everyone.

use axum::extract::State;
use chrono::{DateTime, Utc};
use database::entity::saved_filters::{Column, Entity, Model};
use sea_orm::sea_query::Condition;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::valid::Check;
use crate::http::{All, Created, Data, Envelope, Id, Json, Nothing, Problem, RequestInfo};
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{Caller, demand_in_person};
use crate::platform::entity::Entity as Kind;
use crate::platform::idempotency::{self, Claim};
use crate::platform::permission::Permission;
use crate::storage::Tx;

/// Filters that one person can keep.
const MOST: u64 = 50;
/// What may stand in the address of the list.
const NAMES: [&str; 9] = ["view", "status", "service", "assignedTo", "tag", "from", "to", "q", "sort"];

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand_in_person(Permission::Messages, routes!(list_saved_filters, create_saved_filter)))
        .routes(demand_in_person(Permission::Messages, routes!(change_saved_filter, delete_saved_filter)))
}

/// Filters of the inbox under a name.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SavedFilter {
    pub id: Uuid,
    pub name: String,
    /// As it stands in the address of the dashboard's list: `view=all&tag=urgent`.
    pub query: String,
    /// Everyone who may see messages has it, and may change it.
    pub shared: bool,
    /// You saved it.
    pub own: bool,
    pub created_at: DateTime<Utc>,
}

impl SavedFilter {
    fn of(row: Model, me: Uuid) -> Self {
        let own = row.staff_id == me;
        Self { id: row.id, name: row.name, query: row.query, shared: row.is_shared, own, created_at: row.created_at }
    }
}

/// Filters to save.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSavedFilter {
    /// At most 60 characters.
    pub name: String,
    /// Some of `view status service assignedTo tag from to q sort`, as in an address. At most 1,000 characters.
    pub query: String,
    #[serde(default)]
    pub shared: bool,
}

/// Changes to a saved filter. Fields that are left out stay unchanged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedFilterPatch {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub query: Option<String>,
    #[serde(default)]
    pub shared: Option<bool>,
}

/// Lists your saved filters and those of everyone, by name.
#[utoipa::path(get, path = "/api/admin/saved-filters", tag = "messages", responses((status = 200, body = Envelope<Vec<SavedFilter>>)))]
async fn list_saved_filters(State(app): State<App>, caller: Caller) -> Result<All<SavedFilter>> {
    let me = caller.staff_id;
    let rows = Entity::find().filter(known_to(me)).order_by_asc(Column::Name).order_by_asc(Column::Id);
    let rows = rows.all(app.storage.read()).await?;
    Ok(All::of(rows.into_iter().map(|row| SavedFilter::of(row, me)).collect()))
}

/// Saves filters under a name.
#[utoipa::path(post, path = "/api/admin/saved-filters", tag = "messages", request_body = NewSavedFilter,
    responses((status = 201, body = Envelope<SavedFilter>), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_saved_filter(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Json(new): Json<NewSavedFilter>,
) -> Result<Created<SavedFilter>> {
    let act = Act::new(&app, caller, info);
    let row = checked(Model {
        id: app.ids.next(act.now),
        staff_id: act.caller.staff_id,
        name: new.name,
        query: new.query,
        is_shared: new.shared,
        created_at: act.now,
    })?;
    let location = format!("/api/admin/saved-filters/{}", row.id);
    let data = SavedFilter::of(row.clone(), row.staff_id);
    let created = Created { location, data, message: None };
    let kept = claim.row(&created)?;
    app.storage
        .write((act, row, kept), |tx, (act, row, kept)| {
            Box::pin(async move {
                idempotency::write(tx.conn(), kept.as_ref()).await?;
                let own = Entity::find().filter(Column::StaffId.eq(row.staff_id)).count(tx.conn()).await?;
                if own >= MOST {
                    return Err(Error::Conflict(format!("You can save at most {MOST} filters.").into()));
                }
                row.clone().into_active_model().insert(tx.conn()).await?;
                note(tx, act, "saved_filter.created", None, Some(row));
                Ok(())
            })
        })
        .await?;
    Ok(created)
}

/// Changes a saved filter: one of yours, or one that is shared.
#[utoipa::path(patch, path = "/api/admin/saved-filters/{id}", tag = "messages", params(("id" = Uuid, Path)), request_body = SavedFilterPatch,
    responses((status = 200, body = Envelope<SavedFilter>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn change_saved_filter(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
    Json(patch): Json<SavedFilterPatch>,
) -> Result<Data<SavedFilter>> {
    let act = Act::new(&app, caller, info);
    let me = act.caller.staff_id;
    let row = app
        .storage
        .write((act, patch), move |tx, (act, patch)| {
            Box::pin(async move {
                let row = locked(tx.conn(), me, id).await?.ok_or(Error::NotFound)?;
                let next = checked(Model {
                    name: patch.name.clone().unwrap_or_else(|| row.name.clone()),
                    query: patch.query.clone().unwrap_or_else(|| row.query.clone()),
                    is_shared: patch.shared.unwrap_or(row.is_shared),
                    ..row.clone()
                })?;
                let mut change = row.clone().into_active_model();
                change.name = Set(next.name.clone());
                change.query = Set(next.query.clone());
                change.is_shared = Set(next.is_shared);
                change.update(tx.conn()).await?;
                note(tx, act, "saved_filter.changed", Some(&row), Some(&next));
                Ok(next)
            })
        })
        .await?;
    Ok(Data(SavedFilter::of(row, me)))
}

/// Deletes a saved filter: one of yours, or one that is shared.
#[utoipa::path(delete, path = "/api/admin/saved-filters/{id}", tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem)))]
async fn delete_saved_filter(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
) -> Result<Data<Nothing>> {
    let act = Act::new(&app, caller, info);
    let me = act.caller.staff_id;
    app.storage
        .write(act, move |tx, act| {
            Box::pin(async move {
                let row = locked(tx.conn(), me, id).await?.ok_or(Error::NotFound)?;
                Entity::delete_by_id(id).exec(tx.conn()).await?;
                note(tx, act, "saved_filter.deleted", Some(&row), None);
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

fn known_to(person: Uuid) -> Condition {
    Condition::any().add(Column::StaffId.eq(person)).add(Column::IsShared.eq(true))
}

async fn locked(conn: &impl ConnectionTrait, me: Uuid, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(known_to(me)).lock_exclusive().one(conn).await
}

/// Notes what is done to filters that others have as well. What people keep for themselves is nobody else's business.
fn note(tx: &Tx<'_>, act: &Act, action: &'static str, before: Option<&Model>, after: Option<&Model>) {
    let [before, after] = [before, after].map(|row| row.filter(|row| row.is_shared));
    if before.is_none() && after.is_none() {
        return;
    }
    let changes = Changes::none().field("name", before.map(|row| &row.name), after.map(|row| &row.name)).field(
        "query",
        before.map(|row| &row.query),
        after.map(|row| &row.query),
    );
    act.note_all(tx, action, Kind::Inbox, changes);
    tx.publish(Kind::Inbox.notice("filters_changed", None));
}

fn checked(mut row: Model) -> Result<Model> {
    let mut check = Check::new();
    row.name = check.line("name", &row.name, 60, "Give it a name.");
    row.query = check.optional_line("query", Some(row.query.trim_start_matches('?')), 1_000).unwrap_or_default();
    if let Some((name, _)) = url::form_urlencoded::parse(row.query.as_bytes()).find(|(name, _)| !is_filter(name)) {
        check.refuse("query", "invalid", format!("“{name}” is not a filter. There are: {}.", NAMES.join(", ")));
    }
    check.done()?;
    Ok(row)
}

fn is_filter(name: &str) -> bool {
    NAMES.contains(&name)
}
