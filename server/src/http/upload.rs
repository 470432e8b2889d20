//! Uploads: a file as the whole body of a request, or as a part of a form, and how many are handled at once.
//!
//! A form can come from anybody, and slowly. It is taken in on disk, and takes a slot only once it is complete.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Extensions, HeaderMap};
use memchr::memmem;
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use super::AddressKey;
use super::body::{BodyLimit, media_type, read, time_for};
use super::request_info::{ClientAddress, PersonId};
use super::spool;
use crate::error::{Error, Result};

/// Uploads of staff handled at once on this node. Further ones are told to retry: file bodies are large, and queuing
/// them would fill the memory.
const FILES: usize = 8;
/// Uploads of everybody else. They are counted apart, so that no stranger keeps staff from uploading.
const OF_STRANGERS: usize = 4;
/// Forms that are coming in at once.
const FORMS: usize = 64;
/// Of all of these, uploads of one person, by whatever tokens, or of one network address: nobody can keep the others
/// from uploading.
const OWN_FILES: usize = 2;
/// A form that has come in waits so long for a slot.
const PATIENCE: Duration = Duration::from_secs(30);
static PLACES: Semaphore = Semaphore::const_new(FILES);
static PLACES_OF_STRANGERS: Semaphore = Semaphore::const_new(OF_STRANGERS);
static COMING_IN: Semaphore = Semaphore::const_new(FORMS);
static TAKEN: Mutex<Vec<Uploader>> = Mutex::new(Vec::new());

/// What a form adds to its file: boundaries, the head of the part, other fields.
const FORM: usize = 16_000;
/// The longest head of a part.
const HEAD: usize = 4_000;

/// Who uploads.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Uploader {
    Person(Uuid),
    Stranger(AddressKey),
}

impl Uploader {
    fn of(extensions: &Extensions) -> Self {
        if let Some(PersonId(id)) = extensions.get() {
            return Self::Person(*id);
        }
        let address = extensions.get::<ClientAddress>().map_or(Ipv4Addr::UNSPECIFIED.into(), |it| it.0);
        Self::Stranger(address.into())
    }
}

/// One upload slot; dropping it frees the slot.
pub struct Place {
    uploader: Uploader,
    permit: SemaphorePermit<'static>,
}

fn full() -> Error {
    Error::Unavailable { retry_after: 2 }
}

impl Place {
    /// A slot to handle a file.
    fn take(uploader: Uploader) -> Result<Self> {
        let slots = Self::slots(&uploader);
        Self::among(slots, uploader)
    }

    fn slots(uploader: &Uploader) -> &'static Semaphore {
        if matches!(uploader, Uploader::Person(_)) { &PLACES } else { &PLACES_OF_STRANGERS }
    }

    fn among(slots: &'static Semaphore, uploader: Uploader) -> Result<Self> {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.iter().filter(|other| **other == uploader).count() >= OWN_FILES {
            return Err(full());
        }
        let permit = slots.try_acquire().map_err(|_| full())?;
        taken.push(uploader.clone());
        Ok(Self { uploader, permit })
    }

    /// What has come in is handled next. Whoever has sent all of it waits for their turn.
    async fn go_on(&mut self) -> Result<()> {
        let slot = tokio::time::timeout(PATIENCE, Self::slots(&self.uploader).acquire()).await;
        self.permit = slot.ok().and_then(Result::ok).ok_or_else(full)?;
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = taken.iter().position(|other| *other == self.uploader) {
            taken.swap_remove(place);
        }
    }
}

/// A raw body: a file. Its type is detected from its bytes, not from what the client claims. It occupies one of the few
/// upload slots for as long as it exists.
pub struct Raw {
    pub bytes: Bytes,
    _place: Place,
}

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let limit = BodyLimit::of(request.extensions());
        let place = Place::take(Uploader::of(request.extensions()))?;
        Ok(Self { bytes: read(limit, request.into_body()).await?, _place: place })
    }
}

