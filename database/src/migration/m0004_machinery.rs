//! Tables that every slice uses: outbox, jobs, settings, stored responses, facts of the installation.

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
                    .table("outbox")
                    .col(pk_uuid("id"))
                    .col(text("template"))
                    .col(text("recipient"))
                    .col(json("payload"))
                    .col(text_uniq("message_id"))
                    .col(text_null("in_reply_to"))
                    .col(text_null("references"))
                    .col(boolean("auto_submitted"))
                    .col(text_null("entity_type"))
                    .col(uuid_null("entity_id"))
                    .col(string_len("state", 20))
                    .col(integer("attempts"))
                    .col(timestamp_with_time_zone("next_attempt_at"))
                    .col(uuid_null("lease_owner"))
                    .col(timestamp_with_time_zone_null("lease_until"))
                    .col(text_null("last_error"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("sent_at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "outbox", "outbox_due", &["state", "next_attempt_at"]).await?;
        index(manager, "outbox", "outbox_of_entity", &["entity_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("jobs")
                    .col(text("name").primary_key())
                    .col(timestamp_with_time_zone("due_at"))
                    .col(uuid_null("lease_owner"))
                    .col(timestamp_with_time_zone_null("lease_until"))
                    .col(timestamp_with_time_zone_null("last_run_at"))
                    .col(text_null("last_error"))
                    .to_owned(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("settings")
                    .col(text("key").primary_key())
                    .col(json("value"))
                    .col(uuid_null("updated_by"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .to_owned(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("idempotency_keys")
                    .col(text("id").primary_key())
                    .col(text("body_hash"))
                    .col(binary_null("answer_sealed"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "idempotency_keys", "idempotency_keys_expiry", &["expires_at"]).await?;

        manager
            .create_table(
                Table::create().table("installation").col(text("name").primary_key()).col(text("value")).to_owned(),
            )
            .await
    }
}
