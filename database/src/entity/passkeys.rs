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
    /// The credential as `webauthn-rs` keeps it; its public key is no secret.
    pub credential: Json,
    /// Signature counter; 0 where the authenticator has none.
    pub sign_count: i64,
    /// As the person calls it.
    pub name: String,
    pub created_at: DateTimeUtc,
    pub last_used_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
