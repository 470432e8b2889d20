//! Queries of the settings.

use chrono::{DateTime, Utc};
use database::entity::settings;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryOrder as _, Set};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{KEYS, Snapshot, keys};

/// Defaults with what was set over them.
pub(super) async fn snapshot(conn: &impl ConnectionTrait) -> Result<Snapshot, DbErr> {
    let mut values: Map<String, Value> = KEYS.iter().map(|key| (key.key.clone(), key.default.clone())).collect();
    let mut last_change = None;
    for row in settings::Entity::find().all(conn).await? {
        last_change = last_change.max(Some(row.updated_at));
        // A key that an older version knew stays in the table and is not read.
        if let Some(value) = values.get_mut(&row.key) {
            *value = row.value;
        }
    }
    let (firm, services) = keys::typed(&values).map_err(|error| DbErr::Type(format!("settings: {error}")))?;
    Ok(Snapshot { firm, services, values, last_change })
}

/// When the newest value was set.
pub(super) async fn last_change(conn: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    let newest = settings::Entity::find().order_by_desc(settings::Column::UpdatedAt).one(conn).await?;
    Ok(newest.map(|row| row.updated_at))
}

/// Sets one key.
pub(super) async fn put(
    conn: &impl ConnectionTrait,
    key: &str,
    value: &Value,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = settings::ActiveModel {
        key: Set(key.to_owned()),
        value: Set(value.clone()),
        updated_by: Set(by),
        updated_at: Set(now),
    };
    let replace = OnConflict::column(settings::Column::Key)
        .update_columns([settings::Column::Value, settings::Column::UpdatedBy, settings::Column::UpdatedAt])
        .to_owned();
    settings::Entity::insert(row).on_conflict(replace).exec_without_returning(conn).await?;
    Ok(())
}