/// The file of a form (`multipart/form-data`), in a part named `file`. It occupies an upload slot like [`Raw`].
pub struct Attached {
    /// As the client calls it.
    pub name: String,
    pub bytes: Bytes,
    pub place: Place,
}

impl Attached {
    /// The largest body of a request whose file has at most that many bytes.
    pub const fn body(most: usize) -> usize {
        most + FORM
    }

    /// Reads the form; the file has at most `most` bytes. What waits for the rest of it waits in that folder.
    ///
    /// # Errors
    /// The file is too large, there is none, or too many are being uploaded.
    pub async fn receive(request: Request, most: usize, folder: &Path) -> Result<Self> {
        let boundary = boundary(request.headers()).ok_or_else(no_file)?;
        let limit = BodyLimit::bytes(Self::body(most));
        let too_large = || Error::BodyTooLarge { limit: most };
        limit.check_length(request.headers()).map_err(|_| too_large())?;
        let mut place = Place::among(&COMING_IN, Uploader::of(request.extensions()))?;
        let whole = Self::body(most);
        let came = spool::take_in(request.into_body(), whole, time_for(whole), folder).await;
        let came = came.map_err(|error| match error {
            Error::BodyTooLarge { .. } => too_large(),
            other => other,
        })?;
        place.go_on().await?;
        let body = came.read().await?;
        let (name, bytes) = file_of(&boundary, &body).ok_or_else(no_file)?;
        if bytes.len() > most { Err(too_large()) } else { Ok(Self { name, bytes, place }) }
    }
}

fn no_file() -> Error {
    Error::MalformedBody("Send the file as multipart/form-data, in a part named file.".into())
}

/// What separates the parts of a form (RFC 2046, 5.1.1).
fn boundary(headers: &HeaderMap) -> Option<String> {
    if media_type(headers) != "multipart/form-data" {
        return None;
    }
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    parameter(value, "boundary").filter(|it| (1..=70).contains(&it.len()))
}

/// The name and the content of the part `file`.
fn file_of(boundary: &str, body: &Bytes) -> Option<(String, Bytes)> {
    let line = format!("\r\n--{boundary}");
    let mut at = match body.strip_prefix(&line.as_bytes()[2..]) {
        Some(rest) => body.len() - rest.len(),
        None => memmem::find(body, line.as_bytes())? + line.len(),
    };
    loop {
        // After the last part two dashes follow.
        let rest = body.get(at..)?.strip_prefix(b"\r\n")?;
        at += 2;
        let head = memmem::find(&rest[..rest.len().min(HEAD)], b"\r\n\r\n")?;
        let start = at + head + 4;
        let end = start + memmem::find(body.get(start..)?, line.as_bytes())?;
        let head = String::from_utf8_lossy(&rest[..head]);
        let mut fields = head.split("\r\n").filter_map(|line| line.split_once(':'));
        if let Some((_, value)) = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))
            && parameter(value, "name").as_deref() == Some("file")
        {
            return Some((parameter(value, "filename").unwrap_or_default(), body.slice(start..end)));
        }
        at = end + line.len();
    }
}

