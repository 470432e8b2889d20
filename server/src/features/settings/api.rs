//! Settings for staff.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{KEYS, Key};
use crate::app::App;
use crate::error::Result;
use crate::features::auth::{Caller, demand, signed_in};
use crate::features::staff::Permission;
use crate::http::{Envelope, Json, Ok, Problem, RequestInfo};

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand(Permission::Settings, routes!(get_schema)))
        .routes(demand(Permission::Settings, routes!(get_settings, patch_settings)))
        .routes(signed_in(routes!(list_services)))
}

/// Keys with their values.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = std::collections::HashMap<String, Value>)]
pub struct SettingValues(Map<String, Value>);

/// A service as a choice.
#[derive(Serialize, ToSchema)]
pub struct ServiceName {
    pub slug: String,
    pub name: String,
}

/// Every key with its form, bounds, default and help.
#[utoipa::path(get, path = "/api/admin/settings/schema", tag = "settings",
    responses((status = 200, body = Envelope<Vec<Key>>)))]
async fn get_schema() -> Ok<&'static [Key]> {
    Ok(&KEYS)
}

/// Every key with its value.
#[utoipa::path(get, path = "/api/admin/settings", tag = "settings",
    responses((status = 200, body = Envelope<SettingValues>)))]
async fn get_settings(State(app): State<App>) -> Ok<SettingValues> {
    Ok(SettingValues(app.settings.get().values.clone()))
}

/// Changes settings: the keys of the body get the values of the body, all or none.
#[utoipa::path(patch, path = "/api/admin/settings", tag = "settings", request_body = SettingValues,
    responses((status = 200, body = Envelope<SettingValues>), (status = 422, body = Problem)))]
async fn patch_settings(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Json(SettingValues(changes)): Json<SettingValues>,
) -> Result<Ok<SettingValues>> {
    let after = super::change(&app, Some(caller.staff_id), &info, changes).await?;
    Result::Ok(Ok(SettingValues(after.values.clone())))
}

/// The services by slug and name, for filters.
#[utoipa::path(get, path = "/api/admin/services", tag = "settings",
    responses((status = 200, body = Envelope<Vec<ServiceName>>)))]
async fn list_services(State(app): State<App>) -> Ok<Vec<ServiceName>> {
    let name = |service: &super::Service| ServiceName { slug: service.slug.clone(), name: service.name.clone() };
    Ok(app.settings.get().services.iter().map(name).collect())
}
