//! Services become rows with a permanent id, and keep every address that they ever had.

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
                    .table("services")
                    .col(uuid("id").primary_key())
                    .col(string_len("slug", 60))
                    .col(string_len("name", 80))
                    .col(timestamp_with_time_zone_null("retired_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("service_slugs")
                    .col(string_len("slug", 60).primary_key())
                    .col(uuid("service_id"))
                    .foreign_key(ForeignKey::create().from("service_slugs", "service_id").to("services", "id"))
                    .to_owned(),
            )
            .await?;
        index(manager, "service_slugs", "service_slugs_by_service", &["service_id"]).await
    }
}
