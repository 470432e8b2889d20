//! Files that visitors and staff send: one store for all slices.
//!
//! Table: `files`. Job: `files.clean_up`. A slice declares what takes files ([`FilesOf`]), has its own route for visitors
//! ([`receive`], [`respond`]), names files in the unit of the line that they are sent with ([`claim`]), and lets go of
//! them when their line or their owner goes ([`drop_of_line`], [`drop_of`]).
//! The bytes are in a folder or a bucket (`depot.rs`). A row is written before its bytes and deleted after them, so a
//! crash leaves nothing behind that nobody knows of.

mod api;
mod depot;
mod kind;
mod name;
mod receive;
mod size;
mod store;

pub use api::{FileContent, FileForm, Size, Way, respond};
pub use depot::{Depot, Part};
pub use receive::{For, SentFile, UNNAMED, receive};
pub use size::in_words as size_in_words;
pub use store::{By, MOST, alive, claim, drop_of, drop_of_line, keep_of, of, offered, take_back};

use chrono::Duration;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Result;
use crate::http::Attached;
use crate::http::rate_limit::{Allowed, Limit};
use crate::jobs::Job;
use crate::platform::Platform;
use crate::platform::entity::Entity;
use crate::platform::settings::Snapshot;
use crate::platform::slice::{Brings, Slice};

/// The largest file that a setting can allow, in bytes.
pub const LARGEST: usize = 25_000_000;
/// Files of one round of the clean-up.
const ROUND: u64 = 200;

/// Uploads of one person.
static UPLOADS: Limit = Limit { name: "uploads", window: 600, allowed: Allowed::Fixed(120) };
/// Megabytes from one network address, of people who are not signed in.
static MEGABYTES: Limit = Limit { name: "uploaded_megabytes", window: 3_600, allowed: Allowed::Fixed(200) };

pub const SLICE: Slice<Platform> = Slice {
    api: api::routes,
    jobs: &[Job { name: "files.clean_up", every: Duration::minutes(1), run: |it| Box::pin(clean_up(it)) }],
    brings: Brings {
        bodies: &[("/api/admin/files", Attached::body(LARGEST))],
        limits: &[&UPLOADS, &MEGABYTES],
        ..Brings::NOTHING
    },
    ..Slice::new("files")
};

/// Something to which people attach files.
pub struct FilesOf {
    pub of: Entity,
    /// The largest file in bytes, by the settings; none: it takes none.
    pub limit: fn(&Snapshot) -> Option<usize>,
}

/// Files that can be sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileLimits {
    pub enabled: bool,
    /// Of one file, in bytes.
    pub max_size: usize,
    /// At a time.
    pub max_count: usize,
    /// What an `<input accept>` takes.
    pub types: Vec<String>,
}

impl Platform {
    /// True if files can be attached to that kind of thing at all.
    pub fn takes_files(&self, of: Entity) -> bool {
        self.brings.iter().flat_map(|part| part.files).any(|it| it.of == of)
    }

    /// The largest file that can be attached to that kind of thing now, in bytes; none: it takes none.
    pub fn file_limit(&self, of: Entity) -> Option<usize> {
        let known = self.brings.iter().flat_map(|part| part.files).find(|it| it.of == of)?;
        (known.limit)(&self.settings.get()).filter(|_| self.files.is_open()).map(|most| most.min(LARGEST))
    }

    /// What can be attached to that kind of thing now, at most `count` files at a time.
    pub fn files_now(&self, of: Entity, count: usize) -> FileLimits {
        let most = self.file_limit(of);
        let types = kind::KINDS.iter().flat_map(|kind| kind.extensions).map(|extension| format!(".{extension}"));
        FileLimits {
            enabled: most.is_some(),
            max_size: most.unwrap_or_default(),
            max_count: if most.is_some() { count } else { 0 },
            types: types.collect(),
        }
    }
}

/// Removes what is gone: first the bytes, then the rows.
async fn clean_up(platform: &Platform) -> Result<()> {
    loop {
        let now = platform.clock.now();
        let gone = store::gone(platform.storage.read(), now, ROUND).await?;
        let many = gone.len() as u64;
        let mut removed = Vec::new();
        let mut trouble = None;
        for row in gone {
            match platform.files.remove(&row.owner_kind, row.id).await {
                Ok(()) => removed.push(row.id),
                // The next round tries again.
                Err(error) => {
                    trouble = Some(error);
                    break;
                }
            }
        }
        if !removed.is_empty() {
            let deleted = platform.storage.write(removed, |tx, removed| {
                Box::pin(async move { Ok(store::delete(tx.conn(), removed.clone()).await?) })
            });
            deleted.await?;
        }
        match trouble {
            Some(error) => return Err(error),
            None if many < ROUND || platform.stopping.is_cancelled() => return Ok(()),
            None => {}
        }
    }
}
