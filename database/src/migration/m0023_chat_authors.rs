//! Who wrote the newest line of a chat: lists name its author, not whoever has the chat.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = uuid_null("last_by").take();
        manager.alter_table(Table::alter().table("chat_sessions").add_column(column).to_owned()).await
    }
}
