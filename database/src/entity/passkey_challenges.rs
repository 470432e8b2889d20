//! A WebAuthn ceremony in progress: the state that its response must match. Single use; expires within minutes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey_challenges")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `register`, `sign_in` or `prove`.
    pub purpose: String,
    /// The session that started it; none for a sign-in.
    pub session_id: Option<Uuid>,
    /// The state of `webauthn-rs`: it contains the challenge and never leaves the server.
    pub state: Json,
    pub expires_at: DateTimeUtc,
    pub used_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
