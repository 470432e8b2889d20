//! Communication between the nodes of one installation. Everything that must be correct lives in the database; the bus
//! only makes it fast. A node without Redis is a cluster of its own. No other module talks to Redis.

mod bus;
mod counters;
mod link;
mod recent;
mod servers;

pub use bus::{Bus, Chat, Event, Events, Heard, Hook, Notice, Viewing};
pub use counters::{Allowance, Counters, Drawn};
pub use link::Link;
pub use recent::Recent;
pub use servers::{Servers, check_redis_url};
