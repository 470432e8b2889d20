//! All routes of the program.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::error::{Error, Result};
use crate::features;
use crate::http::Name;
use crate::http::admit;
use crate::http::pipeline::{NameRoute, Pipeline};
use crate::http::query_names::{self, QueryNames};
use crate::openapi;
use crate::platform;

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::Document::openapi())
        .merge(features::health::routes())
        .merge(features::messages::routes())
        .merge(platform::auth::routes())
        .merge(features::dashboard::routes())
        .merge(platform::staff::routes())
        .merge(platform::settings::routes())
        .merge(platform::mail::routes())
        .merge(platform::audit::routes())
        .merge(platform::tokens::routes())
        .merge(platform::notices::routes())
        .merge(features::privacy::routes())
        .merge(features::onboarding::routes())
        .merge(features::samples::routes())
}

/// The OpenAPI 3.1 document. It needs no database.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = api().to_openapi();
    openapi::complete(&mut document);
    document
}

/// Every route behind the pipeline.
pub fn build(app: App) -> Pipeline {
    let (api, mut document) = api().split_for_parts();
    openapi::complete(&mut document);
    let names = QueryNames::of(&document);
    let router = Router::new()
        .merge(api.layer(from_fn_with_state(names, query_names::check)))
        .merge(features::api_docs::routes(&document))
        .merge(platform::live::routes())
        .merge(features::site::routes())
        .route("/admin", get(dashboard_root))
        .route("/admin/", get(dashboard_root))
        .route("/admin/{*path}", get(dashboard_page))
        .method_not_allowed_fallback(|| async { Error::MethodNotAllowed })
        .fallback(|| async { Error::NotFound })
        .layer(NameRoute)
        .layer(from_fn_with_state(app.clone(), admit::admit))
        .layer(from_fn_with_state(app.clone(), features::site::as_page))
        .with_state(app.clone());
    Pipeline::new(app, router)
}

async fn dashboard_root(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    app.assets.admin("index.html", &headers).ok_or(Error::NotFound)
}

async fn dashboard_page(State(app): State<App>, headers: HeaderMap, uri: Uri, Name(path): Name) -> Result<Response> {
    match path.strip_suffix(".html") {
        Some("index") => Ok(features::site::moved(&uri, "/admin/").into_response()),
        Some(page) if page.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'/') => {
            Ok(features::site::moved(&uri, &format!("/admin/{page}")).into_response())
        }
        _ => app.assets.admin(&path, &headers).ok_or(Error::NotFound),
    }
}
