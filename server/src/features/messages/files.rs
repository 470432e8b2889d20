//! Files of a conversation: uploaded first, then named in the message, the client's reply or ours.

use std::collections::HashMap;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::settings::Files;
use super::{form_token, limits, thread};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::valid::Check;
use crate::http::{Attached, Created, Envelope, Id, OwnLimit, Problem, Query, RequestInfo, credentials};
use crate::platform::Platform;
use crate::platform::entity::Entity;
use crate::platform::files::{
    self, By, FileContent, FileForm, FileLimits, FilesOf, For, LARGEST, Part, SentFile, Size, Way,
};

/// The files of conversations.
pub const FILES: FilesOf = FilesOf { of: Entity::Message, limit: |settings| settings.part::<Files>().limit() };

/// Routes that take a file.
pub const BODIES: &[OwnLimit] =
    &[("/api/contact/files", Attached::body(LARGEST)), ("/api/messages/{id}/files", Attached::body(LARGEST))];

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(upload_contact_file))
        .routes(routes!(upload_client_file))
        .routes(routes!(get_client_file))
}

/// What can be sent with a message or a reply now.
pub fn file_limits(platform: &Platform) -> FileLimits {
    platform.files_now(Entity::Message, platform.settings.get().part::<Files>().most())
}

/// Refuses more files than one line can have.
pub fn check_count(platform: &Platform, check: &mut Check, files: &[Uuid]) {
    let most = file_limits(platform).max_count;
    if files.len() > most {
        let message = match most {
            0 => "Files cannot be sent here.".to_owned(),
            1 => "Only one file can be sent at a time.".to_owned(),
            _ => format!("At most {most} files can be sent at a time."),
        };
        check.refuse("files", "invalid", message);
    }
}

/// Files that somebody names in a line of a conversation.
#[derive(Debug, Clone)]
pub struct Named {
    ids: Vec<Uuid>,
    by: By,
    pub shown: Vec<SentFile>,
}

impl Named {
    /// Looks them up. [`claim`](Self::claim) decides.
    ///
    /// # Errors
    /// A validation error if one of them cannot be named.
    pub async fn look_up(platform: &Platform, ids: Vec<Uuid>, by: By) -> Result<Self> {
        let (conn, now) = (platform.storage.read(), platform.clock.now());
        let rows = files::offered(conn, &ids, Entity::Message, by, now).await?;
        Ok(Self { ids, by, shown: rows.iter().map(SentFile::from).collect() })
    }

    /// Gives them to the line, within its unit.
    ///
    /// # Errors
    /// A validation error if another line has got one of them meanwhile; the unit must not go on.
    pub async fn claim(
        &self,
        conn: &impl ConnectionTrait,
        message: Uuid,
        line: Uuid,
        now: DateTime<Utc>,
    ) -> Result<()> {
        files::claim(conn, &self.ids, (Entity::Message, message), line, self.by, now).await.map(drop)
    }

    pub fn ids(&self) -> &[Uuid] {
        &self.ids
    }

    pub fn count(&self) -> usize {
        self.ids.len()
    }

    /// A text with their names, by which it is found.
    pub fn words(&self, content: &str) -> String {
        self.shown.iter().fold(content.to_owned(), |words, file| format!("{words}\n{}", file.name))
    }

    /// As emails list them.
    pub fn in_words(&self) -> Vec<String> {
        self.shown.iter().map(|file| format!("{} ({})", file.name, file.size_in_words())).collect()
    }
}

