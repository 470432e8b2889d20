//! New messages are sorted by rules, filters of the inbox are kept under a name, and tags have colours.

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
                    .table("message_rules")
                    .col(uuid("id").primary_key())
                    .col(integer("position"))
                    .col(text("name"))
                    .col(boolean("is_active"))
                    .col(string_len_null("service", 60))
                    .col(text("words"))
                    .col(string_len_null("hours", 10))
                    .col(uuid_null("assign_to"))
                    .col(text("tags"))
                    .col(string_len_null("status", 20))
                    .col(uuid_null("updated_by"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("saved_filters")
                    .col(uuid("id").primary_key())
                    .col(uuid("staff_id"))
                    .col(text("name"))
                    .col(text("query"))
                    .col(boolean("is_shared"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("saved_filters", "staff_id")
                            .to("staff", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        index(manager, "saved_filters", "saved_filters_by_staff", &["staff_id"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("tag_colours")
                    .col(string_len("tag", 40).primary_key())
                    .col(string_len("colour", 10))
                    .to_owned(),
            )
            .await
    }
}
