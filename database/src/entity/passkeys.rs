//! A passkey (WebAuthn credential) of a person.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkeys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub staff_id: Uuid,
    /// Id of the credential, in base64url.
    #[sea_orm(unique)]
    pub credential_id: String,
    /// The credential as `webauthn-rs` serializes it; its public key is not secret.
    pub credential: Json,
    /// Signature counter; 0 if the authenticator has none.
    pub sign_count: i64,
    /// The name that the person gave it.
    pub name: String,
    pub created_at: DateTimeUtc,
    pub last_used_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
