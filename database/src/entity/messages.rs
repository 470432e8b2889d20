//! One submission of the contact form.

use sea_orm::entity::prelude::*;

/// The status of a message.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = MessageStatus)]
pub enum Status {
    New,
    InProgress,
    Replied,
    Converted,
    Archived,
    Spam,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    /// A `UUIDv7`: it sorts by time of arrival, so lists page by it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub email_key: String,
    pub phone: Option<String>,
    pub company: Option<String>,
    /// Slug of the service that the client asked about.
    pub service: Option<String>,
    pub message: String,
    pub status: Status,
    pub assigned_to: Option<Uuid>,
    /// The newest reply, for people who read the table directly.
    pub reply_content: Option<String>,
    pub replied_at: Option<DateTimeUtc>,
    /// When a person first replied; response times are measured to this.
    pub first_replied_at: Option<DateTimeUtc>,
    pub client_replied_at: Option<DateTimeUtc>,
    /// When a staff member last opened it.
    pub opened_at: Option<DateTimeUtc>,
    pub last_activity_at: DateTimeUtc,
    pub reply_count: i32,
    pub consent: bool,
    pub visitor_id: Option<Uuid>,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    /// Increases with every change; the `ETag` of the entity.
    pub version: i32,
    /// Name, addresses, company and text, folded: the text that search matches.
    pub search_text: String,
    /// Something speaks against it: the firm is told, and the sender got no confirmation.
    pub doubtful: bool,
    /// What speaks against it, as names with commas between them.
    pub signs: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
