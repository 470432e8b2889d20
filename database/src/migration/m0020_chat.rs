//! Live chat: sessions with their lines, notes and tags, who takes chats, and who may not write.

use sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

use super::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        sessions(manager).await?;
        lines(manager).await?;
        notes_and_tags(manager).await?;
        desk(manager).await
    }
}

async fn sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("chat_sessions")
                .col(pk_uuid("session_id"))
                .col(uuid("visitor_id"))
                .col(uuid_null("staff_id"))
                .col(text_null("visitor_name"))
                .col(text_null("visitor_email"))
                .col(text_null("email_key"))
                .col(text_null("topic"))
                .col(string_len("status", 20))
                .col(timestamp_with_time_zone("started_at"))
                .col(timestamp_with_time_zone_null("ended_at"))
                .col(small_integer_null("rating"))
                .col(text_null("feedback"))
                .col(big_integer("last_seq"))
                .col(big_integer("last_note_seq"))
                .col(big_integer("visitor_read_seq"))
                .col(big_integer("staff_read_seq"))
                .col(integer("unread_by_visitor"))
                .col(integer("unread_by_staff"))
                .col(timestamp_with_time_zone_null("waiting_since"))
                .col(timestamp_with_time_zone_null("first_replied_at"))
                .col(timestamp_with_time_zone("last_activity_at"))
                .col(uuid("activity_id"))
                .col(text_null("last_line"))
                .col(string_len_null("last_from", 10))
                .col(text_null("page_url"))
                .col(text_null("page_title"))
                .col(text_null("referrer"))
                .col(text_null("timezone"))
                .col(text_null("ip_address"))
                .col(text_null("user_agent"))
                .col(boolean("is_spam"))
                .col(uuid_null("message_id"))
                .col(big_integer("mailed_seq"))
                .col(text("search_text"))
                .col(big_integer("version"))
                .col(timestamp_with_time_zone("changed_at"))
                .foreign_key(ForeignKey::create().from("chat_sessions", "staff_id").to("staff", "id"))
                .to_owned(),
        )
        .await?;
    index(manager, "chat_sessions", "chat_sessions_by_activity", &["activity_id"]).await?;
    index(manager, "chat_sessions", "chat_sessions_by_status", &["status", "activity_id"]).await?;
    index(manager, "chat_sessions", "chat_sessions_by_staff", &["staff_id", "status", "activity_id"]).await?;
    index(manager, "chat_sessions", "chat_sessions_by_visitor", &["visitor_id", "session_id"]).await?;
    index(manager, "chat_sessions", "chat_sessions_by_client", &["email_key", "session_id"]).await?;
    index(manager, "chat_sessions", "chat_sessions_by_change", &["changed_at"]).await?;
    for sql in [
        "CREATE INDEX chat_sessions_open ON chat_sessions (session_id) WHERE status <> 'closed'",
        "CREATE INDEX chat_sessions_waiting ON chat_sessions (waiting_since) WHERE waiting_since IS NOT NULL",
        "CREATE INDEX chat_sessions_unread ON chat_sessions (last_activity_at) WHERE unread_by_visitor > 0",
        "CREATE INDEX chat_sessions_rated ON chat_sessions (session_id) WHERE rating IS NOT NULL",
    ] {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}

