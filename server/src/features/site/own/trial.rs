//! A page before it is saved, as visitors would see it.

use axum::extract::State;
use database::entity::site_pages::{Model, Place};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::page::checked;
use super::{address, path, public};
use crate::app::App;
use crate::error::Result;
use crate::features::site::context::{Scene, render_in};
use crate::features::site::kept::{Link, listed};
use crate::features::site::preview::SitePreview;
use crate::http::{Data, Envelope, Json, Problem};
use crate::platform::auth::demand;
use crate::platform::permission::Permission;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(demand(Permission::Settings, routes!(preview_site_page)))
}

/// A page as it is being written.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SitePageTrial {
    /// The page that it will replace; left out for a new one.
    #[serde(default)]
    pub id: Option<Uuid>,
    pub title: String,
    #[serde(default)]
    pub slug: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    pub body: String,
    #[serde(default)]
    pub place: Option<Place>,
}

/// Renders a page that is not saved. Nothing is written, and visitors see nothing of it.
#[utoipa::path(post, path = "/api/admin/pages/preview", tag = "site", request_body = SitePageTrial,
    responses((status = 200, body = Envelope<SitePreview>), (status = 422, body = Problem)))]
async fn preview_site_page(State(app): State<App>, Json(trial): Json<SitePageTrial>) -> Result<Data<SitePreview>> {
    let now = app.clock.now();
    let row = checked(Model {
        id: trial.id.unwrap_or_default(),
        slug: trial.slug.unwrap_or_default().trim().to_owned(),
        title: trial.title,
        description: trial.description.unwrap_or_default(),
        body: trial.body,
        place: trial.place.unwrap_or(Place::Menu),
        position: 0,
        published_at: Some(now),
        first_published_at: Some(now),
        updated_by: None,
        updated_at: now,
    })?;
    let slug = if row.slug.is_empty() { address::of_title(&row.title, 0) } else { row.slug.clone() };
    let row = Model { slug, ..row };
    let settings = app.settings.get();
    let mut around = (*listed(&app, &settings).await?).clone();
    let link = Link { id: row.id, title: row.title.clone(), path: path(&row.slug), place: row.place };
    match around.pages.iter_mut().find(|page| page.id == row.id) {
        Some(known) => *known = link,
        None => around.pages.push(link),
    }
    let (page, own) = public::drawn(&app, &settings, &row);
    let scene = Scene { settings: &settings, listed: &around, preview: true };
    Ok(Data(SitePreview { html: render_in(&app, scene, public::TEMPLATE, &page, None, own).await? }))
}
