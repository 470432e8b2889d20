//! Pages that are the same for everybody.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use minijinja::context;

use super::about;
use super::context::{Page, render};
use super::sheets::{self, Sheet};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Name;

/// The routes of this file.
pub fn routes() -> Router<App> {
    let mut router = Router::new()
        .route("/", get(home))
        .route("/services", get(services))
        .route("/services/{slug}", get(service))
        .route(about::PATH, get(about))
        .route("/privacy-policy", get(privacy))
        .route("/terms-of-service", get(terms))
        .route("/cookie-policy", get(cookies))
        .route("/contact/thanks", get(thanks))
        .route("/assets/{*path}", get(asset));
    for page in ["/services", about::PATH, "/contact", "/privacy-policy", "/terms-of-service", "/cookie-policy"] {
        router = router.route(&format!("{page}/"), get(without_slash));
        router = router.route(&format!("{page}.html"), get(without_ending));
    }
    router
        .route("/index.html", get(|uri: Uri| async move { moved(&uri, "/") }))
        .route("/services/{slug}/", get(without_slash))
}

/// Redirects a URL without a slash at its end.
pub async fn without_slash(uri: Uri) -> Redirect {
    moved(&uri, uri.path().trim_end_matches('/'))
}

/// Redirects a URL without `.html`.
pub async fn without_ending(uri: Uri) -> Redirect {
    moved(&uri, uri.path().trim_end_matches(".html"))
}

/// Redirects an old URL to the current one and keeps the query.
pub fn moved(from: &Uri, path: &str) -> Redirect {
    match from.query() {
        Some(query) => Redirect::permanent(&format!("{path}?{query}")),
        None => Redirect::permanent(path),
    }
}

/// The same, for an address that may come back: two cached redirects would form a loop.
pub fn moved_for_now(from: &Uri, path: &str) -> Response {
    ([(header::CACHE_CONTROL, "private, no-cache")], moved(from, path)).into_response()
}

async fn home(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    kept(&app, &headers, "/", |app| sheets::home(app, &app.settings.get())).await
}

async fn services(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    if app.settings.get().services.is_empty() {
        return Err(Error::NotFound);
    }
    kept(&app, &headers, "/services", |app| sheets::services(app, &app.settings.get())).await
}

async fn service(State(app): State<App>, headers: HeaderMap, uri: Uri, Name(slug): Name) -> Result<Response> {
    if slug.strip_suffix(".html").is_some() {
        return Ok(without_ending(uri).await.into_response());
    }
    let generation = app.front.pages.generation();
    let settings = app.settings.get();
    let service = settings.service(&slug).ok_or(Error::NotFound)?;
    if service.slug != slug {
        return Ok(moved_for_now(&uri, &format!("/services/{}", service.slug)));
    }
    let path = format!("/services/{slug}");
    if let Some(page) = app.front.pages.get(&path) {
        return Ok(page.answer(&headers));
    }
    let html = drawn(&app, sheets::service(&app, &settings, service)).await?;
    Ok(app.front.pages.keep(generation, "/services/{slug}", &path, html).answer(&headers))
}

async fn about(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    let path = about::PATH;
    if let Some(page) = app.front.pages.get(path) {
        return Ok(page.answer(&headers));
    }
    let generation = app.front.pages.generation();
    let settings = app.settings.get();
    if !about::is_there(app.storage.read(), &settings).await? {
        return Err(Error::NotFound);
    }
    let html = drawn(&app, sheets::about(&app, &settings).await?).await?;
    Ok(app.front.pages.keep(generation, path, path, html).answer(&headers))
}

async fn privacy(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    legal(&app, &headers, "/privacy-policy", "site/privacy-policy.html", "Privacy policy").await
}

async fn terms(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    legal(&app, &headers, "/terms-of-service", "site/terms-of-service.html", "Terms of service").await
}

async fn cookies(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    legal(&app, &headers, "/cookie-policy", "site/cookie-policy.html", "Cookie policy").await
}

async fn legal(
    app: &App,
    headers: &HeaderMap,
    path: &'static str,
    template: &'static str,
    title: &str,
) -> Result<Response> {
    kept(app, headers, path, |app| {
        let name = &app.settings.get().firm.name;
        let page = Page::public(app, path, "legal", format!("{title} — {name}"), format!("{title} of {name}."));
        Sheet { template, page, service: None, own: context! {} }
    })
    .await
}

async fn thanks(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    let path = "/contact/thanks";
    let generation = app.front.pages.generation();
    let page = match app.front.pages.get(path) {
        Some(page) => page,
        None => {
            let page =
                Page::private(path, "thanks", format!("We have your message — {}", app.settings.get().firm.name));
            let own = context! { thanks => context! { name => "", answerTime => crate::features::messages::usual_answer(&app).await } };
            app.front.pages.keep(generation, path, path, render(&app, "site/thanks.html", &page, None, own).await?)
        }
    };
    Ok(page.answer(&headers))
}

async fn kept(
    app: &App,
    headers: &HeaderMap,
    path: &'static str,
    sheet: impl FnOnce(&App) -> Sheet,
) -> Result<Response> {
    if let Some(kept) = app.front.pages.get(path) {
        return Ok(kept.answer(headers));
    }
    let generation = app.front.pages.generation();
    let html = drawn(app, sheet(app)).await?;
    Ok(app.front.pages.keep(generation, path, path, html).answer(headers))
}

async fn drawn(app: &App, sheet: Sheet) -> Result<String> {
    render(app, sheet.template, &sheet.page, sheet.service.as_ref(), sheet.own).await
}

async fn asset(State(app): State<App>, headers: HeaderMap, Name(path): Name) -> Result<Response> {
    app.assets.site(&path, &headers).ok_or(Error::NotFound)
}

/// The firm's accent colour, for site and dashboard.
pub async fn theme(State(app): State<App>) -> Response {
    let css = format!(":root{{--accent-hue:{}}}\n", app.settings.get().firm.accent_hue);
    let mut response = (StatusCode::OK, css).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"));
    response
}
