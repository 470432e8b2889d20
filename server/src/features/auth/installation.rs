//! The database remembers which key ring it belongs to. A node with another one would sign tokens that nobody
//! else accepts, so it does not start.

use database::entity::installation::{ActiveModel, Column, Entity};
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, Set};

use crate::error::{Error, Result};
use crate::secrets::KeyRing;
use crate::storage::Storage;

const NAME: &str = "key_fingerprint";

/// Writes the fingerprint on the first start; refuses when the ring does not hold the key that was written.
pub async fn claim_installation(storage: &Storage, keys: &KeyRing) -> Result<()> {
    let fingerprint = keys.fingerprints().next().unwrap_or_default().to_owned();
    storage
        .write(fingerprint, |tx, fingerprint| {
            Box::pin(async move {
                let row = ActiveModel { name: Set(NAME.to_owned()), value: Set(fingerprint.clone()) };
                Entity::insert(row)
                    .on_conflict(OnConflict::column(Column::Name).do_nothing().to_owned())
                    .exec_without_returning(tx.conn())
                    .await?;
                Ok(())
            })
        })
        .await?;
    let known = Entity::find_by_id(NAME).one(storage.read()).await?.map(|row| row.value).unwrap_or_default();
    if keys.fingerprints().any(|fingerprint| fingerprint == known) {
        return Ok(());
    }
    Err(Error::internal(
        "this database belongs to another key ring. Bring back the keys.json that it was made with, or point \
         TEKVWARHO_SECRET_FILE at it",
    ))
}
