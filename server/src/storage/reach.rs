//! Explains to the operator why a database cannot be used, without revealing its password.

use std::io::ErrorKind;
use std::time::Duration;

use database::Migrator;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{self, Connection as _};
use sea_orm::{DatabaseConnection, DbErr, EntityTrait as _};
use sea_orm_migration::{MigratorTrait as _, seaql_migrations};

/// A reachable server responds long before.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks a `PostgreSQL` server for one connection: a pool would report every problem as a timeout.
pub(super) async fn check(url: &str) -> Result<(), DbErr> {
    let options: PgConnectOptions = url.parse().map_err(|_| fault("DATABASE_URL cannot be read".to_owned()))?;
    match tokio::time::timeout(PATIENCE, PgConnection::connect_with(&options)).await {
        Ok(Ok(connection)) => connection.close().await.map_err(|error| fault(why(&error, &options))),
        Ok(Err(error)) => Err(fault(why(&error, &options))),
        Err(_) => Err(fault(format!("{} does not respond", place(&options)))),
    }
}

fn why(error: &sqlx::Error, options: &PgConnectOptions) -> String {
    let (place, user) = (place(options), options.get_username());
    match error {
        sqlx::Error::Io(cause) => match cause.kind() {
            ErrorKind::ConnectionRefused => format!("nothing listens at {place}"),
            ErrorKind::TimedOut => format!("{place} does not respond"),
            _ => format!("{place} cannot be reached: {cause}"),
        },
        sqlx::Error::Tls(cause) => format!("{place} and this program do not agree on TLS: {cause}"),
        sqlx::Error::Database(cause) => match cause.code().as_deref() {
            Some("28P01" | "28000") => format!("{place} refuses the user {user} or their password"),
            Some("3D000") => {
                format!("{place} has no database {}", options.get_database().unwrap_or(user))
            }
            Some("53300") => format!("{place} has no connections left"),
            _ => format!("{place} refuses: {}", cause.message()),
        },
        other => format!("{place} cannot be used: {other}"),
    }
}

fn place(options: &PgConnectOptions) -> String {
    format!("{}:{}", options.get_host(), options.get_port())
}

/// Rejects a database that a newer version has migrated.
pub(super) async fn check_age(conn: &DatabaseConnection) -> Result<(), DbErr> {
    // A database without the migrations table is new.
    let Ok(applied) = seaql_migrations::Entity::find().all(conn).await else { return Ok(()) };
    let known = Migrator::migrations();
    let Some(newer) = applied.iter().find(|it| !known.iter().any(|own| own.name() == it.version)) else {
        return Ok(());
    };
    let newest = known.last().map_or("", |own| own.name());
    Err(fault(format!(
        "it belongs to a newer version of Tekvwarho: it has the change {}, and this version ends at {newest}. Run the \
         newer version, or restore an earlier backup",
        newer.version
    )))
}

fn fault(text: String) -> DbErr {
    DbErr::Custom(text)
}
