//! One session of chat: its lines are rows of `chat_messages`.

use sea_orm::entity::prelude::*;

use super::chat_messages::Sender;

/// Where a session stands.
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
#[schema(as = ChatStatus)]
pub enum Status {
    /// For somebody to take it.
    Waiting,
    /// Somebody has it.
    Active,
    Closed,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "chat_sessions")]
pub struct Model {
    /// A `UUIDv7`, reserved before the row is made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: Uuid,
    pub visitor_id: Uuid,
    /// Who has it, or had it when it was closed.
    pub staff_id: Option<Uuid>,
    /// Since when that person has it.
    pub held_since: Option<DateTimeUtc>,
    pub visitor_name: Option<String>,
    pub visitor_email: Option<String>,
    pub email_key: Option<String>,
    /// Slug of a service.
    pub topic: Option<String>,
    pub status: Status,
    pub started_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
    pub rating: Option<i16>,
    pub feedback: Option<String>,
    /// The `seq` of its newest line, and the `note_seq` of its newest note.
    pub last_seq: i64,
    pub last_note_seq: i64,
    pub visitor_read_seq: i64,
    pub staff_read_seq: i64,
    /// Lines of the other side beyond these.
    pub unread_by_visitor: i32,
    pub unread_by_staff: i32,
    /// The first line of the visitor that staff have not replied to, while it is open.
    pub waiting_since: Option<DateTimeUtc>,
    pub first_replied_at: Option<DateTimeUtc>,
    pub last_activity_at: DateTimeUtc,
    /// Where it stands in lists: the id of its newest line. A `UUIDv7`.
    pub activity_id: Uuid,
    /// The beginning of the newest line that somebody wrote.
    pub last_line: Option<String>,
    pub last_from: Option<Sender>,
    /// The person of the staff who wrote it.
    pub last_by: Option<Uuid>,
    /// The page on which the visitor was last.
    pub page_url: Option<String>,
    pub page_title: Option<String>,
    /// From where they came to the site.
    pub referrer: Option<String>,
    pub timezone: Option<String>,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub is_spam: bool,
    /// The message of the inbox that was made of it.
    pub message_id: Option<Uuid>,
    /// Lines of staff up to this one have gone out by mail.
    pub mailed_seq: i64,
    /// Name, address and topic, folded.
    pub search_text: String,
    /// Increases with every change that somebody can see.
    pub version: i64,
    /// When that was.
    pub changed_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
