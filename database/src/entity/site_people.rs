//! What a person wrote about themselves for the site, and whether they agree to be shown there. Nobody else can agree
//! for them.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "site_people")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: Uuid,
    /// They agree.
    pub is_shown: bool,
    /// May be empty.
    #[sea_orm(column_type = "Text")]
    pub job_title: String,
    /// A few sentences; may be empty.
    #[sea_orm(column_type = "Text")]
    pub words: String,
    pub updated_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
