//! What is logged, and how it looks.

use clap::Args;

use crate::http::access_log::LogFormat;

/// What is logged, and how it looks.
#[derive(Debug, Clone, Args)]
pub struct LogConfig {
    /// Which log messages to write, such as `info` or `tekvwarho=debug`.
    #[arg(long = "log", env = "TEKVWARHO_LOG", default_value = "info", global = true)]
    pub filter: String,
    /// Format of the log lines.
    #[arg(long = "log-format", env = "TEKVWARHO_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text, global = true)]
    pub format: LogFormat,
}
