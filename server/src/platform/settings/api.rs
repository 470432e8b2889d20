//! Settings for staff.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Change, Group, Key, Registry, Snapshot, pictures};
use crate::error::{Error, Result};
use crate::http::{All, Data, Envelope, IfMatch, Json, Problem, RequestInfo, Tagged};
use crate::platform::Platform;
use crate::platform::auth::{Caller, demand, signed_in_or_token};
use crate::platform::permission::Permission;

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(demand(Permission::Settings, routes!(get_schema)))
        .routes(demand(Permission::Settings, routes!(get_settings, patch_settings)))
        .routes(demand(Permission::Settings, routes!(pictures::upload_picture)))
        .routes(demand(Permission::Settings, routes!(pictures::get_picture)))
        .routes(signed_in_or_token(routes!(list_services)))
}

/// What can be set.
#[derive(Serialize, ToSchema)]
pub struct SettingsSchema {
    /// In the order of the settings page.
    pub groups: Vec<Group>,
    pub keys: Vec<Key>,
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

/// Returns every group and key with its type, bounds, default and help. Keys that the caller cannot change are left
/// out.
#[utoipa::path(get, path = "/api/admin/settings/schema", tag = "settings",
    responses((status = 200, body = Envelope<SettingsSchema>)))]
async fn get_schema(State(platform): State<Platform>, caller: Caller) -> Data<SettingsSchema> {
    let registry = platform.settings.registry();
    Data(SettingsSchema {
        groups: registry.groups.iter().filter(|group| caller.may(group.needs)).cloned().collect(),
        keys: registry.keys.iter().filter(|key| caller.may(key.needs)).cloned().collect(),
    })
}

/// Returns every key with its value. The `ETag` is the version of all settings.
#[utoipa::path(get, path = "/api/admin/settings", tag = "settings",
    responses((status = 200, body = Envelope<SettingValues>)))]
async fn get_settings(State(platform): State<Platform>, caller: Caller) -> Tagged<Data<SettingValues>> {
    shown(platform.settings.registry(), &platform.settings.get(), &caller)
}

/// Changes settings: sets the keys in the body to their values, all or none. With `If-Match`, fails with 412 if any
/// setting has changed since. The schema says what else a key needs: a `sensitive` key needs a signed-in person who has
/// just confirmed their identity (`reauthentication_required`); a key with `changeNeeds` needs that permission.
#[utoipa::path(patch, path = "/api/admin/settings", tag = "settings", request_body = SettingValues,
    responses((status = 200, body = Envelope<SettingValues>), (status = 403, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
async fn patch_settings(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Json(SettingValues(values)): Json<SettingValues>,
) -> Result<Tagged<Data<SettingValues>>> {
    check_rights(&platform, &caller, &values)?;
    let change = Change { actor: Some(caller.staff_id), from: &info, values, seen };
    let after = super::change(&platform, change, |permission| caller.may(permission)).await?;
    Ok(shown(platform.settings.registry(), &after, &caller))
}

/// Settings that protect accounts and mailboxes require a present person, not just an open page, and nobody can use
/// them to gain access that they lack.
fn check_rights(platform: &Platform, caller: &Caller, values: &Map<String, Value>) -> Result<()> {
    let keys: Vec<&Key> = values.keys().filter_map(|name| platform.settings.registry().key(name)).collect();
    if let Some(key) = keys.iter().find(|key| key.change_needs.is_some_and(|it| !caller.may(it))) {
        let what = format!(
            "Changing “{}” could expose emails to clients, so you need the permission for messages too.",
            key.label
        );
        return Err(Error::OutOfReach(what.into()));
    }
    if keys.iter().any(|key| key.sensitive) {
        if caller.token.is_some() {
            return Err(Error::NotForTokens);
        }
        caller.check_proof(platform.clock.now())?;
    }
    Ok(())
}

/// Lists the services by slug and name, for filters.
#[utoipa::path(get, path = "/api/admin/services", tag = "settings",
    responses((status = 200, body = Envelope<Vec<ServiceName>>)))]
async fn list_services(State(platform): State<Platform>) -> All<ServiceName> {
    let name = |service: &super::Service| ServiceName { slug: service.slug.clone(), name: service.name.clone() };
    All::of(platform.settings.get().services.iter().map(name).collect())
}

/// The settings that the person may see, with their version as `ETag`.
fn shown(registry: &Registry, settings: &Snapshot, caller: &Caller) -> Tagged<Data<SettingValues>> {
    let may_see = |key: &&Key| caller.may(key.needs);
    let values = registry
        .keys
        .iter()
        .filter(may_see)
        .filter_map(|key| Some((key.key.clone(), settings.values.get(&key.key)?.clone())))
        .collect();
    Tagged { etag: super::change::etag(settings.version), answer: Data(SettingValues(values)) }
}
