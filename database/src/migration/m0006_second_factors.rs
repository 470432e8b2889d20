//! Second factors: app codes, recovery codes, passkeys; and the columns that sessions and profiles need for them.

use sea_orm_migration::{prelude::*, schema::*};

use super::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("totp_secrets")
                    .col(uuid("staff_id").primary_key())
                    .col(binary("secret_sealed"))
                    .col(big_integer("last_step"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("confirmed_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("totp_secrets", "staff_id")
                            .to("staff", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("recovery_codes")
                    .col(pk_uuid("id"))
                    .col(uuid("staff_id"))
                    .col(text("code_hash"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("used_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("recovery_codes", "staff_id")
                            .to("staff", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        index(manager, "recovery_codes", "recovery_codes_of_staff", &["staff_id", "code_hash"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("passkeys")
                    .col(pk_uuid("id"))
                    .col(uuid("staff_id"))
                    .col(text_uniq("credential_id"))
                    .col(json("credential"))
                    .col(big_integer("sign_count"))
                    .col(text("name"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("last_used_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("passkeys", "staff_id")
                            .to("staff", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        index(manager, "passkeys", "passkeys_of_staff", &["staff_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("passkey_challenges")
                    .col(pk_uuid("id"))
                    .col(string_len("purpose", 20))
                    .col(uuid_null("session_id"))
                    .col(json("state"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("used_at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "passkey_challenges", "passkey_challenges_expiry", &["expires_at"]).await?;

        manager
            .alter_table(
                Table::alter()
                    .table("active_sessions")
                    .add_column(timestamp_with_time_zone_null("proved_at"))
                    .to_owned(),
            )
            .await?;
        manager.alter_table(Table::alter().table("staff").add_column(text_null("locale")).to_owned()).await
    }
}
