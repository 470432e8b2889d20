//! A notice for one person, shown in the dashboard. It names what happened and contains no personal data of clients.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "notifications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The recipient.
    pub staff_id: Uuid,
    /// For example `message_created`.
    pub event: String,
    pub entity_type: Option<String>,
    pub entity_id: Option<Uuid>,
    /// The colleague who did it; none: a client or the program.
    pub actor_id: Option<Uuid>,
    /// A further detail, such as the name of a device.
    pub detail: Option<String>,
    pub created_at: DateTimeUtc,
    pub read_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
