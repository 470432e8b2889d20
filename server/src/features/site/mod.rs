//! The public site: pages rendered from settings, cached until they change, fully functional without scripts.
//!
//! No tables. Settings: the group `site`, with the texts and blocks of its pages. Event: `settings_changed` drops the
//! cached pages.

mod context;
mod errors;
mod forms;
mod json_ld;
mod layout;
mod pages;
mod settings;
mod well_known;

pub use context::{Page, render};
pub use errors::as_page;
pub use pages::moved;

use axum::Router;

use crate::app::App;
use crate::platform::settings::Section;
use crate::platform::slice::{Brings, Slice};

/// The routes of the site are not part of the API, so they are not in its document.
pub const SLICE: Slice<App> = Slice {
    pages: routes,
    brings: Brings { settings: &[Section::of::<settings::Site>()], ..Brings::NOTHING },
    ..Slice::new("site")
};

fn routes() -> Router<App> {
    Router::new().merge(pages::routes()).merge(forms::routes()).merge(well_known::routes())
}
