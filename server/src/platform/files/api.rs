//! Files for staff, and how a file is returned to anybody.

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::Response;
use database::entity::files::Model;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::depot::Part;
use super::kind::Kind;
use super::name::disposition;
use super::receive::{For, SentFile, receive};
use super::{UPLOADS, store};
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::{Created, Envelope, Id, Problem, Query};
use crate::pictures;
use crate::platform::Platform;
use crate::platform::auth::{Caller, signed_in_or_token};
use crate::platform::entity::Entity;

/// The policy of a file: nothing of it runs, and it loads nothing.
const SANDBOX: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// The routes of this file. What a file belongs to decides who may have it.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new().routes(signed_in_or_token(routes!(upload_file))).routes(signed_in_or_token(routes!(get_file)))
}

/// A form with one file.
#[derive(ToSchema)]
pub struct FileForm {
    #[schema(value_type = String, format = Binary)]
    #[expect(dead_code, reason = "it describes a body and is never made")]
    file: Vec<u8>,
}

/// The bytes of a file, as the reference shows them.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct FileContent(#[expect(dead_code, reason = "it describes a body and is never made")] Vec<u8>);

/// What a file is for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Purpose {
    /// `chat`.
    #[serde(rename = "for")]
    #[param(rename = "for")]
    pub kind: String,
}

/// At which size.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Size {
    /// `preview`: of a picture, at most 640 pixels on its longest side. Without it, at most 2,560.
    #[serde(default)]
    pub size: Option<String>,
}

impl Size {
    /// # Errors
    /// There is no such size.
    pub fn read(&self) -> Result<Part> {
        match self.size.as_deref() {
            None => Ok(Part::Whole),
            Some("preview") => Ok(Part::Preview),
            Some(_) => Err(Error::field("size", "invalid", "This must be preview, or left out.")),
        }
    }
}

/// Uploads a file, to be named in a line for a visitor. Pictures are drawn again, without their metadata. A file that no
/// line names within a day is deleted.
#[utoipa::path(post, path = "/api/admin/files", tag = "files", params(Purpose),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Envelope<SentFile>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn upload_file(
    State(platform): State<Platform>,
    caller: Caller,
    Query(purpose): Query<Purpose>,
    request: Request,
) -> Result<Created<SentFile>> {
    let wrong = || Error::field("for", "invalid", "Nothing of this name takes files.");
    let kind = Entity::of(&purpose.kind).filter(|kind| platform.takes_files(*kind)).ok_or_else(wrong)?;
    if !caller.may(kind.needs()) {
        return Err(Error::Forbidden);
    }
    platform.limits.check(&UPLOADS, &Subject::Staff(caller.staff_id)).await?;
    receive(&platform, For::Staff(kind, caller.staff_id), "/api/admin/files", request).await
}

/// Returns a file. Whoever may see what it was sent with may have it; before that, only who uploaded it.
#[utoipa::path(get, path = "/api/admin/files/{id}", tag = "files", params(("id" = Uuid, Path), Size),
    responses((status = 200, content((FileContent = "image/jpeg"), (FileContent = "image/png"), (FileContent = "application/octet-stream"))),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn get_file(
    State(platform): State<Platform>,
    caller: Caller,
    Id(id): Id,
    Query(size): Query<Size>,
) -> Result<Response> {
    let part = size.read()?;
    let row = store::alive(platform.storage.read(), id, platform.clock.now()).await?.ok_or(Error::NotFound)?;
    let needs = Entity::of(&row.owner_kind).ok_or(Error::NotFound)?.needs();
    if row.line_id.is_none() && row.uploaded_by != Some(caller.staff_id) {
        return Err(Error::NotFound);
    }
    if !caller.may(needs) {
        return Err(Error::Forbidden);
    }
    let response = respond(&platform, &row, part, Way::Show).await?;
    Ok(caller.while_allowed(&platform, needs, response))
}

/// What a browser does with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Shows it, if it is a picture.
    Show,
    Save,
}

/// A file as a response: only pictures that this program has drawn are shown, everything else is saved.
///
/// # Errors
/// Its bytes are missing, or the store cannot be reached.
pub async fn respond(platform: &Platform, row: &Model, part: Part, way: Way) -> Result<Response> {
    let drawn = Kind::of(&row.content_type).is_some_and(Kind::is_drawn);
    let longest = row.width.max(row.height).and_then(|side| u32::try_from(side).ok()).unwrap_or_default();
    let part = if longest > pictures::PREVIEW { part } else { Part::Whole };
    let (size, body) = platform.files.get(&row.owner_kind, row.id, part).await?;
    let mut response = Response::new(body);
    let media = HeaderValue::try_from(&row.content_type).map_err(Error::internal)?;
    let headers = [
        (CONTENT_TYPE, media),
        (CONTENT_LENGTH, size.into()),
        (CONTENT_DISPOSITION, disposition(drawn && way == Way::Show, &row.name)),
        (CONTENT_SECURITY_POLICY, SANDBOX),
    ];
    response.headers_mut().extend(headers);
    Ok(response)
}
