//! Visitors who may not write in chats for a time.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chat_blocks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub visitor_id: Uuid,
    /// The address from which they wrote; it is blocked as well.
    pub ip_address: Option<String>,
    pub blocked_by: Option<Uuid>,
    pub expires_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
