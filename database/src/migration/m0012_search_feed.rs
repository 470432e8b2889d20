//! The word index of messages is fed once for all messages of a commit, no longer by a trigger for each.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Sqlite {
            return Ok(());
        }
        // A row that is not in the index yet must not be removed from it: the two remaining triggers check how far the
        // index has got. Serials increase and are never reused.
        let statements = [
            "CREATE TABLE messages_search_feed (up_to integer NOT NULL)",
            "INSERT INTO messages_search_feed SELECT coalesce(max(serial), 0) FROM messages",
            "DROP TRIGGER messages_search_insert",
            "DROP TRIGGER messages_search_delete",
            "DROP TRIGGER messages_search_update",
            "CREATE TRIGGER messages_search_delete AFTER DELETE ON messages \
             WHEN old.serial <= (SELECT up_to FROM messages_search_feed) BEGIN \
             INSERT INTO messages_search(messages_search, rowid, search_text) \
             VALUES ('delete', old.serial, old.search_text); END",
            "CREATE TRIGGER messages_search_update AFTER UPDATE OF search_text ON messages \
             WHEN old.serial <= (SELECT up_to FROM messages_search_feed) BEGIN \
             INSERT INTO messages_search(messages_search, rowid, search_text) \
             VALUES ('delete', old.serial, old.search_text); \
             INSERT INTO messages_search(rowid, search_text) VALUES (new.serial, new.search_text); END",
        ];
        for statement in statements {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
