//! What tokens are called: the audit trail says it of what a program did.

use std::collections::HashMap;

use uuid::Uuid;

use super::store;
use crate::cluster::{Bus, Event, Recent};
use crate::error::Result;
use crate::platform::Platform;
use crate::platform::staff::NamesById;

/// The names that were read last.
pub struct TokenNames(Recent<(), HashMap<Uuid, String>>);

impl TokenNames {
    pub fn new(bus: &Bus) -> Self {
        Self(Recent::new(bus, |event| matches!(event, Event::StaffChanged(_) | Event::Everything)))
    }
}

/// The name of every token, those that are revoked among them.
///
/// # Errors
/// The database is away.
pub async fn names(platform: &Platform) -> Result<NamesById> {
    Ok(platform.token_names.0.get((), async |()| store::names(platform.storage.read()).await).await?)
}
