//! The names of people and entities, shared by all readers: most staff pages show some.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::DbErr;
use uuid::Uuid;

use crate::cluster::{Bus, Event, Recent};
use crate::error::Result;

/// Names by the ids of people or entities.
pub type NamesById = Arc<HashMap<Uuid, String>>;

/// Cached names of one kind; a change of any person who has or owns them invalidates them.
pub struct KnownNames(Recent<(), HashMap<Uuid, String>>);

impl KnownNames {
    pub fn new(bus: &Bus) -> Self {
        Self(Recent::new(bus, |event| {
            matches!(event, Event::StaffChanged(_) | Event::TokensChanged(_) | Event::Everything)
        }))
    }

    /// The cached names, or the result of `read`.
    ///
    /// # Errors
    /// Those of `read`: the database is unavailable.
    pub async fn get(&self, read: impl Future<Output = Result<HashMap<Uuid, String>, DbErr>>) -> Result<NamesById> {
        Ok(self.0.get((), async |()| read.await).await?)
    }
}
