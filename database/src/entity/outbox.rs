//! An email that was created in a transaction and is delivered afterwards.

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

/// Emails in one lane wait for each other, but not for those in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))", rename_all = "snake_case")]
pub enum Lane {
    /// Someone is waiting for it.
    Prompt,
    /// One of many.
    Bulk,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Folder under `templates/email`.
    pub template: String,
    pub recipient: String,
    /// Values for the template.
    pub payload: Json,
    /// `Message-ID`, fixed on creation, so that a duplicate delivery can be recognized.
    pub message_id: String,
    /// Where replies go, if not to the address in the settings.
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
    /// The earliest time of delivery; null for emails that were finished before this column existed.
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
