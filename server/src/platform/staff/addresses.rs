//! Migrates the folded email addresses by which people are found, after their rule changed.

use database::entity::staff::{ActiveModel, Column, Entity};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};

use super::store;
use crate::error::Result;
use crate::storage::{Storage, email_key};

/// Recomputes the folded address of each person; earlier versions kept the domain as it was typed. If two people would
/// get the same one, the existing owner keeps it.
///
/// # Errors
/// The database is unavailable.
pub async fn settle_addresses(storage: &Storage) -> Result<()> {
    let people = Entity::find().filter(Column::DeletedAt.is_null()).all(storage.read()).await?;
    for person in people.into_iter().filter(|person| email_key(&person.email) != person.email_key) {
        let row = ActiveModel { id: Set(person.id), email_key: Set(email_key(&person.email)), ..Default::default() };
        let settled = storage
            .write(row, |tx, row| Box::pin(async move { Ok(store::change(tx.conn(), row.clone()).await?) }))
            .await;
        match settled {
            Err(error) if error.is_unique_violation() => {
                tracing::warn!(staff = %person.id, "two people share one address; the older spelling is kept");
            }
            outcome => drop(outcome?),
        }
    }
    Ok(())
}
