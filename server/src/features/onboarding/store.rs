//! Queries of onboarding.

use database::entity::{sample_rows, staff};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait as _, QueryFilter as _};

/// Number of staff without sample people.
pub(super) async fn real_staff(conn: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let made_up = Query::select().column(sample_rows::Column::Id).from(sample_rows::Entity).take();
    staff::Entity::find()
        .filter(staff::Column::Id.not_in_subquery(made_up))
        .filter(staff::Column::DeletedAt.is_null())
        .count(conn)
        .await
}
