//! Where the data is.

use std::fmt;

use clap::Args;

/// Where the data is.
#[derive(Clone, Args)]
pub struct DatabaseConfig {
    /// sqlite:// or postgres:// address.  [default: tekvwarho.db in the data directory]
    #[arg(long = "database-url", env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub url: Option<String>,
}

impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may hold a password.
        f.debug_struct("DatabaseConfig").field("url", &self.url.as_ref().map(|_| "…")).finish()
    }
}
