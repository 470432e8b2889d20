//! Where the data is.

use clap::Args;

use super::SecretUrl;

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct DatabaseConfig {
    /// sqlite:// or postgres:// address.  [default: tekvwarho.db in the data directory]
    #[arg(long = "database-url", env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub url: Option<SecretUrl>,
}
