//! One reply in the thread of a message, by staff or by the client.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "message_replies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub message_id: Uuid,
    /// None: the client wrote it.
    pub staff_id: Option<Uuid>,
    pub content: String,
    /// The email that carries it, if one was sent.
    pub outbox_id: Option<Uuid>,
    /// Until then the client does not see it, and whoever wrote it may undo it.
    pub held_until: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
