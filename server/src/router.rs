//! All routes of the program.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use crate::app::{App, brings};
use crate::error::{Error, Result};
use crate::features;
use crate::http::Name;
use crate::http::admit;
use crate::http::pipeline::{NameRoute, Pipeline};
use crate::http::query_names::{self, QueryNames};
use crate::openapi;
use crate::platform::slice::Slice;
use crate::platform::{self, Platform};

/// The documented routes of all parts, without their state.
struct Api {
    platform: OpenApiRouter<Platform>,
    slices: OpenApiRouter<App>,
    /// Names of the kinds of notices.
    notices: Vec<&'static str>,
    /// Names of the emails whose wording the firm can change.
    worded: Vec<&'static str>,
    /// Names and descriptions of the readiness parts.
    readiness: Vec<(&'static str, &'static str)>,
}

impl Api {
    fn of(slices: &[Slice<App>]) -> Self {
        let brings = brings(slices);
        let notices = brings.iter().flat_map(|part| part.notices).map(|kind| kind.name).collect();
        let worded = brings.iter().flat_map(|part| part.letters).filter(|kind| kind.words.is_some());
        let worded = worded.map(|kind| kind.template).collect();
        let readiness = platform::PARTS.iter().flat_map(|it| it.readiness).map(|it| (it.name, it.help));
        let readiness =
            readiness.chain(slices.iter().flat_map(|it| it.readiness).map(|it| (it.name, it.help))).collect();
        let platform = platform::PARTS.iter().fold(OpenApiRouter::new(), |all, part| all.merge((part.api)()));
        let slices = slices.iter().fold(OpenApiRouter::new(), |all, slice| all.merge((slice.api)()));
        Self { platform, slices, notices, worded, readiness }
    }

    /// The two routers, and the document of both.
    fn split(self) -> (Router<Platform>, Router<App>, utoipa::openapi::OpenApi) {
        let (platform, of_platform) = self.platform.split_for_parts();
        let (slices, of_slices) = self.slices.split_for_parts();
        let mut document = openapi::Document::openapi();
        document.merge(of_platform);
        document.merge(of_slices);
        openapi::name_values(&mut document, "NotificationEvent", self.notices);
        openapi::name_values(&mut document, "MailTemplate", self.worded);
        openapi::name_parts(&mut document, "Readiness", self.readiness);
        openapi::complete(&mut document);
        (platform, slices, document)
    }
}

/// The OpenAPI 3.1 document of the program. Needs no database.
pub fn document() -> utoipa::openapi::OpenApi {
    document_of(&features::SLICES)
}

/// The document for a program with these slices.
pub fn document_of(slices: &[Slice<App>]) -> utoipa::openapi::OpenApi {
    Api::of(slices).split().2
}

/// All routes behind the pipeline.
pub fn build(app: &App) -> Pipeline {
    let (platform, slices, document) = Api::of(app.slices).split();
    let names = from_fn_with_state(QueryNames::of(&document), query_names::check);
    let pages = |state: &Platform| {
        platform::PARTS.iter().fold(Router::new(), |all, part| all.merge((part.pages)())).with_state(state.clone())
    };
    let router = Router::new()
        .merge(platform.layer(names.clone()).with_state(app.platform.clone()))
        .merge(slices.layer(names))
        .merge(pages(&app.platform))
        .merge(app.slices.iter().fold(Router::new(), |all, slice| all.merge((slice.pages)())))
        .merge(features::api_docs::routes(&document))
        .route("/admin", get(dashboard_root))
        .route("/admin/", get(dashboard_root))
        .route("/admin/{*path}", get(dashboard_page))
        .method_not_allowed_fallback(|| async { Error::MethodNotAllowed })
        .fallback(|| async { Error::NotFound })
        // Route guards find the platform in the request: they are created before it exists.
        .layer(Extension(app.platform.clone()))
        .layer(NameRoute)
        .layer(from_fn_with_state(app.front.clone(), admit::admit))
        .layer(from_fn_with_state(app.clone(), features::site::as_page))
        .with_state(app.clone());
    Pipeline::new(app.front.clone(), router)
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
