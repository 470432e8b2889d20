//! Addresses by which people are found, when the rule for them has changed.

use database::entity::staff::{ActiveModel, Column, Entity};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};

use super::store;
use crate::error::Result;
use crate::storage::{Storage, email_key};

/// Finds people by what the address is folded to now; before, a domain was kept in the letters it was typed in. Where two would
/// be one person, the one that is there already stays it.
///
/// # Errors
/// The database is away.
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
