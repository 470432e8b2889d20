//! The settings of the process: flags and environment, one struct a concern.
//!
//! `.env` is read first. A `TEKVWARHO_*` variable that no field reads is an error, because a misspelt
//! setting that is ignored is worse than none.

mod database;
mod log;
mod mail;
mod server;

use std::path::PathBuf;

use clap::Args;

pub use database::DatabaseConfig;
pub use log::LogConfig;
pub use mail::{MailConfig, Transport};
pub use server::{Guard, ServerConfig};

/// Everything that is decided before the program starts.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Folder for the SQLite file, the key ring and mails that are not sent.
    #[arg(long, env = "TEKVWARHO_DATA_DIR", default_value = "./data", global = true)]
    pub data_dir: PathBuf,
    /// File of the key ring; made on the first start.  [default: keys.json in the data directory]
    #[arg(long, env = "TEKVWARHO_SECRET_FILE", global = true)]
    pub secret_file: Option<PathBuf>,
    /// Folder whose `templates/` and `assets/` stand in for the built-in ones.
    #[arg(long, env = "TEKVWARHO_THEME_DIR", global = true)]
    pub theme_dir: Option<PathBuf>,
    /// Map of addresses (MaxMind DB, cities or countries); with it, lists of devices say where a device is.
    #[arg(long, env = "TEKVWARHO_GEOIP_DB", global = true)]
    pub geoip_db: Option<PathBuf>,
    #[command(flatten)]
    pub server: ServerConfig,
    #[command(flatten)]
    pub database: DatabaseConfig,
    #[command(flatten)]
    pub mail: MailConfig,
    #[command(flatten)]
    pub log: LogConfig,
}

impl Config {
    /// Where the key ring is.
    pub fn secret_file(&self) -> PathBuf {
        self.secret_file.clone().unwrap_or_else(|| self.data_dir.join("keys.json"))
    }

    /// Refuses what no database of this program has for an address.
    ///
    /// # Errors
    /// Says what is wrong, without the address: it may hold a password.
    pub fn check(&self) -> Result<(), &'static str> {
        if crate::storage::Engine::of_url(&self.database_url()).is_some() {
            Ok(())
        } else {
            Err("DATABASE_URL must begin with sqlite:// or postgres://")
        }
    }

    /// The address of the database.
    pub fn database_url(&self) -> String {
        self.database.url.clone().unwrap_or_else(|| crate::storage::database_url(&self.data_dir))
    }
}

/// `TEKVWARHO_*` variables of the environment that `known` does not name.
pub fn unknown_variables<'k>(known: impl Iterator<Item = &'k str>) -> Vec<String> {
    let known: Vec<&str> = known.collect();
    let mut unknown: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("TEKVWARHO_") && !known.contains(&name.as_str()))
        .collect();
    unknown.sort();
    unknown
}

/// Variables of the environment that a later version will read.
pub fn set_in_vain() -> impl Iterator<Item = &'static str> {
    ["REDIS_URL", "DATABASE_READ_URL"].into_iter().filter(|name| std::env::var_os(name).is_some())
}
