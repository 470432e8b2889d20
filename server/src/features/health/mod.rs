//! Liveness without I/O, and readiness of what the program needs.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::Error;
use crate::http::{Data, Envelope, Problem};
use crate::platform::mail;

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(ready))
}

/// The program runs.
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
    /// `ok` when every part is.
    pub status: &'static str,
    pub database: &'static str,
    /// `ok`, or `behind` while a mail has waited for ten minutes. Mails wait in the database when the mail server is
    /// down, so the rest goes on.
    pub mail_queue: &'static str,
}

/// Answers as long as the program runs. Touches nothing else.
#[utoipa::path(get, path = "/api/health", tag = "health", responses((status = 200, body = Envelope<Health>)))]
async fn health() -> Data<Health> {
    Data(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// 200 when requests can be served; 503 while the database is away or the program is about to end.
#[utoipa::path(get, path = "/api/health/ready", tag = "health",
    responses((status = 200, body = Envelope<Readiness>), (status = 503, body = Problem)))]
async fn ready(State(app): State<App>) -> Response {
    let asked = tokio::time::timeout(Duration::from_secs(2), async {
        app.storage.ping().await?;
        mail::is_behind(&app).await
    });
    let Ok(Ok(behind)) = asked.await else { return unavailable() };
    if app.stopping.is_cancelled() {
        return unavailable();
    }
    let mail_queue = if behind { "behind" } else { "ok" };
    (StatusCode::OK, Data(Readiness { status: "ok", database: "ok", mail_queue })).into_response()
}

fn unavailable() -> Response {
    Error::Unavailable { retry_after: 5 }.into_response()
}
