//! Pictures of the site: uploaded first, then named by a setting or by a page, so that one sees them before anybody else
//! does. A picture that nothing names is deleted after a day.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Duration, Utc};
use database::entity::site_pictures::{Column, Entity, Model};
use database::entity::{site_page_pictures, site_pages};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
    QuerySelect as _, QueryTrait as _,
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Key, Kind, Registry, Settings};
use crate::error::{Error, Result};
use crate::http::{Created, Envelope, Name, Problem, Raw, RequestInfo};
use crate::markdown;
use crate::pictures::{self, Drawing};
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::auth::Caller;
use crate::platform::entity::Entity as About;

/// A picture that can be chosen.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadedPicture {
    /// The value for the setting. In Markdown: `![text](/pictures/name)`.
    pub name: String,
    /// Where it can be looked at before anything names it.
    pub url: String,
}

/// The bytes of a picture, as the reference shows them.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct PictureFile(#[expect(dead_code, reason = "it describes a body and is never made")] Vec<u8>);

/// Uploads a picture for a setting such as `firm.logo`: PNG, JPEG or WebP, up to 2 MB. It is re-encoded, and not shown
/// until a setting names it. A picture that no setting and no page names within a day is deleted.
#[utoipa::path(post, path = "/api/admin/settings/pictures", tag = "settings",
    request_body(content = PictureFile, content_type = "application/octet-stream"),
    responses((status = 201, body = Envelope<UploadedPicture>), (status = 422, body = Problem)))]
pub(super) async fn upload_picture(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    file: Raw,
) -> Result<Created<UploadedPicture>> {
    keep_picture(&platform, &caller, &info, file, Drawing::Logo).await
}

/// Draws a picture, stores it and notes who uploaded it. Deletes pictures that nothing has named for a day.
///
/// # Errors
/// A validation error of the field `file`.
pub async fn keep_picture(
    platform: &Platform,
    caller: &Caller,
    info: &RequestInfo,
    file: Raw,
    drawing: Drawing,
) -> Result<Created<UploadedPicture>> {
    let drawn = pictures::draw(file, drawing).await?;
    let name = drawn.name();
    let row = Model { name: name.clone(), content: drawn.content, created_at: platform.clock.now() };
    let used: Vec<String> = chosen(&platform.settings).into_iter().chain([name.clone()]).collect();
    let entry = Entry {
        actor: Some(caller.staff_id),
        action: "settings.picture_uploaded",
        entity: (About::Settings, None),
        changes: Changes::none().fact("picture", &name),
        from: info,
    }
    .row(&platform.ids, row.created_at);
    platform
        .storage
        .write((row, used, entry), |tx, (row, used, entry)| {
            Box::pin(async move {
                tx.audit(entry.clone());
                let of_pages =
                    site_page_pictures::Entity::find().select_only().column(site_page_pictures::Column::Picture);
                Entity::delete_many()
                    .filter(Column::CreatedAt.lt(row.created_at - Duration::days(1)))
                    .filter(Column::Name.is_not_in(used))
                    .filter(Column::Name.not_in_subquery(of_pages.into_query()))
                    .exec(tx.conn())
                    .await?;
                Entity::insert(row.clone().into_active_model())
                    .on_conflict(OnConflict::column(Column::Name).update_column(Column::CreatedAt).to_owned())
                    .exec_without_returning(tx.conn())
                    .await?;
                Ok(())
            })
        })
        .await?;
    let url = format!("/api/admin/settings/pictures/{name}");
    Ok(Created { location: url.clone(), data: UploadedPicture { name, url }, message: None })
}

/// A picture before it is chosen: whoever sets settings sees it, and nobody else does.
#[utoipa::path(get, path = "/api/admin/settings/pictures/{name}", tag = "settings", params(("name" = String, Path)),
    responses((status = 200, content((PictureFile = "image/png"), (PictureFile = "image/jpeg"))), (status = 404, body = Problem)))]
pub(super) async fn get_picture(State(platform): State<Platform>, Name(name): Name) -> Result<Response> {
    let content = content(platform.storage.read(), &name).await?.ok_or(Error::NotFound)?;
    let headers =
        [(header::CONTENT_TYPE, pictures::media_type(&content)), (header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, content).into_response())
}

/// The picture of that name, if a setting or a published page names it.
pub async fn public_picture(platform: &Platform, name: &str) -> Result<Option<Vec<u8>>> {
    let conn = platform.storage.read();
    if !chosen(&platform.settings).iter().any(|chosen| chosen == name) && !is_on_a_page(conn, name).await? {
        return Ok(None);
    }
    content(conn, name).await
}

/// True if visitors can open a page that shows it.
async fn is_on_a_page(conn: &impl ConnectionTrait, name: &str) -> Result<bool> {
    let pages: Vec<Uuid> = site_page_pictures::Entity::find()
        .select_only()
        .column(site_page_pictures::Column::PageId)
        .filter(site_page_pictures::Column::Picture.eq(name))
        .into_tuple()
        .all(conn)
        .await?;
    let open = site_pages::Entity::find()
        .filter(site_pages::Column::Id.is_in(pages))
        .filter(site_pages::Column::PublishedAt.is_not_null());
    Ok(open.count(conn).await? > 0)
}

/// Keeps these pictures from being deleted, within the unit that names them.
///
/// # Errors
/// A validation error of `field` if one of them does not exist (any more).
pub async fn hold_pictures(
    conn: &impl ConnectionTrait,
    field: &str,
    names: &BTreeSet<String>,
    now: DateTime<Utc>,
) -> Result<()> {
    // An upload that is deleting what is old looks at the row again after this.
    let held = Entity::update_many()
        .col_expr(Column::CreatedAt, Expr::value(now))
        .filter(Column::Name.is_in(names))
        .exec(conn)
        .await?;
    if held.rows_affected < names.len() as u64 {
        return Err(Error::field(field, "invalid", "A picture in this text no longer exists. Upload it again."));
    }
    Ok(())
}

async fn content(conn: &impl ConnectionTrait, name: &str) -> Result<Option<Vec<u8>>> {
    Ok(Entity::find_by_id(name).one(conn).await?.map(|row| row.content))
}

/// Refuses values that name a picture which is not there (any more).
pub(super) async fn check(
    conn: &impl ConnectionTrait,
    registry: &Registry,
    values: &Map<String, Value>,
    now: DateTime<Utc>,
) -> Result<()> {
    for (key, value) in values {
        let (Some(kind), Some(text)) = (registry.key(key).map(|key| &key.kind), value.as_str()) else { continue };
        match kind {
            Kind::Picture if Entity::find_by_id(text).one(conn).await?.is_none() => {
                return Err(Error::field(key, "invalid", "This picture no longer exists. Upload it again."));
            }
            Kind::Markdown { .. } => hold_pictures(conn, key, &markdown::pictures(text), now).await?,
            _ => {}
        }
    }
    Ok(())
}

/// The pictures that settings name.
fn chosen(settings: &Settings) -> Vec<String> {
    let values = &settings.get().values;
    let named = |key: &Key| match (&key.kind, values.get(&key.key)?.as_str()?) {
        (Kind::Picture, name) => Some(vec![name.to_owned()]),
        (Kind::Markdown { .. }, text) => Some(markdown::pictures(text).into_iter().collect()),
        _ => None,
    };
    settings.registry().keys.iter().filter_map(named).flatten().collect()
}
