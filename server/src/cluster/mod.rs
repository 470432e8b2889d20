//! What the nodes of one installation tell each other. One node is the whole cluster for now: everything that must
//! be true lives in the database, and the bus only makes it quick.

mod bus;
mod recent;

pub use bus::{Bus, Event, Hook, Notice};
pub use recent::Recent;
