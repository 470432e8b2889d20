//! Liveness without I/O, and readiness of what the program needs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::disk;
use crate::error::{Error, Result};
use crate::http::{Data, Envelope, Problem};
use crate::platform;
use crate::platform::slice::Slice;
use crate::storage::Engine;

/// A part that does not respond within this time is down.
const PATIENCE: Duration = Duration::from_secs(2);

pub const SLICE: Slice<App> = Slice { api: routes, ..Slice::new("health") };

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(ready))
}

/// The program is running.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    pub status: &'static str,
    pub version: &'static str,
}

/// What the program needs, part by part.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// `ok`, or `degraded` if requests are served although a part that is not required is down.
    pub status: &'static str,
    pub database: &'static str,
    /// `ok`; `down`: this node does not hear the others, and reads from the database what they change; `off`: no Redis
    /// is configured.
    pub redis: &'static str,
    /// What slices need; their names and words stand in the document.
    #[serde(flatten)]
    #[schema(ignore)]
    pub parts: BTreeMap<&'static str, Cow<'static, str>>,
}

/// Responds as long as the program runs. Checks nothing else.
#[utoipa::path(get, path = "/api/health", tag = "health", responses((status = 200, body = Envelope<Health>)))]
async fn health() -> Data<Health> {
    Data(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Returns 200 if requests can be served, and 503 while the database is unavailable, an SQLite
/// database has less than 16 MB of free disk, or the program is shutting down.
#[utoipa::path(get, path = "/api/health/ready", tag = "health",
    responses((status = 200, body = Envelope<Readiness>), (status = 503, body = Problem)))]
async fn ready(State(app): State<App>) -> Response {
    let Ok(Ok(parts)) = tokio::time::timeout(PATIENCE, parts(&app)).await else { return unavailable() };
    if app.stopping.is_cancelled() {
        return unavailable();
    }
    let redis = app.link.as_ref().map_or("off", |link| if link.is_connected() { "ok" } else { "down" });
    let status = if redis == "down" { "degraded" } else { "ok" };
    (StatusCode::OK, Data(Readiness { status, database: "ok", redis, parts })).into_response()
}

/// The state of each part. An error means that a required part is down.
async fn parts(app: &App) -> Result<BTreeMap<&'static str, Cow<'static, str>>> {
    app.storage.ping().await?;
    let sqlite = Engine::of(app.storage.read()) == Engine::Sqlite;
    if sqlite && disk::free(&app.config.data_dir).is_some_and(|bytes| bytes < disk::TOO_LITTLE) {
        return Err(Error::Unavailable { retry_after: 60 });
    }
    let mut parts = BTreeMap::new();
    for part in platform::PARTS.iter().flat_map(|part| part.readiness) {
        parts.insert(part.name, (part.check)(app).await?);
    }
    for part in app.slices.iter().flat_map(|slice| slice.readiness) {
        parts.insert(part.name, (part.check)(app).await?);
    }
    Ok(parts)
}

fn unavailable() -> Response {
    Error::Unavailable { retry_after: 5 }.into_response()
}
