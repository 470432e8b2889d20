//! Files that visitors and staff send: one row for each. The bytes are in a folder or a bucket.

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
                    .table("files")
                    .col(pk_uuid("id"))
                    .col(string_len("owner_kind", 20))
                    .col(uuid_null("owner_id"))
                    .col(uuid_null("line_id"))
                    .col(uuid_null("uploaded_by"))
                    .col(text("name"))
                    .col(string_len("content_type", 100))
                    .col(big_integer("size"))
                    .col(integer_null("width"))
                    .col(integer_null("height"))
                    .col(timestamp_with_time_zone_null("gone_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "files", "files_by_owner", &["owner_id", "line_id"]).await?;
        manager
            .get_connection()
            .execute_unprepared("CREATE INDEX files_going ON files (gone_at) WHERE gone_at IS NOT NULL")
            .await?;
        manager.alter_table(Table::alter().table("chat_messages").add_column(json_null("files")).to_owned()).await
    }
}
