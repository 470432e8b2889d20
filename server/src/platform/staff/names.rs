//! What people are called: most pages that staff see say it of somebody.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::store;
use crate::cluster::{Bus, Event, Recent};
use crate::error::Result;
use crate::platform::Platform;

/// Names by the ids of people or things.
pub type NamesById = Arc<HashMap<Uuid, String>>;

/// The names that were read last.
pub struct StaffNames(Recent<(), HashMap<Uuid, String>>);

impl StaffNames {
    pub fn new(bus: &Bus) -> Self {
        Self(Recent::new(bus, |event| matches!(event, Event::StaffChanged(_) | Event::Everything)))
    }
}

/// The name of everybody, those who have left among them.
///
/// # Errors
/// The database is away.
pub async fn names(platform: &Platform) -> Result<NamesById> {
    Ok(platform.staff_names.0.get((), async |()| store::names(platform.storage.read()).await).await?)
}
