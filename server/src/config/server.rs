//! How visitors reach the program.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use url::Url;

use super::parse;
use crate::http::{Origin, TrustedProxies};

/// How the program is reached, and by whom.
#[derive(Debug, Clone, Args)]
pub struct ServerConfig {
    /// Address and port to listen on.
    #[arg(long, env = "TEKVWARHO_LISTEN", default_value = "127.0.0.1:5500", value_parser = parse::listen, global = true)]
    pub listen: SocketAddr,
    /// The address that visitors use; links in emails start with it.  [default: this machine, with the port of `--listen`]
    #[arg(long, env = "TEKVWARHO_PUBLIC_URL", value_parser = parse::public_url, global = true)]
    pub public_url: Option<Url>,
    /// Addresses or networks of proxies whose X-Forwarded-For is trusted, separated by commas.
    #[arg(long, env = "TEKVWARHO_TRUSTED_PROXIES", default_value = "", global = true, hide_default_value = true)]
    pub trusted_proxies: TrustedProxies,
    /// Other origins whose pages can use the API, separated by commas.
    #[arg(long, env = "TEKVWARHO_CORS_ORIGINS", value_delimiter = ',', global = true)]
    pub cors_origins: Vec<Origin>,
    /// Certificate chain (PEM); with the key, the port uses TLS and HTTP/2.
    #[arg(long, env = "TEKVWARHO_TLS_CERT", requires = "tls_key", global = true)]
    pub tls_cert: Option<PathBuf>,
    /// Private key (PEM).
    #[arg(long, env = "TEKVWARHO_TLS_KEY", requires = "tls_cert", global = true)]
    pub tls_key: Option<PathBuf>,
    /// Rate limits and sign-in lockout. Turn off for load tests only.
    #[arg(long, env = "TEKVWARHO_RATE_LIMITS", value_enum, default_value_t = Guard::On, global = true)]
    pub rate_limits: Guard,
    /// Spam protection of the contact form. Turn off for load tests only.
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
    /// True if visitors come over TLS, terminated here or by a proxy.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().map_or(self.tls_cert.is_some(), |url| url.scheme() == "https")
    }

    /// The host name that visitors type.
    pub fn host(&self) -> &str {
        self.public_url.as_ref().and_then(Url::host_str).unwrap_or("localhost")
    }

    /// True if visitors are on this machine.
    pub fn is_local(&self) -> bool {
        matches!(self.host(), "localhost" | "127.0.0.1" | "[::1]")
    }

    /// True if a refresh cookie can be set: over TLS, or for localhost.
    pub fn may_set_cookies(&self) -> bool {
        self.is_https() || self.is_local()
    }

    /// The origin of our own pages (RFC 6454).
    pub fn origin(&self) -> String {
        self.public_url.as_ref().map_or_else(|| self.link(""), |url| url.origin().ascii_serialization())
    }

    /// An absolute URL below the public one. Without a public URL, visitors are on this machine.
    pub fn link(&self, path: &str) -> String {
        match &self.public_url {
            Some(url) => format!("{}{path}", url.as_str().trim_end_matches('/')),
            None => {
                let scheme = if self.is_https() { "https" } else { "http" };
                format!("{scheme}://localhost:{}{path}", self.listen.port())
            }
        }
    }
}
