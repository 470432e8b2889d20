//! The live side of the program: one WebSocket that says what changed and who looks at what.
//!
//! `/ws/chat`, staff part: `auth`, `viewing`, `ping` → `ready`, `viewing`, `notice`, `pong`, `bye`, `error`. `transport.rs`
//! is the wire, `hub.rs` knows who is connected, `staff.rs` is the person at it; visitors come with chat.

mod document;
mod hub;
mod protocol;
mod staff;
mod told;
mod transport;
mod viewers;

use axum::Router;
use axum::routing::any;

pub use document::document;
pub use hub::Hub;
pub use viewers::Viewers;

use crate::http::rate_limit::{Allowed, Limit};
use crate::platform::Platform;
use crate::platform::slice::{Brings, Slice};

/// Sockets that one address may open: an office comes back at once when the server does.
static UPGRADES: Limit = Limit { name: "live_upgrades", window: 60, allowed: Allowed::Fixed(120) };

/// What this part brings.
pub const SLICE: Slice<Platform> =
    Slice { pages: routes, brings: Brings { limits: &[&UPGRADES], ..Brings::NOTHING }, ..Slice::new("live") };

fn routes() -> Router<Platform> {
    Router::new().route("/ws/chat", any(transport::upgrade))
}
