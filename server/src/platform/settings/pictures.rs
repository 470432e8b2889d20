//! Pictures of the site: uploaded first, then chosen by a setting, so that one sees them before anybody else does.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use chrono::Duration;
use database::entity::site_pictures::{Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Kind, Registry, Settings};
use crate::error::{Error, Result};
use crate::http::{Created, Envelope, Name, Problem, Raw, RequestInfo};
use crate::pictures::{self, Drawing};
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::auth::Caller;
use crate::platform::entity::Entity as About;

/// Where a picture is served.
const FOLDER: &str = "/pictures";

/// The name of a picture, which says how large it is: pages keep its place free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PictureName {
    /// Address on this server.
    pub url: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

impl PictureName {
    /// Reads `480x120-` and 64 hexadecimal digits; none for anything else.
    pub fn read(name: &str) -> Option<Self> {
        let (size, hash) = name.split_once('-')?;
        let (width, height) = size.split_once('x')?;
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| (1..=4_096).contains(number));
        let good = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let (width, height) = (number(width)?, number(height)?);
        good.then(|| Self { url: format!("{FOLDER}/{name}"), width, height })
    }
}

/// A picture that can be chosen.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadedPicture {
    /// The value for the setting.
    pub name: String,
    /// Where it can be looked at before a setting names it.
    pub url: String,
}

/// The bytes of a picture, as the reference shows them.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct PictureFile(#[expect(dead_code, reason = "it describes a body and is never made")] Vec<u8>);

/// Uploads a picture for a setting such as `firm.logo`: PNG, JPEG or WebP, up to 2 MB. It is re-encoded, and not shown
/// until a setting names it. A picture that no setting names within a day is deleted.
#[utoipa::path(post, path = "/api/admin/settings/pictures", tag = "settings",
    request_body(content = PictureFile, content_type = "application/octet-stream"),
    responses((status = 201, body = Envelope<UploadedPicture>), (status = 422, body = Problem)))]
pub(super) async fn upload_picture(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    file: Raw,
) -> Result<Created<UploadedPicture>> {
    let drawn = pictures::draw(file, Drawing::Logo).await?;
    let name = format!("{}x{}-{}", drawn.width, drawn.height, drawn.hash);
    let row = Model { name: name.clone(), content: drawn.content, created_at: platform.clock.now() };
    let used: Vec<String> = chosen(&platform.settings);
    let entry = Entry {
        actor: Some(caller.staff_id),
        action: "settings.picture_uploaded",
        entity: (About::Settings, None),
        changes: Changes::none().fact("picture", &name),
        from: &info,
    }
    .row(&platform.ids, row.created_at);
    platform
        .storage
        .write((row, used, entry), |tx, (row, used, entry)| {
            Box::pin(async move {
                tx.audit(entry.clone());
                Entity::delete_many()
                    .filter(Column::CreatedAt.lt(row.created_at - Duration::days(1)))
                    .filter(Column::Name.is_not_in(used.iter().chain([&row.name])))
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
    responses((status = 200, content_type = "image/png", body = PictureFile), (status = 404, body = Problem)))]
pub(super) async fn get_picture(State(platform): State<Platform>, Name(name): Name) -> Result<Response> {
    let content = content(platform.storage.read(), &name).await?.ok_or(Error::NotFound)?;
    let headers = [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, content).into_response())
}

/// The PNG of that name, if a setting names it.
pub async fn public_picture(platform: &Platform, name: &str) -> Result<Option<Vec<u8>>> {
    if !chosen(&platform.settings).iter().any(|chosen| chosen == name) {
        return Ok(None);
    }
    content(platform.storage.read(), name).await
}

async fn content(conn: &impl ConnectionTrait, name: &str) -> Result<Option<Vec<u8>>> {
    Ok(Entity::find_by_id(name).one(conn).await?.map(|row| row.content))
}

/// Refuses values that name a picture which is not there (any more).
pub(super) async fn check(conn: &impl ConnectionTrait, registry: &Registry, values: &Map<String, Value>) -> Result<()> {
    for (key, value) in values {
        let is_picture = registry.key(key).is_some_and(|key| key.kind == Kind::Picture);
        if let Some(name) = value.as_str().filter(|_| is_picture)
            && Entity::find_by_id(name).one(conn).await?.is_none()
        {
            return Err(Error::field(key, "invalid", "This picture no longer exists. Upload it again."));
        }
    }
    Ok(())
}

/// The pictures that settings name.
fn chosen(settings: &Settings) -> Vec<String> {
    let values = &settings.get().values;
    let pictures = settings.registry().keys.iter().filter(|key| key.kind == Kind::Picture);
    pictures.filter_map(|key| values.get(&key.key)?.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_how_large_its_picture_is() {
        let hash = "0123456789abcdef".repeat(4);
        let read = PictureName::read(&format!("480x60-{hash}")).expect("a name");
        assert_eq!((read.url, read.width, read.height), (format!("/pictures/480x60-{hash}"), 480, 60));
        for name in [
            "",
            "x",
            &hash,
            &format!("0x60-{hash}"),
            &format!("480x-{hash}"),
            &format!("480x60-{}", hash.to_uppercase()),
            &format!("480x60-../{hash}"),
        ] {
            assert_eq!(PictureName::read(name), None, "{name}");
        }
    }
}
