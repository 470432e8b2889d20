//! Communication between the nodes of one installation. For now one node is the whole cluster: everything that must be
//! correct lives in the database, and the bus only makes it fast.

mod bus;
mod recent;

pub use bus::{Bus, Event, Events, Heard, Hook, Notice};
pub use recent::Recent;
