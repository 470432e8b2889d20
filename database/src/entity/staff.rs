//! A person who can sign in.

use sea_orm::entity::prelude::*;

/// The preset a person starts from; `permissions` says what they can actually do.
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
pub enum Role {
    Admin,
    Manager,
    Staff,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    pub email: String,
    /// The folded address: unique, and what sign-in looks for.
    #[sea_orm(unique)]
    pub email_key: String,
    /// PHC string of Argon2id; empty for who cannot sign in yet or any more.
    pub password_hash: String,
    pub role: Role,
    /// JSON array of permission names. An admin has all, whatever stands here.
    pub permissions: Json,
    /// Rises when every token of the person must die.
    pub token_version: i32,
    pub is_active: bool,
    /// IANA name; none: the browser decides.
    pub time_zone: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// BCP 47 tag that dates are written by; none: British English, like the words.
    pub locale: Option<String>,
    pub created_at: DateTimeUtc,
    pub last_login: Option<DateTimeUtc>,
    /// When the newest invitation went out; none once it was accepted.
    pub invited_at: Option<DateTimeUtc>,
    /// Set when the person was deleted. The row stays, so that what they did keeps its name.
    pub deleted_at: Option<DateTimeUtc>,
    /// SHA-256 of the picture in `staff_avatars`; none: initials are drawn.
    pub avatar: Option<String>,
    /// Browsers that signed in before this moment are not known any more.
    pub devices_from: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
