//! Where the bytes of files are: a folder or a bucket. Objects are named after ids, never after what somebody typed.

use std::fs::DirBuilder;
use std::path::{Path as Folder, PathBuf};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt as _, RetryConfig};
use uuid::Uuid;

use crate::config::{Config, FilesConfig, FilesPlace};
use crate::disk;
use crate::error::{Error, Result};

/// The longest wait for a bucket, tries included.
const PATIENCE: Duration = Duration::from_secs(20);
/// With less, a folder takes no files: what strangers send must not stop the database beside it.
const ROOM: u64 = disk::LITTLE / 4;

/// One of the objects of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Whole,
    /// The small redrawing of a picture.
    Preview,
}

/// Where the bytes of files are.
pub struct Depot(Option<Open>);

struct Open {
    store: Box<dyn ObjectStore>,
    /// Of a bucket that others use too.
    prefix: String,
    /// None for a bucket.
    folder: Option<PathBuf>,
}

impl Depot {
    /// Opens the configured place, and makes the default one. With several nodes there is no default: a file that one
    /// node keeps to itself is missing on the others.
    ///
    /// # Errors
    /// Says what is wrong, for operators.
    pub fn open(config: &Config) -> Result<Self, String> {
        let open = match config.files.place()? {
            None if config.redis.url.is_some() => return Ok(Self(None)),
            None => {
                let folder = config.data_dir.join("files");
                make(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
                Open::folder(folder)?
            }
            Some(FilesPlace::Folder(folder)) => Open::folder(folder)?,
            Some(FilesPlace::Bucket { name, prefix, endpoint, region }) => {
                let plain = endpoint.as_ref().is_some_and(|it| it.scheme() == "http");
                let mut builder = with_keys(AmazonS3Builder::new(), &config.files)
                    .with_bucket_name(name)
                    .with_region(region)
                    .with_client_options(
                        ClientOptions::new()
                            .with_connect_timeout(Duration::from_secs(5))
                            .with_timeout(PATIENCE)
                            .with_allow_http(plain),
                    )
                    .with_retry(RetryConfig { max_retries: 2, retry_timeout: PATIENCE, ..RetryConfig::default() });
                if let Some(endpoint) = endpoint {
                    builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
                }
                Open { store: Box::new(builder.build().map_err(|error| in_words(&error))?), prefix, folder: None }
            }
        };
        Ok(Self(Some(open)))
    }

    /// False if there is no place for files: with several nodes one must be named.
    pub fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// True while strangers can fill some of the disk. Staff can for longer.
    pub fn has_room_for_strangers(&self) -> bool {
        let folder = self.0.as_ref().and_then(|open| open.folder.as_deref());
        folder.and_then(disk::free).is_none_or(|free| free >= disk::LITTLE)
    }

    /// Stores an object.
    ///
    /// # Errors
    /// The store is full or cannot be reached.
    pub async fn put(&self, kind: &str, id: Uuid, part: Part, bytes: Bytes) -> Result<()> {
        let open = self.0.as_ref().ok_or(Error::NotFound)?;
        if open.folder.as_deref().and_then(disk::free).is_some_and(|free| free < ROOM) {
            tracing::warn!("the disk is nearly full: no more files are taken");
            return Err(Error::Unavailable { retry_after: 600 });
        }
        open.store.put(&open.path(kind, id, part), bytes.into()).await.map(drop).map_err(unavailable)
    }

    /// The bytes of an object, with their number.
    ///
    /// # Errors
    /// It is not there, or the store cannot be reached.
    pub async fn get(&self, kind: &str, id: Uuid, part: Part) -> Result<(u64, Body)> {
        let open = self.0.as_ref().ok_or(Error::NotFound)?;
        let found = open.store.get(&open.path(kind, id, part)).await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => {
                tracing::warn!(%id, "the bytes of a file are missing");
                Error::NotFound
            }
            other => unavailable(other),
        })?;
        let size = found.meta.size;
        Ok((size, Body::from_stream(found.into_stream())))
    }

    /// Removes all objects of a file; what is not there is no error.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn remove(&self, kind: &str, id: Uuid) -> Result<()> {
        let open = self.0.as_ref().ok_or(Error::Unavailable { retry_after: 60 })?;
        if let Some(folder) = &open.folder {
            // With what an interrupted write left beside them.
            let own = folder.join(open.stem(kind, id));
            return match tokio::fs::remove_dir_all(own).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unavailable(error)),
                _ => Ok(()),
            };
        }
        for part in [Part::Whole, Part::Preview] {
            match open.store.delete(&open.path(kind, id, part)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(unavailable(error)),
            }
        }
        Ok(())
    }

    /// Writes, reads and removes an object, for `doctor`; returns where.
    ///
    /// # Errors
    /// Says what does not work.
    pub async fn probe(config: &Config) -> Result<String, String> {
        let place = match config.files.place()? {
            None => {
                let folder = config.data_dir.join("files");
                if !folder.exists() {
                    return Ok(format!("{}, which `tekvwarho serve` creates", folder.display()));
                }
                folder.display().to_string()
            }
            Some(FilesPlace::Folder(folder)) => folder.display().to_string(),
            Some(FilesPlace::Bucket { name, .. }) => format!("the bucket {name}"),
        };
        let Some(open) = Self::open(config)?.0 else { return Ok(place) };
        let path = Path::from(open.below(&format!("probe-{}", std::process::id())));
        let said = b"a probe of doctor";
        let asked = async {
            open.store.put(&path, Bytes::from_static(said).into()).await?;
            let read = open.store.get(&path).await?.bytes().await?;
            open.store.delete(&path).await?;
            Ok(read)
        };
        match asked.await {
            Ok(read) if read.as_ref() == said => Ok(place),
            Ok(_) => Err(format!("{place} returns something else than was written")),
            Err(error) => Err(format!("{place}: {}", in_words(&error))),
        }
    }
}

impl Open {
    fn folder(folder: PathBuf) -> Result<Self, String> {
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(|error| in_words(&error))?.with_fsync(true);
        Ok(Self { store: Box::new(store), prefix: String::new(), folder: Some(folder) })
    }

    fn below(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) }
    }

    /// The folder of a file. Its end is random, so a folder holds a 256th of all.
    fn stem(&self, kind: &str, id: Uuid) -> String {
        self.below(&format!("{kind}/{:02x}/{id}", id.as_bytes()[15]))
    }

    fn path(&self, kind: &str, id: Uuid, part: Part) -> Path {
        let part = match part {
            Part::Whole => "whole",
            Part::Preview => "preview",
        };
        Path::from(format!("{}/{part}", self.stem(kind, id)))
    }
}

fn with_keys(builder: AmazonS3Builder, keys: &FilesConfig) -> AmazonS3Builder {
    match (&keys.aws_access_key_id, &keys.aws_secret_access_key) {
        (Some(id), Some(secret)) => builder.with_access_key_id(id).with_secret_access_key(secret),
        _ => builder,
    }
}

/// Makes the folder, which only this user can enter.
fn make(folder: &Folder) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn in_words(error: &object_store::Error) -> String {
    // The first line: what follows is the answer of a server.
    error.to_string().lines().next().unwrap_or_default().chars().take(300).collect()
}

fn unavailable(error: impl std::fmt::Display) -> Error {
    tracing::warn!(%error, "the store of files cannot be used");
    Error::Unavailable { retry_after: 5 }
}
