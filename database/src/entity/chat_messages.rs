//! A line of a chat. The rows of a session are its stream: `seq` is 1, 2, 3 without gaps.

use sea_orm::entity::prelude::*;

/// Who speaks in a line.
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
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = ChatFrom)]
pub enum Sender {
    Visitor,
    Staff,
    /// Nobody: it says what happened.
    System,
}

/// What a line of the system is about.
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
#[schema(as = ChatEvent)]
pub enum Happened {
    /// Somebody takes it.
    Claimed,
    /// They give it back to the queue.
    Released,
    /// Somebody else has it from now on.
    Transferred,
    /// It was given to somebody by itself.
    Given,
    /// Nobody replied for too long; it waits again.
    Requeued,
    ClosedByStaff,
    ClosedByVisitor,
    /// Nobody wrote for a long time.
    ClosedBySilence,
    Reopened,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "chat_messages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub session_id: Uuid,
    pub seq: i64,
    /// The client's own name of it: with the same one, it is the same line.
    pub client_id: Option<String>,
    pub sender_type: Sender,
    /// The person of the staff who wrote it or did it.
    pub sender_id: Option<Uuid>,
    /// Empty if it was redacted, and in lines of the system.
    pub content: String,
    pub event: Option<Happened>,
    pub created_at: DateTimeUtc,
    /// When the other side had read it.
    pub read_at: Option<DateTimeUtc>,
    pub redacted_at: Option<DateTimeUtc>,
    pub search_text: String,
    /// What was sent with it, as it is shown; none if there is nothing, or not any more.
    pub files: Option<Json>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
