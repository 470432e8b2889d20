//! Pictures of people: uploaded, re-encoded, and served under the hash of their content.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use database::entity::staff::{ActiveModel, Model};
use database::entity::staff_avatars;
use sea_orm::Set;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::store;
use super::view::etag;
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::{Data, Envelope, Id, IfMatch, Name, Problem, Raw, RequestInfo};
use crate::pictures::{self, Drawing, Drawn};
use crate::platform::Platform;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{Caller, demand, signed_in, signed_in_or_token};
use crate::platform::entity::Entity;
use crate::platform::permission::Permission;
use crate::storage::Tx;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(signed_in_or_token(routes!(get_avatar)))
        .routes(signed_in(routes!(put_own_avatar, delete_own_avatar)))
        .routes(demand(Permission::Staff, routes!(put_staff_avatar, delete_staff_avatar)))
}

/// The URL of a person's picture; it changes with the picture.
pub fn url(person: &Model) -> Option<String> {
    person.avatar.as_ref().map(|hash| format!("/api/admin/avatars/{hash}"))
}

/// The bytes of a picture, as the reference shows them.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Picture(#[expect(dead_code, reason = "it describes a body and is never made")] Vec<u8>);

/// The address of the new picture.
#[derive(Debug, Serialize, ToSchema)]
pub struct AvatarMade {
    pub avatar: Option<String>,
}

/// Returns a picture by its content hash. It never changes, so browsers can cache it.
#[utoipa::path(get, path = "/api/admin/avatars/{hash}", tag = "staff", params(("hash" = String, Path)),
    responses((status = 200, content_type = "image/jpeg", body = Picture), (status = 404, body = Problem)))]
async fn get_avatar(State(platform): State<Platform>, Name(hash): Name) -> Result<Response> {
    let content = store::avatar(platform.storage.read(), &hash).await?.ok_or(Error::NotFound)?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
        (CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
        (CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"picture.jpg\"")),
    ];
    Ok((headers, content).into_response())
}

/// Sets your own picture: PNG, JPEG or WebP, up to 2 MB. It is cropped to a square and re-encoded.
#[utoipa::path(put, path = "/api/auth/me/avatar", tag = "auth",
    request_body(content = Picture, content_type = "application/octet-stream"),
    responses((status = 200, body = Envelope<AvatarMade>), (status = 422, body = Problem)))]
async fn put_own_avatar(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    file: Raw,
) -> Result<Data<AvatarMade>> {
    let id = caller.staff_id;
    set(&Act::new(&platform, caller, info), id, IfMatch::default(), Some(file)).await
}

/// Removes your own picture.
#[utoipa::path(delete, path = "/api/auth/me/avatar", tag = "auth", responses((status = 200, body = Envelope<AvatarMade>)))]
async fn delete_own_avatar(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
) -> Result<Data<AvatarMade>> {
    let id = caller.staff_id;
    set(&Act::new(&platform, caller, info), id, IfMatch::default(), None).await
}

/// Sets the picture of a person: PNG, JPEG or WebP, up to 2 MB. It is cropped to a square and re-encoded. With
/// `If-Match`, fails with 412 if the person has changed since; a new picture does not change the tag.
#[utoipa::path(put, path = "/api/admin/staff/{id}/avatar", tag = "staff", params(("id" = Uuid, Path)),
    request_body(content = Picture, content_type = "application/octet-stream"),
    responses((status = 200, body = Envelope<AvatarMade>), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn put_staff_avatar(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    file: Raw,
) -> Result<Data<AvatarMade>> {
    set(&Act::new(&platform, caller, info), id, seen, Some(file)).await
}

/// Removes the picture of a person. With `If-Match`, fails with 412 if the person has changed since.
#[utoipa::path(delete, path = "/api/admin/staff/{id}/avatar", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<AvatarMade>), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn delete_staff_avatar(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
) -> Result<Data<AvatarMade>> {
    set(&Act::new(&platform, caller, info), id, seen, None).await
}

/// Encodes and stores the picture; without one, removes the old one.
async fn set(act: &Act, id: Uuid, seen: IfMatch, file: Option<Raw>) -> Result<Data<AvatarMade>> {
    let row = match file {
        None => None,
        Some(file) => {
            let Drawn { hash, content, .. } = pictures::draw(file, Drawing::Portrait).await?;
            Some(staff_avatars::Model { staff_id: id, hash, content, created_at: act.now })
        }
    };
    let avatar = row.as_ref().map(|row| row.hash.clone());
    act.platform
        .storage
        .write((act.clone(), seen, row), move |tx, (act, seen, row)| Box::pin(write(tx, act, id, seen, row.as_ref())))
        .await?;
    Ok(Data(AvatarMade { avatar: avatar.map(|hash| format!("/api/admin/avatars/{hash}")) }))
}

async fn write(tx: &Tx<'_>, act: &Act, id: Uuid, seen: &IfMatch, row: Option<&staff_avatars::Model>) -> Result<()> {
    if id != act.caller.staff_id {
        act.pair(tx, id).await?.may_touch()?;
        store::hide_from_site(tx.conn(), id).await?;
    }
    let Some(person) = store::by_id(tx.conn(), id).await?.filter(|person| person.deleted_at.is_none()) else {
        return Err(Error::NotFound);
    };
    seen.check(&etag(&person))?;
    match row {
        Some(row) => store::put_avatar(tx.conn(), row).await?,
        None => store::delete_avatar(tx.conn(), id).await?,
    }
    let hash = row.map(|row| row.hash.clone());
    let changes = Changes::none().field("picture", person.avatar.is_some(), hash.is_some());
    store::change(tx.conn(), ActiveModel { id: Set(id), avatar: Set(hash), ..Default::default() }).await?;
    act.note(tx, "staff.picture_changed", (Entity::Staff, id), changes);
    tx.publish(Event::StaffChanged(id));
    Ok(())
}
