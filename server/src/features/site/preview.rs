//! Pages of the site with settings that are not saved yet.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::context::{Scene, render_in};
use super::kept::Listed;
use super::{about, kept, sheets};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Data, Envelope, Json, Problem};
use crate::platform::auth::{Caller, demand};
use crate::platform::permission::Permission;
use crate::platform::settings;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(demand(Permission::Settings, routes!(preview_site)))
}

/// Which page, and settings that apply only to this preview.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteTrial {
    /// `/`, `/services`, `/about`, or that of a service.
    #[schema(example = "/")]
    pub path: String,
    /// Setting keys with values that are not saved yet.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    pub values: Map<String, Value>,
}

/// A page of the site as a visitor would see it.
#[derive(Serialize, ToSchema)]
pub struct SitePreview {
    /// The whole document, without its scripts. Its addresses are relative to this server.
    pub html: String,
}

/// Renders a page of the site with settings that are not saved. Nothing is written, and visitors see nothing of it.
#[utoipa::path(post, path = "/api/admin/site/preview", tag = "site", request_body = SiteTrial,
    responses((status = 200, body = Envelope<SitePreview>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn preview_site(
    State(app): State<App>,
    caller: Caller,
    Json(trial): Json<SiteTrial>,
) -> Result<Data<SitePreview>> {
    let settings = settings::draft(&app, &trial.values, |permission| caller.may(permission))?;
    let now = kept::listed(&app, &app.settings.get()).await?;
    let is_there = about::is_there(app.storage.read(), &settings).await?;
    let listed = Listed { about: is_there, pages: now.pages.clone() };
    let sheet = match trial.path.as_str() {
        about::PATH => sheets::about(&app, &settings).await?,
        path => sheets::at(&app, &settings, path).ok_or(Error::NotFound)?,
    };
    let scene = Scene { settings: &settings, listed: &listed, preview: true };
    let html = render_in(&app, scene, sheet.template, &sheet.page, sheet.service.as_ref(), sheet.own).await?;
    Ok(Data(SitePreview { html }))
}
