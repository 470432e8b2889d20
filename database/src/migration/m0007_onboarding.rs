//! Which onboarding steps are done, and which rows are samples.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("onboarding_marks")
                    .col(text("scope"))
                    .col(text("name"))
                    .col(json("value"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .primary_key(Index::create().col("scope").col("name"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("sample_rows")
                    .col(string_len("kind", 20))
                    .col(uuid("id"))
                    .primary_key(Index::create().col("kind").col("id"))
                    .to_owned(),
            )
            .await
    }
}
