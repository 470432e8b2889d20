//! Pages that the firm writes itself, at `/p/{slug}`.

mod address;
mod api;
mod page;
mod public;
mod store;
mod trial;

pub use public::routes as pages;
pub use store::titles;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The notice that says that a page is another.
pub const CHANGED: &str = "pages_changed";

/// The path of a page.
pub fn path(slug: &str) -> String {
    format!("/p/{slug}")
}

/// The routes for staff.
pub fn routes() -> OpenApiRouter<App> {
    api::routes().merge(trial::routes())
}
