//! Filters of the inbox that a person keeps under a name.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_filters")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose they are.
    pub staff_id: Uuid,
    pub name: String,
    /// As they stand in the address of the list: `view=all&tag=urgent`.
    pub query: String,
    /// Everyone who may see messages has them.
    pub is_shared: bool,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
