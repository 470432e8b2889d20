//! A file that somebody sent. Its bytes are in the store for files, under its id.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "files")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The kind of entity that it belongs to.
    pub owner_kind: String,
    /// Which one; none: a person uploaded it and has not said yet.
    pub owner_id: Option<Uuid>,
    /// What it was sent with; none: nothing names it yet.
    pub line_id: Option<Uuid>,
    /// The person of the staff who uploaded it; none: the visitor did.
    pub uploaded_by: Option<Uuid>,
    pub name: String,
    pub content_type: String,
    /// In bytes, as it is stored. Of a picture: without its small redrawing.
    pub size: i64,
    /// In pixels, if it is a picture.
    pub width: Option<i32>,
    pub height: Option<i32>,
    /// From then on it is not there any more, and a job removes it; none: it stays.
    pub gone_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
