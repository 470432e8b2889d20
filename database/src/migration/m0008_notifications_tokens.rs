//! Indexes for audit entries, tokens for programs, and notices for people.

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
                    .table("api_tokens")
                    .col(pk_uuid("id"))
                    .col(text("name"))
                    .col(text("prefix"))
                    .col(text_uniq("token_hash"))
                    .col(json("permissions"))
                    .col(uuid("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("last_used_at"))
                    .col(text_null("last_used_address"))
                    .col(timestamp_with_time_zone_null("revoked_at"))
                    .col(uuid_null("revoked_by"))
                    .to_owned(),
            )
            .await?;
        index(manager, "api_tokens", "api_tokens_of_person", &["created_by"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("notifications")
                    .col(pk_uuid("id"))
                    .col(uuid("staff_id"))
                    .col(string_len("event", 40))
                    .col(text_null("entity_type"))
                    .col(uuid_null("entity_id"))
                    .col(uuid_null("actor_id"))
                    .col(text_null("detail"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("read_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("notifications", "staff_id")
                            .to("staff", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        index(manager, "notifications", "notifications_of_person", &["staff_id", "id"]).await?;
        index(manager, "notifications", "notifications_of_entity", &["entity_id", "staff_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("notification_preferences")
                    .col(uuid("staff_id"))
                    .col(string_len("event", 40))
                    .col(string_len("channel", 10))
                    .col(boolean("is_on"))
                    .primary_key(Index::create().col("staff_id").col("event").col("channel"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("notification_preferences", "staff_id")
                            .to("staff", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;

        // The token that acted for the person in `user_id`. Older entries have none, and their hashes stay as they are.
        manager.alter_table(Table::alter().table("audit_logs").add_column(uuid_null("token_id")).to_owned()).await?;
        index(manager, "audit_logs", "audit_logs_by_action", &["action", "id"]).await?;
        index(manager, "audit_logs", "audit_logs_by_type", &["entity_type", "id"]).await?;
        // Most entries come from visitors and the program: those have no person, and few entries have a token.
        for statement in [
            "CREATE INDEX audit_logs_by_person ON audit_logs (user_id, id) WHERE user_id IS NOT NULL",
            "CREATE INDEX audit_logs_by_token ON audit_logs (token_id, id) WHERE token_id IS NOT NULL",
            "CREATE INDEX audit_logs_by_address ON audit_logs (ip_address, id) WHERE ip_address IS NOT NULL",
            "CREATE INDEX notifications_unread ON notifications (staff_id, id) WHERE read_at IS NULL",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
