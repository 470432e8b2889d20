//! A mail that was decided in a transaction and is delivered afterwards.

use sea_orm::entity::prelude::*;

/// The delivery status.
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
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = MailDelivery)]
pub enum State {
    Pending,
    Sending,
    Sent,
    Failed,
}

/// Mails of one lane wait for each other, and not for those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))", rename_all = "snake_case")]
pub enum Lane {
    /// Somebody waits for it.
    Prompt,
    /// One of many.
    Bulk,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Folder under `templates/email`.
    pub template: String,
    pub recipient: String,
    /// Values of the template.
    pub payload: Json,
    /// `Message-ID`, fixed at the decision, so that a second delivery can be told.
    pub message_id: String,
    /// Where answers go, if not to the address of the settings.
    pub reply_to: Option<String>,
    pub in_reply_to: Option<String>,
    /// Message ids separated by spaces, oldest first.
    pub references: Option<String>,
    /// RFC 3834: written by a program, not a person.
    pub auto_submitted: bool,
    pub entity_type: Option<String>,
    pub entity_id: Option<Uuid>,
    pub state: State,
    pub lane: Lane,
    pub attempts: i32,
    /// When it could leave at the earliest; null for mails that were over before there was this column.
    pub due_at: Option<DateTimeUtc>,
    pub next_attempt_at: DateTimeUtc,
    pub lease_owner: Option<Uuid>,
    pub lease_until: Option<DateTimeUtc>,
    pub last_error: Option<String>,
    /// Why it was not taken, in a word.
    pub fault: Option<String>,
    pub created_at: DateTimeUtc,
    pub sent_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
