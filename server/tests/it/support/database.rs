//! A separate database for each test.

use std::path::Path;

use sea_orm::{
    ConnectionTrait as _, Database, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
};
use sea_orm_migration::MigratorTrait as _;

const TEMPLATE: &str = "tekvwarho_template";

/// An open transaction as on another node: on `SQLite` it holds the lock of the file.
pub async fn begin_elsewhere(url: &str) -> DatabaseTransaction {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Database::connect(url).await.unwrap().begin_with_options(options).await.unwrap()
}

/// The URL of an empty database: a file in `folder`, or a copy of a migrated template on the server of
/// `TEST_DATABASE_URL`.
pub async fn fresh(folder: &Path) -> String {
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
        return format!("sqlite://{}", folder.join("test.db").display());
    };
    let base = server.rsplit_once('/').unwrap().0;
    let name = format!("test_{}", uuid::Builder::from_random_bytes(tekvwarho::ids::secret()).into_uuid().simple());
    let admin = Database::connect(&server).await.unwrap();
    // Each test runs in its own process; the first creates the template, the others wait.
    let lock = sea_orm::TransactionTrait::begin(&admin).await.unwrap();
    lock.execute_unprepared("SELECT pg_advisory_xact_lock(5500)").await.unwrap();
    if Database::connect(&format!("{base}/{TEMPLATE}_ready")).await.is_err() {
        admin.execute_unprepared(&format!("CREATE DATABASE {TEMPLATE}")).await.unwrap();
        let template = Database::connect(&format!("{base}/{TEMPLATE}")).await.unwrap();
        ::database::Migrator::up(&template, None).await.unwrap();
        template.close().await.unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {TEMPLATE}_ready")).await.unwrap();
    }
    lock.commit().await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")).await.unwrap();
    admin.close().await.unwrap();
    format!("{base}/{name}")
}
