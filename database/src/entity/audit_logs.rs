//! Who did what to which entity. Rows are only ever added; erasure nulls the personal columns and `salt`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_logs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Option<Uuid>,
    /// The API token with which a program acted for that person.
    pub token_id: Option<Uuid>,
    /// For example `message.status_changed`.
    pub action: String,
    pub entity_type: String,
    pub entity_id: Option<String>,
    /// `{"field": {"from": …, "to": …}}`, never personal data or secrets.
    pub changes: Option<Json>,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    /// Random; the commitments of the personal columns are keyed with it.
    pub salt: Option<Vec<u8>>,
    /// HMAC-SHA-256 of each personal column under `salt`, in hex; remains when the value is erased.
    pub commitments: Json,
    pub request_id: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
