//! The secret that a person's authenticator app shares with us.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "totp_secrets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: Uuid,
    /// 160 bit, sealed under a key of the key ring.
    pub secret_sealed: Vec<u8>,
    /// Number of the newest step of 30 s whose code was used: a code counts once (RFC 6238, 5.2).
    pub last_step: i64,
    pub created_at: DateTimeUtc,
    /// None: the person has not shown yet that the app has it, and it counts for nothing.
    pub confirmed_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
