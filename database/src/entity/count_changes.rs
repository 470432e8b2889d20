//! What was added to or subtracted from a count, written in the same transaction as its cause. Units only insert rows
//! here, so they never wait for one another; a fold adds them to `counts` and deletes them.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_changes")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub slot: i32,
    pub person: Uuid,
    pub delta: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
