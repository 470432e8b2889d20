//! Files of a chat, for its visitor: uploaded first, then named in a line.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::settings::{Chat, Files};
use super::{limits, store, token};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::{AddressKey, Created, Envelope, Id, Problem, Query, RequestInfo, credentials};
use crate::platform::entity::Entity;
use crate::platform::files::{self, FileContent, FileForm, FilesOf, For, SentFile, Size, Way};

/// The files of chats.
pub const FILES: FilesOf = FilesOf { of: Entity::Chat, limit: |settings| settings.part::<Files>().limit() };

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(upload_chat_file)).routes(routes!(get_chat_file))
}

/// The session that a request names by its token.
fn session(app: &App, headers: &HeaderMap) -> Result<Uuid> {
    let token = credentials(headers, "session");
    token.and_then(|token| token::opens(app, token)).map(|(session, _)| session).ok_or(Error::Unauthenticated)
}

/// Uploads a file, to be named in a line. Pictures are drawn again, without their metadata. A file that no line names
/// within three hours is deleted.
#[utoipa::path(post, path = "/api/chat/files", tag = "public", security(("chatSession" = [])),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Envelope<SentFile>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn upload_chat_file(
    State(app): State<App>,
    info: RequestInfo,
    headers: HeaderMap,
    request: Request,
) -> Result<Created<SentFile>> {
    let session = session(&app, &headers)?;
    let address = AddressKey::from(info.ip);
    app.limits.check(&limits::FILES_OF_ADDRESS, &Subject::Address(address)).await?;
    app.limits.check(&limits::FILES, &Subject::Key(session.to_string())).await?;
    let (conn, now) = (app.storage.read(), app.clock.now());
    let row = store::by_id(conn, session).await?;
    if row.is_none() && !app.settings.get().part::<Chat>().enabled {
        return Err(Error::NotFound);
    }
    let visitor = row.map_or(session, |row| row.visitor_id);
    if store::blocked_until(conn, visitor, Some(&address.to_string()), now).await?.is_some() {
        return Err(Error::OutOfReach("This chat takes no files right now.".into()));
    }
    files::receive(&app, For::Stranger(Entity::Chat, session), "/api/chat/files", request).await
}

/// Returns a file of the session.
#[utoipa::path(get, path = "/api/chat/files/{id}", tag = "public", params(("id" = Uuid, Path), Size), security(("chatSession" = [])),
    responses((status = 200, content((FileContent = "image/jpeg"), (FileContent = "image/png"), (FileContent = "application/octet-stream"))),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn get_chat_file(
    State(app): State<App>,
    headers: HeaderMap,
    Id(id): Id,
    Query(size): Query<Size>,
) -> Result<Response> {
    let session = session(&app, &headers)?;
    app.limits.check(&limits::FILE_READS, &Subject::Key(session.to_string())).await?;
    let part = size.read()?;
    let row = files::alive(app.storage.read(), id, app.clock.now()).await?;
    // What staff have uploaded belongs to nobody until a line names it.
    let own = row.filter(|row| row.owner_kind == Entity::Chat.name() && row.owner_id == Some(session));
    files::respond(&app, &own.ok_or(Error::NotFound)?, part, Way::Show).await
}
