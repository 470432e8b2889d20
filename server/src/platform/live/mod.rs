//! The live side of the program: a WebSocket that reports changes and presence.
//!
//! `/ws/chat`, staff part: `auth`, `viewing`, `ping` → `ready`, `viewing`, `notice`, `pong`, `bye`, `error`.
//! `transport.rs` is the wire, `hub.rs` knows who is connected, `staff.rs` handles the connected person; visitors will
//! follow with live chat.

mod document;
mod hub;
mod protocol;
mod staff;
mod told;
mod transport;
mod viewers;

use axum::Router;
use axum::routing::any;

pub use document::{Frames, document};
pub use hub::Hub;
pub use viewers::Viewers;

use crate::http::rate_limit::{Allowed, Limit};
use crate::platform::Platform;
use crate::platform::slice::{Brings, Slice};

/// Sockets that one address can open: a whole office reconnects at once when the server restarts.
static UPGRADES: Limit = Limit { name: "live_upgrades", window: 60, allowed: Allowed::Fixed(120) };

pub const SLICE: Slice<Platform> =
    Slice { pages: routes, brings: Brings { limits: &[&UPGRADES], ..Brings::NOTHING }, ..Slice::new("live") };

fn routes() -> Router<Platform> {
    Router::new().route("/ws/chat", any(transport::upgrade))
}
