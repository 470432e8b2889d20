//! Wrong passwords, counted per account and per address.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_failures")]
pub struct Model {
    /// SHA-256 of the account's folded email address, of the network address, or of the known device.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// Failures since the last correct password, as long as they follow within the window.
    pub failures: i32,
    pub last_at: DateTimeUtc,
    pub locked_until: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
