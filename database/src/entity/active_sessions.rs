//! One signed-in device of a staff member.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "active_sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    /// The newest refresh token of this session.
    pub refresh_token_id: Option<Uuid>,
    pub is_active: bool,
    /// False: the refresh cookie ends with the browser session, and the session expires after 12 h without use.
    pub remember: bool,
    /// True if a browser holds the refresh token in a cookie.
    pub web: bool,
    pub user_agent: Option<String>,
    pub ip_address: Option<String>,
    pub created_at: DateTimeUtc,
    pub last_activity: DateTimeUtc,
    /// Absolute expiry (ASVS 10.4.8), regardless of activity.
    pub expires_at: DateTimeUtc,
    /// When the person last confirmed their identity in this session, by signing in or later.
    pub proved_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
