//! The live side of the dashboard: one WebSocket that says what changed and who looks at what.
//!
//! `/ws/chat`, staff part: `auth`, `viewing` → `ready`, `viewing`, `notice`, `bye`, `error`. Chat adds its frames here.

mod protocol;
mod socket;
mod told;
mod viewers;

use axum::Router;
use axum::routing::any;

pub use viewers::Viewers;

use crate::app::App;

/// The route of the socket.
pub fn routes() -> Router<App> {
    Router::new().route("/ws/chat", any(socket::upgrade))
}
