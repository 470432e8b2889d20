//! The pages as visitors see them.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use database::entity::site_pages::Model;
use minijinja::{Value, context};

use super::{path, store};
use crate::app::App;
use crate::error::Result;
use crate::features::site::context::{Page, render};
use crate::features::site::pages::{moved_for_now, without_ending, without_slash};
use crate::http::Name;
use crate::markdown;
use crate::platform::settings::Snapshot;

pub const TEMPLATE: &str = "site/own.html";

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/p/{slug}", get(page)).route("/p/{slug}/", get(without_slash))
}

async fn page(State(app): State<App>, headers: HeaderMap, uri: Uri, Name(slug): Name) -> Result<Response> {
    if slug.strip_suffix(".html").is_some() {
        return Ok(without_ending(uri).await.into_response());
    }
    let generation = app.front.pages.generation();
    let at = path(&slug);
    if let Some(kept) = app.front.pages.get(&at) {
        return Ok(kept.answer(&headers));
    }
    let row = store::published_at(app.storage.read(), &slug).await?;
    if row.slug != slug {
        return Ok(moved_for_now(&uri, &path(&row.slug)));
    }
    let (page, own) = drawn(&app, &app.settings.get(), &row);
    let html = render(&app, TEMPLATE, &page, None, own).await?;
    Ok(app.front.pages.keep(generation, "/p/{slug}", &at, html).answer(&headers))
}

/// What the template gets.
pub fn drawn(app: &App, settings: &Snapshot, row: &Model) -> (Page, Value) {
    let title = format!("{} — {}", row.title, settings.firm.name);
    let page = Page::public(app, &path(&row.slug), "own", title, store::description(row));
    let own = context! { title => row.title.as_str(), text => Value::from_safe_string(markdown::to_html(&row.body)) };
    (page, own)
}
