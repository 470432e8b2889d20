//! The live side of the program: a WebSocket that reports changes and presence.
//!
//! Its own frames: `auth`, `viewing`, `ping` → `ready`, `viewing`, `notice`, `pong`, `bye`, `error`. `transport.rs` is the
//! wire, `hub.rs` knows who is connected, `staff.rs` handles the connected person. A slice owns the route, and adds its
//! frames for people as a [`Desk`] and for visitors by a conversation of its own.

mod document;
mod hub;
mod places;
mod protocol;
mod staff;
mod told;
mod topics;
mod transport;
mod viewers;

pub use document::{Frames, document};
pub use hub::{Hub, Seat};
pub use protocol::{Goodbye, ToClient};
pub use staff::{AUTH, At, Desk, converse};
pub use topics::{Post, Topic, Word};
pub use transport::{Gone, Heard, Incoming, Line, upgrade};
pub use viewers::Viewers;

use crate::http::rate_limit::{Allowed, Limit};
use crate::platform::Platform;
use crate::platform::slice::{Brings, Slice};

/// Sockets that one address can open: a whole office reconnects at once when the server restarts.
static UPGRADES: Limit = Limit { name: "live_upgrades", window: 60, allowed: Allowed::Fixed(120) };

pub const SLICE: Slice<Platform> =
    Slice { brings: Brings { limits: &[&UPGRADES], ..Brings::NOTHING }, ..Slice::new("live") };
