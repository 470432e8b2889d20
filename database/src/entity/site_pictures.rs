//! A picture of the public site, as re-encoded by this program.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "site_pictures")]
pub struct Model {
    /// Width, height and SHA-256 of `content`: `480x120-…`. It is served under this name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// PNG or JPEG without metadata.
    pub content: Vec<u8>,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
