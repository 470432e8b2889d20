//! Lists go by last activity and show the newest line; a message can come back on a day; what is read is each person's
//! own. `messages.opened_at` has no use from here on.

use sea_orm::DbBackend;
use sea_orm::prelude::{ChronoUtc, DateTimeUtc};
use sea_orm_migration::{prelude::*, schema::*};

use super::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns of `messages`.
fn columns() -> Vec<ColumnDef> {
    vec![
        text_null("last_line").take(),
        string_len_null("last_line_kind", 10).take(),
        uuid_null("last_line_by").take(),
        timestamp_with_time_zone_null("last_line_at").take(),
        uuid_null("waiting_id").take(),
        boolean("undelivered").default(false).take(),
        timestamp_with_time_zone_null("snoozed_until").take(),
        timestamp_with_time_zone_null("follow_up_at").take(),
        uuid_null("follow_up_by").take(),
    ]
}

/// The newest line of each thread, and the first line of the client that nobody has replied to.
const LINES: [&str; 3] = [
    "UPDATE messages SET activity_id = coalesce((SELECT id FROM \
     (SELECT message_id, id FROM message_replies UNION ALL SELECT message_id, id FROM message_notes) AS lines \
     WHERE lines.message_id = messages.id ORDER BY id DESC LIMIT 1), id)",
    "UPDATE messages SET \
     last_line = substr(line.content, 1, 200), last_line_kind = line.kind, last_line_by = line.by_whom, last_line_at = line.created_at \
     FROM (SELECT id, content, CASE WHEN staff_id IS NULL THEN 'client' ELSE 'reply' END AS kind, staff_id AS by_whom, created_at \
     FROM message_replies UNION ALL SELECT id, content, 'note', staff_id, created_at FROM message_notes) AS line \
     WHERE line.id = messages.activity_id",
    "UPDATE messages SET waiting_id = CASE WHEN first_replied_at IS NULL THEN id ELSE \
     (SELECT id FROM message_replies AS line WHERE line.message_id = messages.id AND line.staff_id IS NULL \
     AND line.created_at > messages.replied_at ORDER BY id LIMIT 1) END WHERE status IN ('new', 'in_progress')",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let conn = manager.get_connection();
        // SQLite adds a column that may not be null only with a value.
        let (kind, nobody) = match manager.get_database_backend() {
            DbBackend::Sqlite => ("uuid_text", "x'00000000000000000000000000000000'"),
            _ => ("uuid", "'00000000-0000-0000-0000-000000000000'"),
        };
        for table in ["messages", "message_tags"] {
            let sql = format!("ALTER TABLE {table} ADD COLUMN activity_id {kind} NOT NULL DEFAULT {nobody}");
            conn.execute_unprepared(&sql).await?;
        }
        for column in columns() {
            manager.alter_table(Table::alter().table("messages").add_column(column).to_owned()).await?;
        }
        for sql in LINES {
            conn.execute_unprepared(sql).await?;
        }
        conn.execute_unprepared(
            "UPDATE message_tags SET activity_id = \
             (SELECT activity_id FROM messages WHERE messages.id = message_tags.message_id)",
        )
        .await?;
        index(manager, "messages", "messages_by_activity", &["activity_id"]).await?;
        index(manager, "messages", "messages_by_status_activity", &["status", "activity_id"]).await?;
        index(manager, "messages", "messages_by_assignee_activity", &["assigned_to", "status", "activity_id"]).await?;
        index(manager, "messages", "messages_by_assignee_only_activity", &["assigned_to", "activity_id"]).await?;
        index(manager, "messages", "messages_by_service_activity", &["service", "activity_id"]).await?;
        index(manager, "message_tags", "message_tags_by_activity", &["tag", "activity_id"]).await?;
        for sql in [
            "CREATE INDEX messages_of_nobody_activity ON messages (status, activity_id) WHERE assigned_to IS NULL",
            "CREATE INDEX messages_waiting ON messages (waiting_id) WHERE waiting_id IS NOT NULL",
            "CREATE INDEX messages_waiting_of ON messages (assigned_to, waiting_id) WHERE waiting_id IS NOT NULL",
            "CREATE INDEX messages_snoozed ON messages (snoozed_until) WHERE snoozed_until IS NOT NULL",
            "CREATE INDEX messages_to_follow_up ON messages (follow_up_at) WHERE follow_up_at IS NOT NULL",
        ] {
            conn.execute_unprepared(sql).await?;
        }
        reads(manager).await
    }
}

/// What each person has read. Who is here already has read everything but what nobody had opened.
#[expect(clippy::disallowed_methods, reason = "a migration has no clock but that of the system")]
async fn reads(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let of_staff = |table: &'static str| {
        let mut key = ForeignKey::create();
        key.from(table, "staff_id").to("staff", "id").on_delete(ForeignKeyAction::Cascade).take()
    };
    let marks = Table::create()
        .table("message_reads")
        .col(uuid("message_id"))
        .col(uuid("staff_id"))
        .col(timestamp_with_time_zone("seen_at"))
        .primary_key(Index::create().col("message_id").col("staff_id"))
        .foreign_key(ForeignKey::create().from("message_reads", "message_id").to("messages", "id"))
        .foreign_key(&mut of_staff("message_reads"))
        .to_owned();
    manager.create_table(marks).await?;
    index(manager, "message_reads", "message_reads_by_staff", &["staff_id"]).await?;
    let all = Table::create()
        .table("inbox_reads")
        .col(uuid("staff_id").primary_key())
        .col(timestamp_with_time_zone("seen_at"))
        .foreign_key(&mut of_staff("inbox_reads"))
        .to_owned();
    manager.create_table(all).await?;

    let (conn, now) = (manager.get_connection(), ChronoUtc::now());
    let read = Query::select().column("id").expr(Expr::val(now)).from("staff").take();
    insert(conn, "inbox_reads", &["staff_id", "seen_at"], read).await?;
    let new = Condition::any()
        .add(Expr::col("opened_at").is_null())
        .add(Expr::col("client_replied_at").gt(Expr::col("opened_at")));
    let unread = Query::select()
        .column(("messages", "id"))
        .column(("staff", "id"))
        .expr(Expr::val(DateTimeUtc::UNIX_EPOCH))
        .from("messages")
        .join(JoinType::CrossJoin, "staff", Condition::all())
        .and_where(Expr::col("status").is_in(["new", "in_progress"]))
        .cond_where(new)
        .take();
    insert(conn, "message_reads", &["message_id", "staff_id", "seen_at"], unread).await
}

async fn insert(
    conn: &SchemaManagerConnection<'_>,
    table: &'static str,
    columns: &[&'static str],
    rows: SelectStatement,
) -> Result<(), DbErr> {
    let mut insert = Query::insert();
    insert.into_table(table).columns(columns.iter().copied());
    insert.select_from(rows).map_err(|error| DbErr::Custom(error.to_string()))?;
    conn.execute(&insert).await.map(drop)
}