async fn lines(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
    let mut lines = Table::create().table("chat_messages").to_owned();
    if sqlite {
        // As in `messages`: the full-text index refers to rows by number.
        lines.col(integer("serial").primary_key().auto_increment()).col(uuid_uniq("id"));
    } else {
        lines.col(pk_uuid("id"));
    }
    manager
        .create_table(
            lines
                .col(uuid("session_id"))
                .col(big_integer("seq"))
                .col(string_len_null("client_id", 64))
                .col(string_len("sender_type", 10))
                .col(uuid_null("sender_id"))
                .col(text("content"))
                .col(string_len_null("event", 20))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone_null("read_at"))
                .col(timestamp_with_time_zone_null("redacted_at"))
                .col(text("search_text"))
                .foreign_key(ForeignKey::create().from("chat_messages", "session_id").to("chat_sessions", "session_id"))
                .to_owned(),
        )
        .await?;
    unique(manager, "chat_messages", "chat_messages_stream", &["session_id", "seq"]).await?;
    unique(manager, "chat_messages", "chat_messages_client", &["session_id", "client_id"]).await?;
    let search: &[&str] = if sqlite {
        &[
            "CREATE VIRTUAL TABLE chat_messages_search USING fts5 \
             (search_text, content='chat_messages', content_rowid='serial', prefix='2 3 4', columnsize=0, detail=none)",
            "CREATE TABLE chat_messages_search_feed (up_to integer NOT NULL)",
            "INSERT INTO chat_messages_search_feed VALUES (0)",
            "CREATE TRIGGER chat_messages_search_delete AFTER DELETE ON chat_messages \
             WHEN old.serial <= (SELECT up_to FROM chat_messages_search_feed) BEGIN \
             INSERT INTO chat_messages_search(chat_messages_search, rowid, search_text) \
             VALUES ('delete', old.serial, old.search_text); END",
            "CREATE TRIGGER chat_messages_search_update AFTER UPDATE OF search_text ON chat_messages \
             WHEN old.serial <= (SELECT up_to FROM chat_messages_search_feed) BEGIN \
             INSERT INTO chat_messages_search(chat_messages_search, rowid, search_text) \
             VALUES ('delete', old.serial, old.search_text); \
             INSERT INTO chat_messages_search(rowid, search_text) VALUES (new.serial, new.search_text); END",
        ]
    } else {
        &[
            "ALTER TABLE chat_messages ADD COLUMN search_vector tsvector \
             GENERATED ALWAYS AS (to_tsvector('simple', search_text)) STORED",
            "CREATE INDEX chat_messages_search ON chat_messages USING gin (search_vector)",
        ]
    };
    for statement in search {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

async fn notes_and_tags(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let of_session = |table: &'static str| {
        let mut key = ForeignKey::create();
        key.from(table, "session_id").to("chat_sessions", "session_id").take()
    };
    manager
        .create_table(
            Table::create()
                .table("chat_notes")
                .col(pk_uuid("id"))
                .col(uuid("session_id"))
                .col(big_integer("note_seq"))
                .col(string_len_null("client_id", 64))
                .col(uuid_null("staff_id"))
                .col(text("content"))
                .col(timestamp_with_time_zone("created_at"))
                .foreign_key(&mut of_session("chat_notes"))
                .foreign_key(ForeignKey::create().from("chat_notes", "staff_id").to("staff", "id"))
                .to_owned(),
        )
        .await?;
    unique(manager, "chat_notes", "chat_notes_stream", &["session_id", "note_seq"]).await?;
    unique(manager, "chat_notes", "chat_notes_client", &["session_id", "client_id"]).await?;
    manager
        .create_table(
            Table::create()
                .table("chat_tags")
                .col(uuid("session_id"))
                .col(text("tag"))
                .primary_key(Index::create().col("session_id").col("tag"))
                .foreign_key(&mut of_session("chat_tags"))
                .to_owned(),
        )
        .await?;
    index(manager, "chat_tags", "chat_tags_by_tag", &["tag", "session_id"]).await
}

async fn desk(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("chat_availability")
                .col(uuid("staff_id").primary_key())
                .col(boolean("is_available"))
                .col(timestamp_with_time_zone("seen_at"))
                .foreign_key(
                    ForeignKey::create()
                        .from("chat_availability", "staff_id")
                        .to("staff", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("chat_blocks")
                .col(uuid("visitor_id").primary_key())
                .col(text_null("ip_address"))
                .col(uuid_null("blocked_by"))
                .col(timestamp_with_time_zone("expires_at"))
                .col(timestamp_with_time_zone("created_at"))
                .to_owned(),
        )
        .await?;
    index(manager, "chat_blocks", "chat_blocks_by_address", &["ip_address"]).await
}

async fn unique(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut create = Index::create().table(table).name(name).unique().to_owned();
    for column in columns {
        create.col(*column);
    }
    manager.create_index(create).await
}
