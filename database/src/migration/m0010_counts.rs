//! The counts of the overview, maintained as data changes: the tables, and the initial counts of the existing messages.

use sea_orm_migration::{prelude::*, schema::*};

use sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        let mut counts = Table::create()
            .table("counts")
            .col(string_len("name", 40))
            .col(integer("slot"))
            .col(uuid("person"))
            .col(integer("total"))
            .primary_key(Index::create().col("name").col("slot").col("person"))
            .to_owned();
        if sqlite {
            // The rows are stored in key order, so a range of quarter hours is read in one go.
            counts.extra("WITHOUT ROWID");
        }
        manager.create_table(counts).await?;
        manager
            .create_table(
                Table::create()
                    .table("count_changes")
                    .col(big_pk_auto("id"))
                    .col(string_len("name", 40))
                    .col(integer("slot"))
                    .col(uuid("person"))
                    .col(integer("delta"))
                    .to_owned(),
            )
            .await?;

        let nobody = if sqlite { "zeroblob(16)" } else { "'00000000-0000-0000-0000-000000000000'::uuid" };
        let slot = |column: &str| {
            if sqlite {
                // Without the cut, fractions of a second would be rounded up.
                format!("CAST(strftime('%s', substr({column}, 1, 19)) AS INTEGER) / 900")
            } else {
                format!("CAST(floor(extract(epoch FROM {column}) / 900) AS integer)")
            }
        };
        let (came, answered) = (slot("created_at"), slot("first_replied_at"));
        let connection = manager.get_connection();
        for statement in [
            format!(
                "INSERT INTO counts (name, slot, person, total) \
                 SELECT 'messages_' || status, 0, coalesce(assigned_to, {nobody}), count(*) FROM messages GROUP BY 1, 3"
            ),
            format!(
                "INSERT INTO counts (name, slot, person, total) \
                 SELECT 'messages_received', {came}, {nobody}, count(*) FROM messages WHERE status <> 'spam' GROUP BY 2"
            ),
            format!(
                "INSERT INTO counts (name, slot, person, total) \
                 SELECT 'messages_answered', {answered}, {nobody}, count(*) FROM messages \
                 WHERE first_replied_at IS NOT NULL GROUP BY 2"
            ),
            // Response times are read from the index alone. It starts with the same column as the older index, which it
            // replaces.
            "CREATE INDEX messages_by_answer ON messages (first_replied_at, created_at) \
             WHERE first_replied_at IS NOT NULL"
                .to_owned(),
            "DROP INDEX messages_by_first_answer".to_owned(),
        ] {
            connection.execute_unprepared(&statement).await?;
        }
        Ok(())
    }
}
