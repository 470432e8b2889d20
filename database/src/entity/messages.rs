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

/// Who wrote a line of a thread, and to whom.
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
#[schema(as = ThreadKind)]
pub enum LineKind {
    /// Staff to the client.
    Reply,
    /// Staff to staff.
    Note,
    /// The client to staff.
    Client,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
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
    /// The last change of any kind.
    pub last_activity_at: DateTimeUtc,
    /// Where it stands in lists: the id of its newest line, or drawn when it came back. A `UUIDv7`.
    pub activity_id: Uuid,
    /// The beginning of the newest line of its thread; null: the message itself is the newest.
    pub last_line: Option<String>,
    pub last_line_kind: Option<LineKind>,
    pub last_line_by: Option<Uuid>,
    pub last_line_at: Option<DateTimeUtc>,
    /// The first line of the client that nobody has replied to, while the message is open. A `UUIDv7`.
    pub waiting_id: Option<Uuid>,
    /// The email with the newest reply was refused or given up.
    pub undelivered: bool,
    /// Until then an open message is not shown among the open ones.
    pub snoozed_until: Option<DateTimeUtc>,
    /// Then it comes back among the open ones, wherever it stands.
    pub follow_up_at: Option<DateTimeUtc>,
    pub follow_up_by: Option<Uuid>,
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
