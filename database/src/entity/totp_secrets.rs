//! The secret that a person's authenticator app shares with the server.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "totp_secrets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: Uuid,
    /// 160 bit, encrypted under a key of the key ring.
    pub secret_sealed: Vec<u8>,
    /// Number of the newest 30 s step whose code was used: a code works once (RFC 6238, 5.2).
    pub last_step: i64,
    pub created_at: DateTimeUtc,
    /// None: the person has not confirmed the app with a code yet, and the secret is not in effect.
    pub confirmed_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
