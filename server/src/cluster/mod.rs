//! Communication between the nodes of one installation. Everything that must be correct lives in the database; the bus
//! only makes it fast. A node without Redis is a cluster of its own. No other module talks to Redis.

mod bus;
mod recent;
mod redis;

pub use bus::{Bus, Chat, Event, Events, Heard, Hook, Notice, Viewing};
pub use recent::Recent;
pub use redis::{Link, check_redis_url};
