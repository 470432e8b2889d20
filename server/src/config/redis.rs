//! Where several nodes meet.

use clap::Args;

use super::SecretUrl;

/// Where several nodes meet.
#[derive(Debug, Clone, Args)]
pub struct RedisConfig {
    /// redis:// or rediss:// address, for several nodes on one PostgreSQL.
    #[arg(id = "redis_url", long = "redis-url", env = "REDIS_URL", hide_env_values = true, global = true)]
    pub url: Option<SecretUrl>,
}
