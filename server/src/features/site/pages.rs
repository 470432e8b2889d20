//! Pages that are the same for everybody.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use minijinja::{Value, context};

use super::context::{Page, render};
use super::layout;
use super::settings::Site;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Name;
use crate::templates::value;

/// The routes of this file.
pub fn routes() -> Router<App> {
    let mut router = Router::new()
        .route("/", get(home))
        .route("/services", get(services))
        .route("/services/{slug}", get(service))
        .route("/privacy-policy", get(privacy))
        .route("/terms-of-service", get(terms))
        .route("/cookie-policy", get(cookies))
        .route("/contact/thanks", get(thanks))
        .route("/assets/{*path}", get(asset));
    for page in ["/services", "/contact", "/privacy-policy", "/terms-of-service", "/cookie-policy"] {
        router = router.route(&format!("{page}/"), get(without_slash));
        router = router.route(&format!("{page}.html"), get(without_ending));
    }
    router
        .route("/index.html", get(|uri: Uri| async move { moved(&uri, "/") }))
        .route("/services/{slug}/", get(without_slash))
}

async fn without_slash(uri: Uri) -> Redirect {
    moved(&uri, uri.path().trim_end_matches('/'))
}

async fn without_ending(uri: Uri) -> Redirect {
    moved(&uri, uri.path().trim_end_matches(".html"))
}

/// Redirects an old URL to the current one and keeps the query.
pub fn moved(from: &Uri, path: &str) -> Redirect {
    match from.query() {
        Some(query) => Redirect::permanent(&format!("{path}?{query}")),
        None => Redirect::permanent(path),
    }
}

async fn home(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    kept(&app, &headers, "/", "site/home.html", |app| {
        let settings = app.settings.get();
        let firm = &settings.firm;
        let title = format!("{} — {}", firm.name, firm.tagline.trim_end_matches('.'));
        let page = Page::public(app, "/", "home", title, &firm.description);
        (page, context! { bands => value(layout::home(settings.part(), &settings.values)) })
    })
    .await
}

async fn services(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    kept(&app, &headers, "/services", "site/services.html", |app| {
        let settings = app.settings.get();
        let firm = &settings.firm.name;
        let names = || settings.services.iter().map(|service| service.name.as_str()).collect::<Vec<_>>().join(", ");
        let description = settings.part::<Site>().services_lead.clone();
        let description = description.unwrap_or_else(|| format!("Services of {firm}: {}.", names()));
        (Page::public(app, "/services", "services", format!("Services — {firm}"), description), context! {})
    })
    .await
}

async fn service(State(app): State<App>, headers: HeaderMap, uri: Uri, Name(slug): Name) -> Result<Response> {
    if slug.strip_suffix(".html").is_some() {
        return Ok(without_ending(uri).await.into_response());
    }
    let generation = app.front.pages.generation();
    let settings = app.settings.get();
    let service = settings.service(&slug).ok_or(Error::NotFound)?;
    if service.slug != slug {
        // Must not be cached: the service may move back, and two cached redirects would form a loop.
        let each_time = [(header::CACHE_CONTROL, "private, no-cache")];
        return Ok((each_time, moved(&uri, &format!("/services/{}", service.slug))).into_response());
    }
    let path = format!("/services/{slug}");
    let page = match app.front.pages.get(&path) {
        Some(page) => page,
        None => {
            let page = Page::public(
                &app,
                &path,
                "service",
                format!("{} — {}", service.name, settings.firm.name),
                &service.summary,
            );
            let blocks = layout::service(settings.part(), &settings.values, service, settings.services.len() > 1);
            let own = context! { blocks => value(blocks) };
            app.front.pages.keep(
                generation,
                "/services/{slug}",
                &path,
                render(&app, "site/service.html", &page, Some(service), own).await?,
            )
        }
    };
    Ok(page.answer(&headers))
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

async fn legal(app: &App, headers: &HeaderMap, path: &'static str, template: &str, title: &str) -> Result<Response> {
    kept(app, headers, path, template, |app| {
        let name = &app.settings.get().firm.name;
        let page = Page::public(app, path, "legal", format!("{title} — {name}"), format!("{title} of {name}."));
        (page, context! {})
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
    template: &str,
    page: impl FnOnce(&App) -> (Page, Value),
) -> Result<Response> {
    if let Some(kept) = app.front.pages.get(path) {
        return Ok(kept.answer(headers));
    }
    let generation = app.front.pages.generation();
    let (page, own) = page(app);
    let html = render(app, template, &page, None, own).await?;
    Ok(app.front.pages.keep(generation, path, path, html).answer(headers))
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
