//! How the program is reached.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use url::Url;

use crate::http::{Origin, TrustedProxies};

/// How the program is reached, and by whom.
#[derive(Debug, Clone, Args)]
pub struct ServerConfig {
    /// Address and port to listen on.
    #[arg(long, env = "TEKVWARHO_LISTEN", default_value = "127.0.0.1:5500", global = true)]
    pub listen: SocketAddr,
    /// The address that visitors type; links in mails begin with it.
    #[arg(long, env = "TEKVWARHO_PUBLIC_URL", default_value = "http://localhost:5500", global = true)]
    pub public_url: Url,
    /// Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas.
    #[arg(long, env = "TEKVWARHO_TRUSTED_PROXIES", default_value = "", global = true, hide_default_value = true)]
    pub trusted_proxies: TrustedProxies,
    /// Other origins whose pages may use the API, separated by commas.
    #[arg(long, env = "TEKVWARHO_CORS_ORIGINS", value_delimiter = ',', global = true)]
    pub cors_origins: Vec<Origin>,
    /// Certificate chain (PEM); with the key, the port speaks TLS and HTTP/2.
    #[arg(long, env = "TEKVWARHO_TLS_CERT", requires = "tls_key", global = true)]
    pub tls_cert: Option<PathBuf>,
    /// Private key (PEM).
    #[arg(long, env = "TEKVWARHO_TLS_KEY", requires = "tls_cert", global = true)]
    pub tls_key: Option<PathBuf>,
    /// For load tests only.
    #[arg(long, env = "TEKVWARHO_RATE_LIMITS", value_enum, default_value_t = Guard::On, global = true)]
    pub rate_limits: Guard,
    /// For load tests only.
    #[arg(long, env = "TEKVWARHO_BOT_GUARD", value_enum, default_value_t = Guard::On, global = true)]
    pub bot_guard: Guard,
}

/// A protection that load tests may switch off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Guard {
    On,
    Off,
}

impl ServerConfig {
    /// True when visitors come over TLS, ended here or by a proxy.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// True when a refresh cookie may be given: over TLS, or to this machine itself.
    pub fn may_set_cookies(&self) -> bool {
        self.is_https() || matches!(self.public_url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
    }

    /// An absolute address below the public one.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}
