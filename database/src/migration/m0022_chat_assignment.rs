//! Chats that are given to people by themselves: when a person last got one, and since when somebody has a session.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [("chat_availability", "given_at"), ("chat_sessions", "held_since")] {
            let column = timestamp_with_time_zone_null(column).take();
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        let held = "UPDATE chat_sessions SET held_since = last_activity_at WHERE status = 'active'";
        manager.get_connection().execute_unprepared(held).await.map(drop)
    }
}
