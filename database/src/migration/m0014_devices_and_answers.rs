//! A browser that signed in before is recognized only from a certain time on: signing out everywhere resets this. An
//! email stores where its replies go.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let from = timestamp_with_time_zone_null("devices_from");
        manager.alter_table(Table::alter().table("staff").add_column(from).to_owned()).await?;
        let answers = string_len_null("reply_to", 320);
        manager.alter_table(Table::alter().table("outbox").add_column(answers).to_owned()).await
    }
}
