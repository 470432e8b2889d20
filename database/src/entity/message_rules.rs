//! A rule by which a new message is sorted.

use sea_orm::entity::prelude::*;

use super::messages::Status;

/// When a message comes.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    EnumIter,
    DeriveActiveEnum,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleHours)]
pub enum Hours {
    /// Within the opening hours.
    Open,
    /// Outside of them.
    Closed,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_rules")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Rules are asked in this order.
    pub position: i32,
    pub name: String,
    pub is_active: bool,
    /// Slug of the service that the client asks about; null: any service or none.
    pub service: Option<String>,
    /// One of these phrases is in the message, a line each; empty: whatever it says.
    #[sea_orm(column_type = "Text")]
    pub words: String,
    /// Null: at any time.
    pub hours: Option<Hours>,
    pub assign_to: Option<Uuid>,
    /// Tags to add, a line each.
    #[sea_orm(column_type = "Text")]
    pub tags: String,
    pub status: Option<Status>,
    pub updated_by: Option<Uuid>,
    pub updated_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
