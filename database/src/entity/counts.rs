//! A count that is maintained as rows change, up to the last fold; `count_changes` has what happened since.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "counts")]
pub struct Model {
    /// The name of the count.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Quarter hours since 1970 in UTC (days in every time zone begin with one); 0 for counts without a time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot: i32,
    /// The person it belongs to; the nil id if nobody.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person: Uuid,
    pub total: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
