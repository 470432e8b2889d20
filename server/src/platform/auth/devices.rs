//! A person's own devices: listing them, and signing out remotely.

use axum::extract::State;
use chrono::{DateTime, Utc};
use database::entity::active_sessions;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::device::Device;
use super::guard::{Caller, signed_in};
use super::public::end_session;
use super::{own_entry, sessions, store};
use crate::error::{Error, Result};
use crate::http::{Data, Envelope, Id, Listed, Nothing, Paging, Problem, Query, RequestInfo};
use crate::platform::Platform;
use crate::platform::audit::Changes;
use crate::storage::Page;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(signed_in(routes!(list_sessions, end_others)))
        .routes(signed_in(routes!(delete_session)))
}

/// A signed-in device.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    pub id: Uuid,
    #[serde(flatten)]
    pub device: Device,
    pub ip_address: Option<String>,
    /// Such as `Berlin, Germany`; null without an IP location database (`TEKVWARHO_GEOIP_DB`), or if the address is not in it.
    pub location: Option<String>,
    /// When its token was last exchanged. A device in use is never more than 15 minutes behind.
    pub last_activity: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    /// The session that makes this request.
    pub current: bool,
}

/// Lists your own devices, most recently used first, page by page.
#[utoipa::path(get, path = "/api/auth/sessions", tag = "auth", params(Paging),
    responses((status = 200, body = Envelope<Vec<SessionView>>), (status = 422, body = Problem)))]
async fn list_sessions(
    State(platform): State<Platform>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Listed<SessionView>> {
    session_views(&platform, caller.staff_id, caller.session_id, &paging).await
}

/// A page of a person's devices, the most recently used first; `asking` is the current session.
pub async fn session_views(
    platform: &Platform,
    person: Uuid,
    asking: Uuid,
    paging: &Paging,
) -> Result<Listed<SessionView>> {
    let (cursor, limit) = paging.read()?;
    let rows = store::sessions_of(platform.storage.read(), person, platform.clock.now()).await?;
    let page = Page::within(rows, cursor, limit, |row| row.id);
    let show = |row: active_sessions::Model| SessionView {
        current: row.id == asking,
        device: Device::of(row.user_agent.as_deref()),
        id: row.id,
        location: row.ip_address.as_deref().and_then(|text| platform.places.of(text.parse().ok()?)),
        ip_address: row.ip_address,
        last_activity: row.last_activity,
        created_at: row.created_at,
    };
    Ok(Listed(page.map(show)))
}

/// Signs out one of your own devices.
#[utoipa::path(delete, path = "/api/auth/sessions/{id}", tag = "auth", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem)))]
async fn delete_session(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
) -> Result<Data<Nothing>> {
    let known = store::sessions_of(platform.storage.read(), caller.staff_id, platform.clock.now()).await?;
    let own = known.iter().any(|session| session.id == id);
    if !own || !end_session(&platform, caller.staff_id, id, "auth.session_ended", &info).await? {
        return Err(Error::NotFound);
    }
    Ok(Data(Nothing))
}

/// Signs out all your devices except the one that makes the request.
#[utoipa::path(delete, path = "/api/auth/sessions", tag = "auth", responses((status = 200, body = Envelope<Nothing>)))]
async fn end_others(State(platform): State<Platform>, caller: Caller, info: RequestInfo) -> Result<Data<Nothing>> {
    let now = platform.clock.now();
    let entry = own_entry(&platform, &caller, &info, "auth.other_sessions_ended", Changes::none());
    let (id, this) = (caller.staff_id, caller.session_id);
    platform
        .storage
        .write(entry, move |tx, entry| {
            Box::pin(async move {
                tx.audit(entry.clone());
                sessions::end_all(tx, id, Some(this), now).await
            })
        })
        .await?;
    Ok(Data(Nothing))
}
