//! The audit trail and its seal.

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
                    .table("audit_logs")
                    .col(pk_uuid("id"))
                    .col(uuid_null("user_id"))
                    .col(text("action"))
                    .col(text("entity_type"))
                    .col(text_null("entity_id"))
                    .col(json_null("changes"))
                    .col(text_null("ip_address"))
                    .col(text_null("user_agent"))
                    .col(binary_null("salt"))
                    .col(json("commitments"))
                    .col(text_null("request_id"))
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "audit_logs", "audit_logs_of_entity", &["entity_type", "entity_id", "id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("audit_chain")
                    .col(big_integer("seq").primary_key())
                    .col(uuid_uniq("audit_id"))
                    .col(text("hash"))
                    .to_owned(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("audit_checkpoints")
                    .col(big_integer("seq").primary_key())
                    .col(text("hash"))
                    .col(text("signature"))
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await
    }
}
