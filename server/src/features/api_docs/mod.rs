//! The API for readers: the OpenAPI document itself, and a page generated from it. No tables.

mod reader;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use minijinja::context;
use utoipa::openapi::OpenApi;

use crate::app::App;
use crate::error::{Error, Result};
use crate::features::site::{Page, render};
use crate::templates::value;

/// The routes of the document and the page. `document` is what the handlers describe.
pub fn routes(document: &OpenApi) -> Router<App> {
    let json = Bytes::from(document.to_pretty_json().unwrap_or_default());
    let source = json.clone();
    let page = move |State(app): State<App>, headers: HeaderMap| browse(app, headers, source.clone());
    Router::new()
        .route("/api/openapi.json", get(move || std::future::ready(as_json(json.clone()))))
        .route("/api/docs", get(page))
        .route("/api/docs/", get(|| async { Redirect::permanent("/api/docs") }))
}

fn as_json(json: Bytes) -> Response {
    let mut response = json.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

/// The page. Parsed, the document takes many times the memory of its text, and the rendered page is cached. It is
/// therefore parsed for each rendering, not on start.
async fn browse(app: App, headers: HeaderMap, document: Bytes) -> Result<Response> {
    let path = "/api/docs";
    if let Some(kept) = app.front.pages.get(path) {
        return Ok(kept.answer(&headers));
    }
    let generation = app.front.pages.generation();
    let page = Page::private(path, "api", format!("API — {}", app.settings.get().firm.name));
    let document = serde_json::from_slice(&document).map_err(Error::internal)?;
    let reference = value(reader::Reference::of(&document));
    let html = render(&app, "site/api.html", &page, None, context! { reference => reference }).await?;
    Ok(app.front.pages.keep(generation, path, path, html).answer(&headers))
}
