//! Pages of the firm's own on its site, the pictures in them, and the people who agreed to be shown there.

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
                    .table("site_pages")
                    .col(uuid("id").primary_key())
                    .col(string_len("slug", 60))
                    .col(text("title"))
                    .col(text("description"))
                    .col(text("body"))
                    .col(string_len("place", 10))
                    .col(integer("position"))
                    .col(timestamp_with_time_zone_null("published_at"))
                    .col(timestamp_with_time_zone_null("first_published_at"))
                    .col(uuid_null("updated_by"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("site_page_slugs")
                    .col(string_len("slug", 60).primary_key())
                    .col(uuid("page_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("site_page_slugs", "page_id")
                            .to("site_pages", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        index(manager, "site_page_slugs", "site_page_slugs_by_page", &["page_id"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("site_page_pictures")
                    .col(uuid("page_id"))
                    .col(string_len("picture", 80))
                    .primary_key(Index::create().col("page_id").col("picture"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("site_page_pictures", "page_id")
                            .to("site_pages", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        index(manager, "site_page_pictures", "site_page_pictures_by_picture", &["picture"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("site_people")
                    .col(uuid("staff_id").primary_key())
                    .col(boolean("is_shown"))
                    .col(text("job_title"))
                    .col(text("words"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("site_people", "staff_id")
                            .to("staff", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await
    }
}