/// A parameter of a header's value. Browsers write `%22` for a quotation mark within one, other clients `\"`.
fn parameter(value: &str, name: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let (found, left) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => {
                let mut text = String::new();
                let mut letters = quoted.char_indices();
                let end = loop {
                    match letters.next()? {
                        (place, '"') => break place + 1,
                        (_, '\\') => match letters.clone().next() {
                            Some((_, mark @ ('"' | '\\'))) => {
                                letters.next();
                                text.push(mark);
                            }
                            _ => text.push('\\'),
                        },
                        (_, letter) => text.push(letter),
                    }
                };
                (text.replace("%22", "\""), &quoted[end..])
            }
            None => {
                let end = after.find(';').unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            }
        };
        if key.trim().trim_start_matches(';').trim().eq_ignore_ascii_case(name) {
            return Some(found);
        }
        rest = left;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(parts: &[(&str, &str)]) -> Bytes {
        let parts = parts.iter().map(|(head, content)| format!("--XyZ\r\n{head}\r\n\r\n{content}\r\n"));
        (parts.collect::<String>() + "--XyZ--\r\n").into()
    }

    fn read(parts: &[(&str, &str)]) -> Option<(String, String)> {
        let (name, bytes) = file_of("XyZ", &form(parts))?;
        Some((name, String::from_utf8(bytes.to_vec()).expect("text")))
    }

    #[test]
    fn the_file_of_a_form_is_found_whatever_stands_around_it() {
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain";
        let found = |content: &str| Some(("a.txt".to_owned(), content.to_owned()));
        assert_eq!(read(&[(head, "one\r\ntwo")]), found("one\r\ntwo"));
        assert_eq!(read(&[(head, "")]), found(""));
        // What only looks like a boundary is content.
        assert_eq!(read(&[(head, "--XyZ\r\n--Xy")]), found("--XyZ\r\n--Xy"));
        let other = "content-disposition: form-data; name=\"other\"";
        assert_eq!(read(&[(other, "x"), (head, "one"), (other, "y")]), found("one"));
        assert_eq!(read(&[(other, "x")]), None);
        let mut early = b"a preamble".to_vec();
        early.extend(b"\r\n");
        early.extend(form(&[(head, "one")]));
        assert_eq!(file_of("XyZ", &early.into()).expect("a file").1, "one");
    }

    #[test]
    fn a_form_that_breaks_off_holds_no_file() {
        let whole = form(&[("Content-Disposition: form-data; name=\"file\"; filename=\"a\"", "content")]);
        for end in 0..whole.len() - 6 {
            let _ = file_of("XyZ", &whole.slice(..end));
        }
        assert_eq!(file_of("XyZ", &whole.slice(..whole.len() - 12)), None);
        assert_eq!(file_of("other", &whole), None);
        let endless = format!("--XyZ\r\n{}\r\n\r\nx\r\n--XyZ--", "a: b\r\n".repeat(2_000));
        assert_eq!(file_of("XyZ", &endless.into()), None);
    }

    #[test]
    fn names_come_as_clients_write_them() {
        let name = |value: &str| parameter(&format!(" form-data; name=\"file\"; {value}"), "filename");
        assert_eq!(name("filename=\"a b.txt\"").as_deref(), Some("a b.txt"));
        assert_eq!(name("filename=plain.txt").as_deref(), Some("plain.txt"));
        assert_eq!(name("FileName=\"a\\\"b.txt\"").as_deref(), Some("a\"b.txt"));
        assert_eq!(name("filename=\"a%22b.txt\"").as_deref(), Some("a\"b.txt"));
        assert_eq!(name("filename=\"C:\\dir\\a.txt\"").as_deref(), Some("C:\\dir\\a.txt"));
        assert_eq!(name("filename=\"a; name=b.txt\"").as_deref(), Some("a; name=b.txt"));
        assert_eq!(name("filename=\"Übersicht.txt\"").as_deref(), Some("Übersicht.txt"));
        assert_eq!(name("filename=\"open"), None);
        assert_eq!(parameter("form-data", "filename"), None);
    }

    #[test]
    fn nobody_takes_all_places_and_no_stranger_takes_those_of_staff() {
        let stranger = |last| Uploader::Stranger(std::net::IpAddr::from([192, 0, 2, last]).into());
        let mut held = Vec::new();
        for last in [1, 1, 2, 2] {
            held.push(Place::take(stranger(last)).expect("a place"));
        }
        assert!(Place::take(stranger(1)).is_err() && Place::take(stranger(3)).is_err());
        assert!(Place::take(Uploader::Person(Uuid::from_u128(7))).is_ok());
        held.pop();
        assert!(Place::take(stranger(3)).is_ok());
    }
}
