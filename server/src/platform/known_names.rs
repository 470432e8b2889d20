//! What people and things are called, read once for all who ask: most pages that staff see say it of somebody.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::DbErr;
use uuid::Uuid;

use crate::cluster::{Bus, Event, Recent};
use crate::error::Result;

/// Names by the ids of people or things.
pub type NamesById = Arc<HashMap<Uuid, String>>;

/// The names of one kind that were read last; a change of any person, who has them or owns them, ends them.
pub struct KnownNames(Recent<(), HashMap<Uuid, String>>);

impl KnownNames {
    pub fn new(bus: &Bus) -> Self {
        Self(Recent::new(bus, |event| {
            matches!(event, Event::StaffChanged(_) | Event::TokensChanged(_) | Event::Everything)
        }))
    }

    /// The names, or what `read` answers.
    ///
    /// # Errors
    /// Those of `read`: the database is away.
    pub async fn get(&self, read: impl Future<Output = Result<HashMap<Uuid, String>, DbErr>>) -> Result<NamesById> {
        Ok(self.0.get((), async |()| read.await).await?)
    }
}
