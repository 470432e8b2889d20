//! Live chat: a visitor writes on the site, and a person replies from the dashboard.

mod api;
mod detail;
mod frames;
mod limits;
mod public;
mod settings;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::platform::slice::{Brings, Slice};

/// What this slice brings.
pub const SLICE: Slice<App> = Slice {
    api: routes,
    brings: Brings {
        limits: &[&limits::LINES, &limits::LINES_OF_ADDRESS, &limits::SESSIONS, &limits::FRAMES],
        settings: settings::SECTIONS,
        frames: &frames::FRAMES,
        ..Brings::NOTHING
    },
    ..Slice::new("chat")
};

fn routes() -> OpenApiRouter<App> {
    public::routes().merge(api::routes()).merge(detail::routes())
}
