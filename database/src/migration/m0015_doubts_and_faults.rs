//! What speaks against a message is kept, staff can block a sender, and a mail that waits says in a word why.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let doubtful = boolean("doubtful").default(false).take();
        manager.alter_table(Table::alter().table("messages").add_column(doubtful).to_owned()).await?;
        let signs = string_len_null("signs", 120);
        manager.alter_table(Table::alter().table("messages").add_column(signs).to_owned()).await?;
        let fault = string_len_null("fault", 20);
        manager.alter_table(Table::alter().table("outbox").add_column(fault).to_owned()).await?;
        manager
            .create_table(
                Table::create()
                    .table("blocked_senders")
                    .col(uuid("id").primary_key())
                    .col(text("email"))
                    .col(text_uniq("email_key"))
                    .col(uuid_null("blocked_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("blocked_senders", "blocked_by")
                            .to("staff", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .to_owned(),
            )
            .await
    }
}
