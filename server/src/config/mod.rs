//! The settings of the process: flags and environment, one struct per concern.
//!
//! `.env` is read first. A `TEKVWARHO_*` variable that no field reads is an error, because silently ignoring a misspelt
//! setting is worse.

mod database;
mod files;
mod log;
mod mail;
mod parse;
mod redis;
mod server;

use std::path::PathBuf;

use clap::Args;

use crate::cluster::check_redis_url;
use crate::storage::Engine;

pub use database::DatabaseConfig;
pub use files::{FilesConfig, FilesPlace};
pub use log::LogConfig;
pub use mail::{MailConfig, Transport};
pub use parse::SecretUrl;
pub use redis::RedisConfig;
pub use server::{Guard, ServerConfig};

/// Everything that is decided before the program starts.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Folder for the SQLite file, the key ring, files that people send, and emails that are not sent.
    #[arg(long, env = "TEKVWARHO_DATA_DIR", default_value = "./data", global = true)]
    pub data_dir: PathBuf,
    /// Key ring file; created on the first start.  [default: keys.json in the data directory]
    #[arg(long, env = "TEKVWARHO_SECRET_FILE", global = true)]
    pub secret_file: Option<PathBuf>,
    /// Folder whose `templates/` and `assets/` replace the built-in ones.
    #[arg(long, env = "TEKVWARHO_THEME_DIR", global = true)]
    pub theme_dir: Option<PathBuf>,
    /// IP location database (MaxMind DB, cities or countries); with it, device lists show where a device is.
    #[arg(long, env = "TEKVWARHO_GEOIP_DB", global = true)]
    pub geoip_db: Option<PathBuf>,
    #[command(flatten)]
    pub server: ServerConfig,
    #[command(flatten)]
    pub database: DatabaseConfig,
    #[command(flatten)]
    pub files: FilesConfig,
    #[command(flatten)]
    pub redis: RedisConfig,
    #[command(flatten)]
    pub mail: MailConfig,
    #[command(flatten)]
    pub log: LogConfig,
}

impl Config {
    /// The path of the key ring.
    pub fn secret_file(&self) -> PathBuf {
        self.secret_file.clone().unwrap_or_else(|| self.data_dir.join("keys.json"))
    }

    /// Rejects URLs that cannot belong to a database, a mail server, a Redis or a place for files.
    ///
    /// # Errors
    /// Says what is wrong, without the URL: it can contain a password.
    pub fn check(&self) -> Result<(), String> {
        const ENCODE: &str = "Percent-encode special characters in the password: # is %23, @ is %40, / is %2F";
        if self.server.public_url.as_ref().is_some_and(parse::holds_secret) {
            return Err("TEKVWARHO_PUBLIC_URL must not hold a user name or a password".to_owned());
        }
        let database = match Engine::of_url(&self.database_url()) {
            None => Err("it must start with sqlite:// or postgres://".to_owned()),
            Some(Engine::Sqlite) => Ok(()),
            Some(Engine::Postgres) => self.database.url.as_ref().map_or(Ok(()), |url| url.read().map(drop)),
        };
        database.map_err(|error| {
            format!("DATABASE_URL cannot be read: {error}. It looks like postgres://user:password@host:5432/database. {ENCODE}")
        })?;
        if self.redis.url.is_some() && Engine::of_url(&self.database_url()) == Some(Engine::Sqlite) {
            return Err("REDIS_URL is for several nodes on one PostgreSQL: set DATABASE_URL to it".to_owned());
        }
        let redis = self.redis.url.as_ref().map_or(Ok(()), |url| check_redis_url(url.as_str()));
        redis.map_err(|error| format!("REDIS_URL cannot be used: {error}"))?;
        self.files.place().map_err(|error| format!("TEKVWARHO_FILES_URL cannot be used: {error}"))?;
        self.mail.smtp_url.as_ref().map_or(Ok(()), |url| url.read().map(drop)).map_err(|error| {
            format!(
                "SMTP_URL cannot be read: {error}. It looks like smtp://user:password@mail.example.com:587. {ENCODE}"
            )
        })
    }

    /// The URL of the database.
    pub fn database_url(&self) -> String {
        let given = self.database.url.as_ref().map(|url| url.as_str().to_owned());
        given.unwrap_or_else(|| crate::storage::database_url(&self.data_dir))
    }
}

/// `TEKVWARHO_*` environment variables that `known` does not contain.
pub fn unknown_variables<'k>(known: impl Iterator<Item = &'k str>) -> Vec<String> {
    let known: Vec<&str> = known.collect();
    let mut unknown: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("TEKVWARHO_") && !known.contains(&name.as_str()))
        .collect();
    unknown.sort();
    unknown
}

/// Environment variables that only a later version will read.
pub fn set_in_vain() -> impl Iterator<Item = &'static str> {
    ["DATABASE_READ_URL"].into_iter().filter(|name| std::env::var_os(name).is_some())
}
