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
    /// The folded email address: unique; sign-in looks it up.
    #[sea_orm(unique)]
    pub email_key: String,
    /// PHC string of Argon2id; empty for a person who cannot sign in yet or no longer can.
    pub password_hash: String,
    pub role: Role,
    /// JSON array of permission names. An admin has all of them, whatever it contains.
    pub permissions: Json,
    /// Increased to invalidate every token of the person.
    pub token_version: i32,
    pub is_active: bool,
    /// IANA name; none: the browser decides.
    pub time_zone: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// BCP 47 tag for formatting dates; none: British English, like the text.
    pub locale: Option<String>,
    pub created_at: DateTimeUtc,
    pub last_login: Option<DateTimeUtc>,
    /// When the newest invitation was sent; none once it was accepted.
    pub invited_at: Option<DateTimeUtc>,
    /// Set when the person was deleted. The row stays, so that their past work keeps its name.
    pub deleted_at: Option<DateTimeUtc>,
    /// SHA-256 of the picture in `staff_avatars`; none: the dashboard draws initials.
    pub avatar: Option<String>,
    /// Browsers that signed in before this time are no longer recognized.
    pub devices_from: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
