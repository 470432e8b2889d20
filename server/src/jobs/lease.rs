//! Taking and releasing a job. One conditional update decides, so two nodes cannot both have it.

use chrono::{DateTime, Duration, Utc};
use database::entity::jobs;
use sea_orm::sea_query::{Condition, Expr, OnConflict};
use sea_orm::{ColumnTrait as _, EntityTrait, QueryFilter as _, Set};
use uuid::Uuid;

use crate::error::Result;
use crate::storage::Storage;

/// If a node dies, its jobs become available after this time.
const LEASE: Duration = Duration::minutes(5);

/// Takes the job if it is due and no node has it.
pub async fn take(storage: &Storage, name: &'static str, owner: Uuid, now: DateTime<Utc>) -> Result<bool> {
    storage
        .write((), move |tx, ()| {
            Box::pin(async move {
                let fresh = jobs::ActiveModel {
                    name: Set(name.to_owned()),
                    due_at: Set(now),
                    lease_owner: Set(None),
                    lease_until: Set(None),
                    last_run_at: Set(None),
                    last_error: Set(None),
                };
                jobs::Entity::insert(fresh)
                    .on_conflict(OnConflict::column(jobs::Column::Name).do_nothing().to_owned())
                    .exec_without_returning(tx.conn())
                    .await?;
                let free =
                    Condition::any().add(jobs::Column::LeaseUntil.is_null()).add(jobs::Column::LeaseUntil.lt(now));
                let taken = jobs::Entity::update_many()
                    .col_expr(jobs::Column::LeaseOwner, Expr::value(owner))
                    .col_expr(jobs::Column::LeaseUntil, Expr::value(now + LEASE))
                    .filter(jobs::Column::Name.eq(name))
                    .filter(jobs::Column::DueAt.lte(now))
                    .filter(free)
                    .exec(tx.conn())
                    .await?;
                Ok(taken.rows_affected == 1)
            })
        })
        .await
}

/// Releases it and sets when it is next due.
pub async fn give_back(
    storage: &Storage,
    name: &'static str,
    owner: Uuid,
    now: DateTime<Utc>,
    due: DateTime<Utc>,
    error: Option<String>,
) -> Result<()> {
    storage
        .write(error, move |tx, error| {
            Box::pin(async move {
                jobs::Entity::update_many()
                    .col_expr(jobs::Column::LeaseOwner, Expr::value(Option::<Uuid>::None))
                    .col_expr(jobs::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
                    .col_expr(jobs::Column::DueAt, Expr::value(due))
                    .col_expr(jobs::Column::LastRunAt, Expr::value(now))
                    .col_expr(jobs::Column::LastError, Expr::value(error.clone()))
                    .filter(jobs::Column::Name.eq(name))
                    .filter(jobs::Column::LeaseOwner.eq(owner))
                    .exec(tx.conn())
                    .await?;
                Ok(())
            })
        })
        .await
}
