//! What the steps around every handler need.

use super::AllowedOrigins;
use super::access_log::AccessLog;
use super::body::BodyLimits;
use super::page_cache::PageCache;
use crate::clock::Clock;
use crate::config::ServerConfig;
use crate::ids::Ids;

/// The parts of the pipeline.
pub struct Front {
    pub clock: Clock,
    pub ids: Ids,
    pub server: ServerConfig,
    pub origins: AllowedOrigins,
    pub pages: PageCache,
    pub bodies: BodyLimits,
    pub access_log: AccessLog,
}
