//! A number that is kept as rows change, up to the last fold; `count_changes` has what came since.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "counts")]
pub struct Model {
    /// What is counted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Quarter hours since 1970 in UTC, every zone's days begin with one of them; 0 for what has no time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot: i32,
    /// Whose they are; the nil id for nobody's.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person: Uuid,
    pub total: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
