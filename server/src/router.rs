//! All routes, and the OpenAPI document that comes out of them.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::app::App;
use crate::error::{Error, Result};
use crate::features;
use crate::http::pipeline::{NameRoute, Pipeline};

#[derive(OpenApi)]
#[openapi(
    info(title = "Tekvwarho", description = "The front desk of a services firm: contact inbox, staff and settings. \
        Every success has the envelope `{success, data, message?, meta?, requestId}`, every failure is an RFC 9457 problem with a stable `code`."),
    modifiers(&Schemes),
    tags(
        (name = "public", description = "For visitors; no sign-in"),
        (name = "auth", description = "Signing in and the own account"),
        (name = "setup", description = "The first start"),
        (name = "dashboard", description = "The first page of the dashboard"),
        (name = "messages", description = "The inbox"),
        (name = "mail", description = "Mails that were given up"),
        (name = "staff", description = "The people of the firm"),
        (name = "settings", description = "What the firm decides"),
        (name = "health", description = "For operators"),
    )
)]
struct Document;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        components.add_security_scheme("accessToken", SecurityScheme::Http(bearer));
        let manage = ApiKey::Header(ApiKeyValue::with_description("Authorization", "`Manage` and the code of the mail"));
        components.add_security_scheme("manageToken", SecurityScheme::ApiKey(manage));
    }
}

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(features::health::routes())
        .merge(features::messages::routes())
        .merge(features::auth::routes())
        .merge(features::dashboard::routes())
        .merge(features::staff::routes())
        .merge(features::settings::routes())
        .merge(features::notify::routes())
}

/// The OpenAPI 3.1 document. It needs no database.
pub fn openapi() -> utoipa::openapi::OpenApi {
    api().to_openapi()
}

/// Every route behind the pipeline.
pub fn build(app: App) -> Pipeline {
    let (api, document) = api().split_for_parts();
    let docs = SwaggerUi::new("/api/docs").url("/api/openapi.json", document).config(Config::default().validator_url("none"));
    let router = Router::new()
        .merge(api)
        .merge(docs)
        .merge(features::live::routes())
        .merge(features::site::routes())
        .route("/admin", get(dashboard_root))
        .route("/admin/", get(dashboard_root))
        .route("/admin/{*path}", get(dashboard_page))
        .layer(NameRoute)
        .method_not_allowed_fallback(|| async { Error::MethodNotAllowed })
        .fallback(features::site::not_found)
        .with_state(app.clone());
    Pipeline::new(app, router)
}

async fn dashboard_root(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    app.assets.admin("index.html", &headers).ok_or(Error::NotFound)
}

async fn dashboard_page(State(app): State<App>, headers: HeaderMap, Path(path): Path<String>) -> Result<Response> {
    match path.strip_suffix(".html") {
        Some(page) if !path.starts_with("_app/") => Ok(Redirect::permanent(&format!("/admin/{page}")).into_response()),
        _ => app.assets.admin(&path, &headers).ok_or(Error::NotFound),
    }
}
