//! The inbox: messages with their threads, notes and tags.

use sea_orm_migration::{prelude::*, schema::*};

use sea_orm::DbBackend;

use super::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(clippy::too_many_lines, reason = "one table after the other")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;

        let mut messages = Table::create().table("messages").to_owned();
        if sqlite {
            // The full-text index refers to rows by number, and an undeclared row number can change in a VACUUM.
            messages.col(integer("serial").primary_key().auto_increment()).col(uuid_uniq("id"));
        } else {
            messages.col(pk_uuid("id"));
        }
        manager
            .create_table(
                messages
                    .col(text("name"))
                    .col(text("email"))
                    .col(text("email_key"))
                    .col(text_null("phone"))
                    .col(text_null("company"))
                    .col(text_null("service"))
                    .col(text("message"))
                    .col(string_len("status", 20))
                    .col(uuid_null("assigned_to"))
                    .col(text_null("reply_content"))
                    .col(timestamp_with_time_zone_null("replied_at"))
                    .col(timestamp_with_time_zone_null("first_replied_at"))
                    .col(timestamp_with_time_zone_null("client_replied_at"))
                    .col(timestamp_with_time_zone_null("opened_at"))
                    .col(timestamp_with_time_zone("last_activity_at"))
                    .col(integer("reply_count"))
                    .col(boolean("consent"))
                    .col(uuid_null("visitor_id"))
                    .col(text_null("ip_address"))
                    .col(text_null("user_agent"))
                    .col(integer("version"))
                    .col(text("search_text"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(ForeignKey::create().from("messages", "assigned_to").to("staff", "id"))
                    .to_owned(),
            )
            .await?;
        // The list shows the newest first under any single filter, and under status and assignee.
        index(manager, "messages", "messages_by_status", &["status", "id"]).await?;
        index(manager, "messages", "messages_by_assignee", &["assigned_to", "status", "id"]).await?;
        index(manager, "messages", "messages_by_assignee_only", &["assigned_to", "id"]).await?;
        index(manager, "messages", "messages_by_service", &["service", "id"]).await?;
        index(manager, "messages", "messages_by_client", &["email_key", "id"]).await?;

        // Response times read the newest replies first, and most messages of a day have none yet.
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE INDEX messages_by_first_answer ON messages (first_replied_at) WHERE first_replied_at IS NOT NULL",
            )
            .await?;
        // Every hour, the clean-up looks for old messages that still have their sender's address.
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE INDEX messages_with_sender ON messages (id) WHERE ip_address IS NOT NULL OR user_agent IS NOT NULL",
            )
            .await?;
        // PostgreSQL cannot tell that rows without an assignee are in the order of their ids.
        manager
            .get_connection()
            .execute_unprepared("CREATE INDEX messages_of_nobody ON messages (status, id) WHERE assigned_to IS NULL")
            .await?;

        let search: &[&str] = if sqlite {
            &[
                "CREATE VIRTUAL TABLE messages_search USING fts5 \
                 (search_text, content='messages', content_rowid='serial', prefix='2 3 4', columnsize=0, detail=none)",
                "CREATE TRIGGER messages_search_insert AFTER INSERT ON messages BEGIN \
                 INSERT INTO messages_search(rowid, search_text) VALUES (new.serial, new.search_text); END",
                "CREATE TRIGGER messages_search_delete AFTER DELETE ON messages BEGIN \
                 INSERT INTO messages_search(messages_search, rowid, search_text) \
                 VALUES ('delete', old.serial, old.search_text); END",
                "CREATE TRIGGER messages_search_update AFTER UPDATE OF search_text ON messages BEGIN \
                 INSERT INTO messages_search(messages_search, rowid, search_text) \
                 VALUES ('delete', old.serial, old.search_text); \
                 INSERT INTO messages_search(rowid, search_text) VALUES (new.serial, new.search_text); END",
            ]
        } else {
            // Stored, because with an index on an expression the planner would rather compute the value for every row.
            &[
                "ALTER TABLE messages ADD COLUMN search_vector tsvector \
                 GENERATED ALWAYS AS (to_tsvector('simple', search_text)) STORED",
                "CREATE INDEX messages_search ON messages USING gin (search_vector)",
            ]
        };
        for statement in search {
            manager.get_connection().execute_unprepared(statement).await?;
        }

        manager
            .create_table(
                Table::create()
                    .table("message_replies")
                    .col(pk_uuid("id"))
                    .col(uuid("message_id"))
                    .col(uuid_null("staff_id"))
                    .col(text("content"))
                    .col(uuid_null("outbox_id"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(ForeignKey::create().from("message_replies", "message_id").to("messages", "id"))
                    .foreign_key(ForeignKey::create().from("message_replies", "staff_id").to("staff", "id"))
                    .to_owned(),
            )
            .await?;
        index(manager, "message_replies", "message_replies_thread", &["message_id", "id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("message_notes")
                    .col(pk_uuid("id"))
                    .col(uuid("message_id"))
                    .col(uuid("staff_id"))
                    .col(text("content"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(ForeignKey::create().from("message_notes", "message_id").to("messages", "id"))
                    .foreign_key(ForeignKey::create().from("message_notes", "staff_id").to("staff", "id"))
                    .to_owned(),
            )
            .await?;
        index(manager, "message_notes", "message_notes_thread", &["message_id", "id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("message_tags")
                    .col(uuid("message_id"))
                    .col(text("tag"))
                    .primary_key(Index::create().col("message_id").col("tag"))
                    .foreign_key(ForeignKey::create().from("message_tags", "message_id").to("messages", "id"))
                    .to_owned(),
            )
            .await?;
        index(manager, "message_tags", "message_tags_by_tag", &["tag", "message_id"]).await?;

        manager
            .create_table(
                Table::create()
                    .table("canned_replies")
                    .col(pk_uuid("id"))
                    .col(text("title"))
                    .col(text_uniq("shortcut"))
                    .col(text("content"))
                    .col(uuid_null("updated_by"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .to_owned(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("undo_operations")
                    .col(pk_uuid("id"))
                    .col(uuid("staff_id"))
                    .col(json("before"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "undo_operations", "undo_operations_expiry", &["expires_at"]).await
    }
}
