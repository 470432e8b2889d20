//! A reply can be held back for some seconds, in which its writer may undo it.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = timestamp_with_time_zone_null("held_until").take();
        manager.alter_table(Table::alter().table("message_replies").add_column(column).to_owned()).await
    }
}
