//! Well-known files that programs look for.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use chrono::{Duration, SecondsFormat};
use serde_json::json;

use super::about;
use super::kept::listed;
use super::pages::theme;
use super::settings::Site;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Name;
use crate::pictures::media_type;
use crate::platform::settings;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/robots.txt", get(robots))
        .route("/sitemap.xml", get(sitemap))
        .route("/.well-known/security.txt", get(security))
        .route("/security.txt", get(|| async { Redirect::permanent("/.well-known/security.txt") }))
        .route("/manifest.webmanifest", get(manifest))
        // https://w3c.github.io/webappsec-change-password-url/
        .route("/.well-known/change-password", get(|| async { Redirect::to("/admin/profile") }))
        .route("/favicon.ico", get(favicon))
        .route("/apple-touch-icon.png", get(touch_icon))
        .route("/theme.css", get(theme))
        .route("/pictures/{name}", get(picture))
        .route("/people/{hash}", get(portrait))
}

/// A picture of the site. Its name changes with its content, so browsers can cache it.
async fn picture(State(app): State<App>, Name(name): Name) -> Result<Response> {
    let content = settings::public_picture(&app, &name).await?.ok_or(Error::NotFound)?;
    let headers =
        [(header::CONTENT_TYPE, media_type(&content)), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, content).into_response())
}

/// The picture of somebody on the About page. Nobody may keep it for longer than they agree.
async fn portrait(State(app): State<App>, Name(hash): Name) -> Result<Response> {
    if !app.settings.get().part::<Site>().about_shown {
        return Err(Error::NotFound);
    }
    let content = about::portrait(app.storage.read(), &hash).await?.ok_or(Error::NotFound)?;
    let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, content).into_response())
}

async fn robots(State(app): State<App>) -> Response {
    let sitemap = app.config.server.link("/sitemap.xml");
    text(
        "text/plain; charset=utf-8",
        format!("User-agent: *\nDisallow: /admin/\nDisallow: /api/\nDisallow: /message/\n\nSitemap: {sitemap}\n"),
    )
}

async fn sitemap(State(app): State<App>) -> Result<Response> {
    let settings = app.settings.get();
    let listed = listed(&app, &settings).await?;
    let fixed = ["/", "/contact", "/privacy-policy", "/terms-of-service", "/cookie-policy"].map(str::to_owned);
    let list = (!settings.services.is_empty()).then(|| "/services".to_owned());
    let services = settings.services.iter().map(|service| format!("/services/{}", service.slug));
    // Slugs are letters, digits and hyphens, so nothing here needs to be escaped.
    let urls: Vec<String> = fixed
        .into_iter()
        .chain(list)
        .chain(services)
        .chain(listed.about.then(|| about::PATH.to_owned()))
        .chain(listed.pages.iter().map(|page| page.path.clone()))
        .map(|path| format!("  <url><loc>{}</loc></url>", app.config.server.link(&path)))
        .collect();
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n{}\n</urlset>\n",
        urls.join("\n"),
    );
    let mut answer = text("application/xml; charset=utf-8", xml);
    // A page that was withdrawn must not be listed any more.
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(answer)
}

/// RFC 9116.
async fn security(State(app): State<App>) -> Response {
    let expires = (app.clock.now() + Duration::days(180)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let email = &app.settings.get().firm.email;
    let canonical = app.config.server.link("/.well-known/security.txt");
    text(
        "text/plain; charset=utf-8",
        format!("Contact: mailto:{email}\nExpires: {expires}\nPreferred-Languages: en\nCanonical: {canonical}\n"),
    )
}

async fn manifest(State(app): State<App>) -> Response {
    let settings = app.settings.get();
    let icon = |name: &str, purpose: &str| {
        app.assets
            .address(name)
            .map(|src| json!({ "src": src, "sizes": "any", "type": "image/svg+xml", "purpose": purpose }))
    };
    let icons: Vec<_> =
        [icon("icon.svg", "any"), icon("icon-maskable.svg", "maskable")].into_iter().flatten().collect();
    let manifest = json!({
        "name": settings.firm.name,
        "short_name": settings.firm.name.split_whitespace().next().unwrap_or(&settings.firm.name),
        "description": settings.firm.tagline,
        "start_url": "/",
        "display": "browser",
        "icons": icons,
    });
    text("application/manifest+json", manifest.to_string())
}

async fn favicon(State(app): State<App>) -> Redirect {
    Redirect::temporary(&app.assets.address("icon.svg").unwrap_or_else(|| "/assets/icon.svg".to_owned()))
}

/// Phones request it here before they have read a page.
async fn touch_icon(State(app): State<App>) -> Redirect {
    Redirect::temporary(&app.assets.address("apple-touch-icon.png").unwrap_or_else(|| "/assets/icon.svg".to_owned()))
}

fn text(media: &'static str, body: String) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}
