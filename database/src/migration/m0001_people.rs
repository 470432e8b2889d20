//! Staff, their sessions and their tokens.

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
                    .table("staff")
                    .col(pk_uuid("id"))
                    .col(text("name"))
                    .col(text("email"))
                    .col(text_uniq("email_key"))
                    .col(text("password_hash"))
                    .col(string_len("role", 20))
                    .col(json("permissions"))
                    .col(integer("token_version"))
                    .col(boolean("is_active"))
                    .col(text_null("time_zone"))
                    .col(text("theme"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("last_login"))
                    .to_owned(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("active_sessions")
                    .col(pk_uuid("id"))
                    .col(uuid("user_id"))
                    .col(uuid_null("refresh_token_id"))
                    .col(boolean("is_active"))
                    .col(boolean("remember"))
                    .col(boolean("web"))
                    .col(text_null("user_agent"))
                    .col(text_null("ip_address"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("last_activity"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .foreign_key(ForeignKey::create().from("active_sessions", "user_id").to("staff", "id"))
                    .to_owned(),
            )
            .await?;
        index(manager, "active_sessions", "active_sessions_of_user", &["user_id", "is_active"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("refresh_tokens")
                    .col(pk_uuid("id"))
                    .col(uuid("user_id"))
                    .col(uuid("session_id"))
                    .col(text_uniq("token_hash"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("revoked_at"))
                    .col(timestamp_with_time_zone_null("rotated_at"))
                    .col(uuid_null("replaced_by"))
                    .col(binary_null("successor_sealed"))
                    .col(text_null("user_agent"))
                    .col(text_null("ip_address"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(ForeignKey::create().from("refresh_tokens", "session_id").to("active_sessions", "id"))
                    .to_owned(),
            )
            .await?;
        index(manager, "refresh_tokens", "refresh_tokens_of_session", &["session_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("one_time_tokens")
                    .col(pk_uuid("id"))
                    .col(string_len("kind", 20))
                    .col(text_uniq("token_hash"))
                    .col(uuid_null("staff_id"))
                    .col(uuid_null("session_id"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("used_at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "one_time_tokens", "one_time_tokens_expiry", &["expires_at"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("sign_in_failures")
                    .col(text("subject").primary_key())
                    .col(integer("failures"))
                    .col(timestamp_with_time_zone("last_at"))
                    .col(timestamp_with_time_zone_null("locked_until"))
                    .to_owned(),
            )
            .await
    }
}
