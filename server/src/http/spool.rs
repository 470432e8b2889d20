//! A large body on its way in. Whatever does not fit into a small buffer waits on disk, so that however slowly bodies come
//! and however many there are, they fill no memory.

use std::io::SeekFrom;
use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use crate::error::{Error, Result};

/// Bytes that wait in memory.
const BUFFER: usize = 128_000;

/// A body that has arrived.
pub enum Spooled {
    Small(Bytes),
    /// A file without a name, which goes with its handle, and its length.
    Large(File, usize),
}

/// Takes a body of at most `most` bytes in, within that time.
///
/// # Errors
/// It is too large, too slow or breaks off, or the disk takes no more.
pub async fn take_in(body: Body, most: usize, time: Duration, folder: &Path) -> Result<Spooled> {
    match tokio::time::timeout(time, collect(body, most, folder)).await {
        Ok(taken) => taken,
        Err(_) => Err(Error::MalformedBody("The body did not arrive in time.".into())),
    }
}

async fn collect(mut body: Body, most: usize, folder: &Path) -> Result<Spooled> {
    let (mut buffer, mut file, mut length) = (BytesMut::new(), None, 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Error::MalformedBody("The body ended before it was complete.".into()))?;
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        if length > most {
            return Err(Error::BodyTooLarge { limit: most });
        }
        buffer.extend_from_slice(&data);
        if buffer.len() > BUFFER {
            let out = match &mut file {
                Some(out) => out,
                none => none.insert(File::from_std(tempfile::tempfile_in(folder).map_err(|error| full(&error))?)),
            };
            out.write_all(&buffer.split()).await.map_err(|error| full(&error))?;
        }
    }
    let Some(mut file) = file else { return Ok(Spooled::Small(buffer.freeze())) };
    file.write_all(&buffer).await.map_err(|error| full(&error))?;
    file.flush().await.map_err(|error| full(&error))?;
    Ok(Spooled::Large(file, length))
}

impl Spooled {
    /// All of it, in memory.
    ///
    /// # Errors
    /// The disk cannot be read.
    pub async fn read(self) -> Result<Bytes> {
        match self {
            Self::Small(bytes) => Ok(bytes),
            Self::Large(mut file, length) => {
                let mut bytes = Vec::with_capacity(length);
                file.seek(SeekFrom::Start(0)).await.map_err(|error| full(&error))?;
                file.read_to_end(&mut bytes).await.map_err(|error| full(&error))?;
                Ok(bytes.into())
            }
        }
    }
}

fn full(error: &std::io::Error) -> Error {
    tracing::warn!(%error, "an upload cannot be kept on disk");
    Error::Unavailable { retry_after: 60 }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes as Part;
    use futures_util::stream;

    use super::*;

    fn body(parts: usize) -> Body {
        Body::from_stream(stream::iter((0..parts).map(|part| {
            Ok::<_, std::io::Error>(Part::from(vec![u8::try_from(part % 251).unwrap_or_default(); 50_000]))
        })))
    }

    #[tokio::test]
    async fn small_bodies_stay_in_memory_and_large_ones_come_back_whole() {
        let folder = std::env::temp_dir();
        let take = async |parts, most| take_in(body(parts), most, Duration::from_secs(20), &folder).await;
        for parts in [0, 1, 2, 3, 7, 40] {
            let taken = take(parts, 2_000_000).await.expect("a body");
            assert_eq!(matches!(taken, Spooled::Small(_)), parts < 3, "{parts}");
            let bytes = taken.read().await.expect("bytes");
            assert_eq!(bytes.len(), parts * 50_000);
            assert!(
                bytes.chunks(50_000).enumerate().all(|(at, part)| part.iter().all(|it| usize::from(*it) == at % 251))
            );
        }
        assert!(matches!(take(3, 149_999).await, Err(Error::BodyTooLarge { limit: 149_999 })));
        assert!(take(3, 150_000).await.is_ok());
        let nowhere = take_in(body(9), 2_000_000, Duration::from_secs(20), Path::new("/nowhere/at/all")).await;
        assert!(matches!(nowhere, Err(Error::Unavailable { .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_given_up() {
        let silent = Body::from_stream(stream::pending::<Result<Part, std::io::Error>>());
        let taken = take_in(silent, 10, Duration::from_secs(5), &std::env::temp_dir()).await;
        assert!(matches!(taken, Err(Error::MalformedBody(_))));
    }
}
