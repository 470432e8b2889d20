//! The outbox gets lanes, and records when an email could first have been delivered.

use sea_orm_migration::{prelude::*, schema::*};

use super::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let lane = string_len("lane", 10).default("prompt").take();
        manager.alter_table(Table::alter().table("outbox").add_column(lane).to_owned()).await?;
        let due = timestamp_with_time_zone_null("due_at");
        manager.alter_table(Table::alter().table("outbox").add_column(due).to_owned()).await?;
        // Existing emails were due at once. For finished ones, the time is never read.
        let open = Query::update()
            .table("outbox")
            .value("due_at", Expr::col("created_at"))
            .and_where(Expr::col("state").is_in(["pending", "sending"]))
            .to_owned();
        manager.execute(open).await?;
        index(manager, "outbox", "outbox_by_lane", &["lane", "state", "next_attempt_at"]).await
    }
}
