//! Opening and migrating the database.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use database::Migrator;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbErr};
use sea_orm_migration::MigratorTrait as _;

use super::dialect::{self, Engine, WordIndex};
use super::reach;
use super::write::Writer;
use crate::cluster::Bus;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Storage {
    pub(super) read: DatabaseConnection,
    pub(super) writer: Writer,
    pub(super) bus: Bus,
}

/// The URL of the embedded database in `data_dir`.
pub fn database_url(data_dir: &Path) -> String {
    format!("sqlite://{}", data_dir.join("tekvwarho.db").display())
}

/// The file in a URL such as `sqlite://data/tekvwarho.db?mode=rwc`.
pub fn database_file(url: &str) -> &Path {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    Path::new(path.split_once('?').map_or(path, |(path, _)| path))
}

impl Storage {
    /// Connects, and migrates if `snapshots` names a folder: before its schema changes, an `SQLite` file that contains
    /// data is copied there. `words` are the indexes that units feed.
    pub async fn open(
        url: &str,
        bus: Bus,
        words: Vec<WordIndex>,
        snapshots: Option<(&Path, DateTime<Utc>)>,
    ) -> Result<Self, DbErr> {
        let engine = Engine::of_url(url)
            .ok_or_else(|| DbErr::Custom("DATABASE_URL must start with sqlite:// or postgres://".to_owned()))?;
        let writer = match engine.write_options(url) {
            Some(options) => Some((Database::connect(options.clone()).await?, options)),
            None => {
                reach::check(url).await?;
                None
            }
        };
        let read = Database::connect(engine.read_options(url)).await?;
        reach::check_age(writer.as_ref().map_or(&read, |(writer, _)| writer)).await?;
        if let Some((folder, now)) = snapshots {
            match &writer {
                Some((writer, _)) => {
                    if let Some(path) = snapshot_before_migration(writer, folder, now).await? {
                        tracing::info!(path = %path.display(), "wrote a snapshot before the migration");
                    }
                    Migrator::up(writer, None).await?;
                }
                None => {
                    // If nodes start together, one migrates; the others wait for it and find nothing left to do.
                    let alone = Database::connect(engine.migration_options(url)).await?;
                    dialect::lock_migrations(&alone).await?;
                    Migrator::up(&alone, None).await?;
                    alone.close().await?;
                }
            }
        }
        let writer = match writer {
            Some((connection, options)) => Writer::grouped(connection, options, bus.clone(), words),
            None => Writer::direct(Database::connect(engine.unit_options(url)).await?),
        };
        Ok(Self { read, writer, bus })
    }

    /// For queries. Sees everything that was committed.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For queries that can be slightly stale: reports, exports, lists of past events. There are no standby servers
    /// yet, so it is the same as [`Self::read`].
    pub fn standby(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Names of the migrations that this database lacks.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, DbErr> {
        Ok(Migrator::get_pending_migrations(&self.read).await?.iter().map(|it| it.name().to_owned()).collect())
    }

    /// Returns once the database responds and can be written to.
    pub async fn ping(&self) -> Result<(), DbErr> {
        if !self.writer.is_open() {
            return Err(DbErr::Custom("the writer has ended".to_owned()));
        }
        self.read.execute_unprepared("SELECT 1").await.map(drop)
    }
}

async fn snapshot_before_migration(
    conn: &DatabaseConnection,
    folder: &Path,
    now: DateTime<Utc>,
) -> Result<Option<PathBuf>, DbErr> {
    let applied = match Migrator::get_applied_migrations(conn).await {
        Ok(applied) => applied.len(),
        Err(_) => 0,
    };
    if applied == 0 || applied == Migrator::migrations().len() {
        return Ok(None);
    }
    std::fs::create_dir_all(folder).map_err(|error| DbErr::Custom(error.to_string()))?;
    let path = folder.join(format!("before-migration-{}.db", now.format("%Y%m%dT%H%M%S%6f")));
    dialect::snapshot(conn, &path).await?;
    Ok(Some(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_told_from_its_address() {
        for url in ["sqlite://data/a.db", "sqlite:data/a.db", "sqlite://data/a.db?mode=rwc"] {
            assert_eq!(database_file(url), Path::new("data/a.db"));
        }
        assert_eq!(database_file("sqlite:///var/a.db"), Path::new("/var/a.db"));
    }
}
