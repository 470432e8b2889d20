//! The public site: pages rendered from settings, cached until they change, fully functional without scripts.
//!
//! Tables: `site_pages`, `site_page_slugs`, `site_page_pictures`, `site_people`. Permission: `settings`; what the site says
//! about a person, only they decide. Settings: the group `site`, with the texts and blocks of its pages. Notice:
//! `pages_changed`. `settings_changed`, `pages_changed` and `staff_changed` drop the cached pages.

mod about;
mod context;
mod embed;
mod errors;
mod forms;
mod json_ld;
mod kept;
mod layout;
mod menu;
mod own;
mod pages;
mod preview;
mod profile;
mod sentences;
mod settings;
mod sheets;
mod well_known;

pub use context::{Page, render};
pub use errors::as_page;
pub use kept::{Kept, is_stale_after};
pub use pages::moved;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::pictures::PHOTO;
use crate::platform::entity::Entity;
use crate::platform::settings::Section;
use crate::platform::slice::{Brings, Names, Slice};

/// The pages of the site are not part of the API, so they are not in its document.
pub const SLICE: Slice<App> = Slice {
    api: api_routes,
    pages: routes,
    brings: Brings {
        bodies: &[("/api/admin/pages/pictures", PHOTO)],
        settings: &[Section::of::<settings::Site>()],
        sentences: sentences::sentences,
        names: &[Names {
            of: Entity::SitePage,
            find: |conn, ids| Box::pin(async move { Ok(own::titles(conn, ids).await?) }),
        }],
        ..Brings::NOTHING
    },
    ..Slice::new("site")
};

fn api_routes() -> OpenApiRouter<App> {
    own::routes().merge(preview::routes()).merge(profile::routes())
}

fn routes() -> Router<App> {
    Router::new()
        .merge(pages::routes())
        .merge(own::pages())
        .merge(forms::routes())
        .merge(embed::routes())
        .merge(well_known::routes())
}
