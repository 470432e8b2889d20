//! Settings for staff.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::{self, Change, Seen};
use super::{Group, Key, Registry, Snapshot, pictures};
use crate::error::{Error, Result};
use crate::http::valid::Check;
use crate::http::{All, Data, Envelope, IfMatch, Json, Name, Problem, RequestInfo, Tagged};
use crate::platform::Platform;
use crate::platform::auth::{Caller, demand, signed_in_or_token};
use crate::platform::permission::Permission;

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(demand(Permission::Settings, routes!(get_schema)))
        .routes(demand(Permission::Settings, routes!(get_settings, patch_settings)))
        .routes(demand(Permission::Settings, routes!(get_group, patch_group)))
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
    shown(&platform, &platform.settings.get(), &caller, None)
}

/// Returns the keys of one group with their values. The `ETag` is the version of this group: it stays the same when
/// other groups change.
#[utoipa::path(get, path = "/api/admin/settings/{group}", tag = "settings", params(("group" = String, Path)),
    responses((status = 200, body = Envelope<SettingValues>), (status = 404, body = Problem)))]
async fn get_group(
    State(platform): State<Platform>,
    caller: Caller,
    Name(group): Name,
) -> Result<Tagged<Data<SettingValues>>> {
    let group = group_of(&platform, &caller, &group)?;
    Ok(shown(&platform, &platform.settings.get(), &caller, Some(group)))
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
    patch(&platform, &caller, &info, Seen { version: seen, group: None }, values).await
}

/// Changes settings of one group, as `PATCH /api/admin/settings` does. With `If-Match`, fails with 412 if a setting of
/// this group has changed since; changes in other groups do not matter.
#[utoipa::path(patch, path = "/api/admin/settings/{group}", tag = "settings", params(("group" = String, Path)),
    request_body = SettingValues,
    responses((status = 200, body = Envelope<SettingValues>), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn patch_group(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Name(group): Name,
    seen: IfMatch,
    Json(SettingValues(values)): Json<SettingValues>,
) -> Result<Tagged<Data<SettingValues>>> {
    let group = group_of(&platform, &caller, &group)?;
    let mut check = Check::new();
    for name in values.keys().filter(|name| !change::in_group(name, group)) {
        check.refuse(name, "unknown", format!("The group {group} has no such setting."));
    }
    check.done()?;
    patch(&platform, &caller, &info, Seen { version: seen, group: Some(group) }, values).await
}

/// The id of a group that the caller can change; a group that they cannot change does not exist for them.
fn group_of(platform: &Platform, caller: &Caller, id: &str) -> Result<&'static str> {
    let groups = &platform.settings.registry().groups;
    let group = groups.iter().find(|group| group.id == id && caller.may(group.needs));
    group.map(|group| group.id).ok_or(Error::NotFound)
}

async fn patch(
    platform: &Platform,
    caller: &Caller,
    info: &RequestInfo,
    seen: Seen,
    values: Map<String, Value>,
) -> Result<Tagged<Data<SettingValues>>> {
    check_rights(platform, caller, &values)?;
    let group = seen.group;
    let change = Change { actor: Some(caller.staff_id), from: info, values, seen };
    let after = change::change(platform, change, |permission| caller.may(permission)).await?;
    Ok(shown(platform, &after, caller, group))
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

/// The settings of a group, or all, that the person may see, with their version as `ETag`.
fn shown(
    platform: &Platform,
    settings: &Snapshot,
    caller: &Caller,
    group: Option<&str>,
) -> Tagged<Data<SettingValues>> {
    let registry: &Registry = platform.settings.registry();
    let values = registry
        .keys
        .iter()
        .filter(|key| caller.may(key.needs) && group.is_none_or(|group| key.group == group))
        .filter_map(|key| Some((key.key.clone(), settings.values.get(&key.key)?.clone())))
        .collect();
    let etag = change::etag(group, settings.version, &settings.values);
    Tagged { etag, answer: Data(SettingValues(values)) }
}
