//! Invited and deleted staff, and their pictures.

use sea_orm_migration::{prelude::*, schema::*};

use super::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["invited_at", "deleted_at"] {
            manager
                .alter_table(Table::alter().table("staff").add_column(timestamp_with_time_zone_null(column)).to_owned())
                .await?;
        }
        manager.alter_table(Table::alter().table("staff").add_column(text_null("avatar")).to_owned()).await?;
        manager
            .create_table(
                Table::create()
                    .table("staff_avatars")
                    .col(pk_uuid("staff_id"))
                    .col(text("hash"))
                    .col(binary("content"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(ForeignKey::create().from("staff_avatars", "staff_id").to("staff", "id"))
                    .to_owned(),
            )
            .await?;
        index(manager, "staff_avatars", "staff_avatars_hash", &["hash"]).await
    }
}
