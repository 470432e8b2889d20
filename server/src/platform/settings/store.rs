//! Queries of the settings.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use database::entity::settings;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryOrder as _, QuerySelect as _, Set};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Offered, Registry, Snapshot};
use crate::http::valid::Check;

/// The key of the services.
pub(super) const SERVICES: &str = "services.list";
/// The row that counts changes. It is not a key: no group has this name.
pub(super) const VERSION: &str = "version";

/// Defaults overlaid with the stored values, typed.
pub(super) async fn snapshot(conn: &impl ConnectionTrait, registry: &Registry) -> Result<Snapshot, DbErr> {
    let (values, version, last_change) = values(conn, registry).await?;
    let offered = Arc::new(Offered::load(conn).await?);
    registry.snapshot(values, offered, version, last_change).map_err(|error| DbErr::Type(format!("settings: {error}")))
}

/// Every key with its value, the number of changes, and the time of the last one.
pub(super) async fn values(
    conn: &impl ConnectionTrait,
    registry: &Registry,
) -> Result<(Map<String, Value>, i64, Option<DateTime<Utc>>), DbErr> {
    let mut values = registry.defaults();
    let (mut version, mut last_change) = (0, None);
    for row in settings::Entity::find().all(conn).await? {
        last_change = last_change.max(Some(row.updated_at));
        if row.key == VERSION {
            version = row.value.as_i64().unwrap_or_default();
            continue;
        }
        // A key from another version stays in the table but is ignored; so is a value that is no longer valid.
        let Some(key) = registry.key(&row.key) else { continue };
        let mut check = Check::new();
        key.check(&mut check, &row.value);
        if check.done().is_ok() {
            values.insert(row.key, key.complete(row.value));
        } else {
            tracing::warn!(key = row.key, "a setting has an invalid value; its default is used");
        }
    }
    Ok((values, version, last_change))
}

/// The number of changes, and the time of the last one.
pub(super) async fn last_change(conn: &impl ConnectionTrait) -> Result<(i64, Option<DateTime<Utc>>), DbErr> {
    let version = settings::Entity::find_by_id(VERSION).one(conn).await?.and_then(|row| row.value.as_i64());
    let newest = settings::Entity::find().order_by_desc(settings::Column::UpdatedAt).one(conn).await?;
    Ok((version.unwrap_or_default(), newest.map(|row| row.updated_at)))
}

/// The version; its row stays locked until the unit ends.
pub(super) async fn lock_version(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<i64, DbErr> {
    let first = settings::ActiveModel {
        key: Set(VERSION.to_owned()),
        value: Set(Value::from(0)),
        updated_by: Set(None),
        updated_at: Set(now),
    };
    settings::Entity::insert(first)
        .on_conflict(OnConflict::column(settings::Column::Key).do_nothing().to_owned())
        .exec_without_returning(conn)
        .await?;
    let row = settings::Entity::find_by_id(VERSION).lock_exclusive().one(conn).await?;
    Ok(row.and_then(|row| row.value.as_i64()).unwrap_or_default())
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
