//! Takes a file in: checks it, draws pictures again, stores the bytes and writes the row.

use axum::extract::Request;
use bytes::Bytes;
use chrono::Duration;
use database::entity::files::Model;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::depot::Part;
use super::kind::Kind;
use super::name::tidy;
use super::size::in_words;
use super::{MEGABYTES, store};
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::{AddressKey, Attached, ClientAddress, Created};
use crate::pictures;
use crate::platform::Platform;
use crate::platform::entity::Entity;

/// A file of staff that no line names within this time is removed.
pub const UNNAMED: Duration = Duration::days(1);
/// The same for one of a stranger: they have it still, and nobody has to keep it for them.
const UNNAMED_OF_STRANGERS: Duration = Duration::hours(3);
/// Bytes that a stranger can upload for one thing, such as a chat, and files.
const ROOM: i64 = 100_000_000;
const PLACES: usize = 500;
/// Bytes of files of strangers that no line names, together.
const UNNAMED_ROOM: i64 = 2_000_000_000;
/// What counts as one in the limit of bytes.
const MEGABYTE: usize = 1_000_000;

/// A file as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SentFile {
    pub file_id: Uuid,
    pub name: String,
    /// Its media type, detected from its bytes.
    #[serde(rename = "type")]
    pub media: String,
    /// In bytes.
    pub size: i64,
    /// In pixels, if it is a picture that can be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub width: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub height: Option<i32>,
}

impl From<&Model> for SentFile {
    fn from(row: &Model) -> Self {
        Self {
            file_id: row.id,
            name: row.name.clone(),
            media: row.content_type.clone(),
            size: row.size,
            width: row.width,
            height: row.height,
        }
    }
}

impl SentFile {
    pub fn size_in_words(&self) -> String {
        in_words(self.size.unsigned_abs())
    }

    /// True if it can be shown.
    pub fn is_picture(&self) -> bool {
        self.width.is_some()
    }
}

/// What a file is uploaded for, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// A stranger, for something that they have opened.
    Stranger(Entity, Uuid),
    /// A person, for something of that kind. The line that names the file says for which.
    Staff(Entity, Uuid),
}

/// A file that can be kept.
struct Checked {
    media: &'static str,
    name: String,
    bytes: Bytes,
    preview: Option<Bytes>,
    size: Option<(i32, i32)>,
}

/// Reads the file of a request, checks it and keeps it: for a day, unless a line names it.
///
/// # Errors
/// 404 if that kind takes no files, 413 if it is too large, or a validation error of the field `file`.
pub async fn receive(platform: &Platform, whose: For, below: &str, request: Request) -> Result<Created<SentFile>> {
    let (kind, owner, by) = match whose {
        For::Stranger(kind, owner) => (kind, Some(owner), None),
        For::Staff(kind, person) => (kind, None, Some(person)),
    };
    let most = platform.file_limit(kind).ok_or(Error::NotFound)?;
    if owner.is_some() && !platform.files.has_room_for_strangers() {
        return Err(Error::Unavailable { retry_after: 600 });
    }
    let address = request.extensions().get::<ClientAddress>().map(|it| AddressKey::from(it.0));
    let file = Attached::receive(request, most, &platform.config.data_dir).await?;
    if let Some(address) = address.filter(|_| owner.is_some()) {
        // One can begin any number of chats, and upload for each.
        for _ in 0..file.bytes.len().div_ceil(MEGABYTE) {
            platform.limits.check(&MEGABYTES, &Subject::Address(address)).await?;
        }
    }
    let file = check(file).await?;
    let now = platform.clock.now();
    let row = Model {
        id: platform.ids.next(now),
        owner_kind: kind.name().to_owned(),
        owner_id: owner,
        line_id: None,
        uploaded_by: by,
        name: file.name,
        content_type: file.media.to_owned(),
        size: file.bytes.len().try_into().map_err(Error::internal)?,
        width: file.size.map(|size| size.0),
        height: file.size.map(|size| size.1),
        gone_at: Some(now + if owner.is_some() { UNNAMED_OF_STRANGERS } else { UNNAMED }),
        created_at: now,
    };
    // The row comes first: whatever happens to the bytes, there is something by which they are found and removed.
    platform
        .storage
        .write(row.clone(), move |tx, row| {
            Box::pin(async move {
                if let Some(owner) = owner {
                    let sizes = store::sizes(tx.conn(), (kind, owner), row.created_at).await?;
                    if sizes.len() >= PLACES || sizes.iter().sum::<i64>() + row.size > ROOM {
                        let message = "There is no room for more files here. Ask us how else to send this one.";
                        return Err(Error::field("file", "too_large", message));
                    }
                    if store::unnamed_bytes(tx.conn(), row.created_at).await? + row.size > UNNAMED_ROOM {
                        return Err(Error::Unavailable { retry_after: 600 });
                    }
                }
                Ok(store::insert(tx.conn(), row.clone()).await?)
            })
        })
        .await?;
    let parts = [(Part::Whole, Some(file.bytes)), (Part::Preview, file.preview)];
    for (part, bytes) in parts.into_iter().filter_map(|(part, bytes)| Some((part, bytes?))) {
        if let Err(error) = platform.files.put(kind.name(), row.id, part, bytes).await {
            let_go(platform, row.id).await;
            return Err(error);
        }
    }
    let location = format!("{below}/{}", row.id);
    Ok(Created { data: SentFile::from(&row), location, message: None })
}

/// Whatever could not be stored must not count; if even that fails, it counts for a day.
async fn let_go(platform: &Platform, id: Uuid) {
    let now = platform.clock.now();
    let ended = platform
        .storage
        .write((), move |tx, ()| Box::pin(async move { Ok(store::drop_one(tx.conn(), id, now).await?) }));
    if let Err(error) = ended.await {
        tracing::warn!(%error, %id, "a file that could not be stored is kept for a day");
    }
}

async fn check(file: Attached) -> Result<Checked> {
    if file.bytes.is_empty() {
        return Err(Error::field("file", "required", "This file is empty. Choose another."));
    }
    // A long text takes longer than a request may keep others waiting.
    let looked = tokio::task::spawn_blocking(move || (Kind::detect(&file.bytes, &file.name), file));
    let (kind, file) = looked.await.map_err(Error::internal)?;
    let kind = kind.ok_or_else(|| {
        let message = "This type of file cannot be sent. Choose a picture, a PDF, a text, a document, a table or a ZIP \
                       archive.";
        Error::field("file", "invalid", message)
    })?;
    if !kind.is_drawn() {
        let name = tidy(&file.name, kind);
        return Ok(Checked { media: kind.media, name, bytes: file.bytes, preview: None, size: None });
    }
    let given = file.name.clone();
    let sent = pictures::draw_sent(file).await?;
    let media = pictures::media_type(&sent.picture.content);
    let kind = Kind::of(media).unwrap_or(kind);
    let side = |pixels: u32| i32::try_from(pixels).map_err(Error::internal);
    Ok(Checked {
        media,
        name: tidy(&given, kind),
        size: Some((side(sent.picture.width)?, side(sent.picture.height)?)),
        bytes: sent.picture.content.into(),
        preview: sent.preview.map(|it| it.content.into()),
    })
}
