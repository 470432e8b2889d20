//! The database remembers which key ring it belongs to. A node with another one would sign tokens that no other node
//! accepts, so it does not start.

use database::entity::installation::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait as _, EntityTrait, QueryFilter as _, Set};

use crate::error::{Error, Result};
use uuid::Uuid;

use crate::secrets::KeyRing;
use crate::storage::Storage;

const NAME: &str = "key_fingerprint";
/// The name of this installation among others that share a server with it.
const ID: &str = "id";

/// The id of this installation, the same on every node; created on the first start.
///
/// # Errors
/// The database is unavailable.
pub async fn installation_id(storage: &Storage, new: Uuid) -> Result<String> {
    storage
        .write(new.to_string(), |tx, new| {
            Box::pin(async move {
                let row = ActiveModel { name: Set(ID.to_owned()), value: Set(new.clone()) };
                Entity::insert(row)
                    .on_conflict(OnConflict::column(Column::Name).do_nothing().to_owned())
                    .exec_without_returning(tx.conn())
                    .await?;
                Ok(Entity::find_by_id(ID).one(tx.conn()).await?.map(|row| row.value).unwrap_or_default())
            })
        })
        .await
}

/// Writes the fingerprint on the first start; returns an error if the ring lacks the recorded key. If the ring has a
/// newer key in front, its fingerprint is recorded, so that the old key can be removed one day.
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
    if keys.fingerprints().next() == Some(known.as_str()) {
        return Ok(());
    }
    if keys.fingerprints().any(|fingerprint| fingerprint == known) {
        let newest = keys.fingerprints().next().unwrap_or_default().to_owned();
        return storage
            .write((newest, known), |tx, (newest, known)| {
                Box::pin(async move {
                    Entity::update_many()
                        .col_expr(Column::Value, Expr::value(newest.as_str()))
                        .filter(Column::Name.eq(NAME).and(Column::Value.eq(known.as_str())))
                        .exec(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await;
    }
    Err(Error::internal(
        "this database belongs to another key ring. Restore the keys.json it was created with, or point \
         TEKVWARHO_SECRET_FILE at it",
    ))
}