/// The files of a conversation, by the line that they were sent with: the message itself, or a reply.
///
/// # Errors
/// The database is unavailable.
pub async fn by_line(
    conn: &impl ConnectionTrait,
    message: Uuid,
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Vec<SentFile>>, DbErr> {
    let mut lines: HashMap<Uuid, Vec<SentFile>> = HashMap::new();
    for row in files::of(conn, (Entity::Message, message), now).await? {
        if let Some(line) = row.line_id {
            lines.entry(line).or_default().push(SentFile::from(&row));
        }
    }
    Ok(lines)
}

/// Uploads a file for the contact form, to be named in `files` of `POST /api/contact`. Send `Authorization: Form <token>`
/// with a token of `GET /api/form-token`, and the same token with the message. Pictures are drawn again, without their
/// metadata. A file that no message names within three hours is deleted.
#[utoipa::path(post, path = "/api/contact/files", tag = "public", security(("formToken" = [])),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Envelope<SentFile>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn upload_contact_file(
    State(app): State<App>,
    info: RequestInfo,
    headers: HeaderMap,
    request: Request,
) -> Result<Created<SentFile>> {
    let form = form_token::form(&app, credentials(&headers, "form")).ok_or(Error::Unauthenticated)?;
    receive(&app, &info, form, "/api/contact/files", request).await
}

/// Uploads a file for a reply of the client, to be named in its `files`. Send `Authorization: Manage <code from the
/// email>`.
#[utoipa::path(post, path = "/api/messages/{id}/files", tag = "public", params(("id" = Uuid, Path)), security(("manageToken" = [])),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Envelope<SentFile>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn upload_client_file(
    State(app): State<App>,
    info: RequestInfo,
    headers: HeaderMap,
    Id(id): Id,
    request: Request,
) -> Result<Created<SentFile>> {
    let code = credentials(&headers, "manage").ok_or(Error::Unauthenticated)?;
    thread::open_for_reply(&app, id, code).await?;
    receive(&app, &info, id, &format!("/api/messages/{id}/files"), request).await
}

async fn receive(
    app: &App,
    info: &RequestInfo,
    place: Uuid,
    below: &str,
    request: Request,
) -> Result<Created<SentFile>> {
    app.limits.check(&limits::FILES_OF_ADDRESS, &Subject::Address(info.ip.into())).await?;
    app.limits.check(&limits::FILES, &Subject::Key(place.to_string())).await?;
    files::receive(app, For::Stranger(Entity::Message, place), below, request).await
}

/// Returns a file of the conversation to the client. Send `Authorization: Manage <code from the email>`.
#[utoipa::path(get, path = "/api/messages/{id}/files/{fileId}", tag = "public", security(("manageToken" = [])),
    params(("id" = Uuid, Path), ("fileId" = Uuid, Path), Size),
    responses((status = 200, content((FileContent = "image/jpeg"), (FileContent = "image/png"), (FileContent = "application/octet-stream"))),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn get_client_file(
    State(app): State<App>,
    headers: HeaderMap,
    path: Result<Path<(Uuid, Uuid)>, PathRejection>,
    Query(size): Query<Size>,
) -> Result<Response> {
    let Path((id, file)) = path.map_err(|_| Error::NotFound)?;
    let code = credentials(&headers, "manage").ok_or(Error::Unauthenticated)?;
    client_file(&app, (id, code), file, size.read()?, Way::Show).await
}

/// A file of a conversation as a response, for whoever has its code. What is held back does not exist for them yet.
///
/// # Errors
/// The code is wrong, or there is no such file.
pub async fn client_file(app: &App, (id, code): (Uuid, &str), file: Uuid, part: Part, way: Way) -> Result<Response> {
    thread::check_code(app, id, code)?;
    app.limits.check(&limits::FILE_READS, &Subject::Key(id.to_string())).await?;
    let (conn, now) = (app.storage.read(), app.clock.now());
    let row = files::alive(conn, file, now).await?;
    let row = row.filter(|row| row.owner_kind == Entity::Message.name() && row.owner_id == Some(id));
    let row = row.ok_or(Error::NotFound)?;
    let line = row.line_id.ok_or(Error::NotFound)?;
    if thread::is_held_back(conn, line, now).await? {
        return Err(Error::NotFound);
    }
    files::respond(app, &row, part, way).await
}
