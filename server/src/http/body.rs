//! Bodies: how large they may be, and how they become values.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::valid;
use crate::error::{Error, Result};

/// Public and auth routes.
const SMALL: usize = 10_000;
/// Staff write long answers and import lists.
const LARGE: usize = 256_000;
/// A picture, as a camera made it.
const PICTURE: usize = 2_000_000;
/// A file with rows to import.
const IMPORT: usize = 1_000_000;

/// A body has this long to arrive.
const SLOWEST: std::time::Duration = std::time::Duration::from_secs(30);

/// Bytes that a body to this path may have.
pub fn limit_of(path: &str) -> usize {
    let staff = path.starts_with("/api/admin/") && !path.starts_with("/api/admin/auth/");
    match path {
        "/api/auth/me/avatar" | "/api/admin/settings/pictures" => PICTURE,
        _ if path.starts_with("/api/admin/staff/") && path.ends_with("/avatar") => PICTURE,
        "/api/admin/staff/import" | "/api/admin/staff/import/preview" => IMPORT,
        _ if staff => LARGE,
        _ => SMALL,
    }
}

/// Refuses a body that announces more than it may have, before anything reads it.
pub fn check_length(path: &str, headers: &HeaderMap) -> Result<()> {
    let limit = limit_of(path);
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) { Err(Error::BodyTooLarge { limit }) } else { Ok(()) }
}

/// Reads the body up to the limit of its path.
pub async fn read(path: &str, body: Body) -> Result<Bytes> {
    let limit = limit_of(path);
    let Ok(read) = tokio::time::timeout(SLOWEST, Limited::new(body, limit).collect()).await else {
        return Err(Error::MalformedBody("The body did not come in time.".into()));
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Error::BodyTooLarge { limit }),
        Err(_) => Err(Error::MalformedBody("The body ended before it was complete.".into())),
    }
}

/// A JSON body, with the name of the field in every complaint.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        if !is_json(request.headers()) {
            return Err(Error::UnsupportedMediaType);
        }
        let path = request.uri().path().to_owned();
        parse(&read(&path, request.into_body()).await?).map(Self)
    }
}

/// A request without a body has none, and `null` is none.
impl<S: Send + Sync, T: DeserializeOwned> OptionalFromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>> {
        let path = request.uri().path().to_owned();
        let (parts, body) = request.into_parts();
        let bytes = read(&path, body).await?;
        match bytes.trim_ascii() {
            b"" => Ok(None),
            b"null" if is_json(&parts.headers) => Ok(None),
            _ => {
                let request = Request::from_parts(parts, Body::from(bytes));
                <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
            }
        }
    }
}

/// A body as it came: a file. What it holds is told by its bytes, not by what the client calls it.
pub struct Raw(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let path = request.uri().path().to_owned();
        read(&path, request.into_body()).await.map(Self)
    }
}

/// Parses JSON that a client sent.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    // serde reads a list where it wants a struct, field by field; nobody means that.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        serde_json::from_slice::<serde::de::IgnoredAny>(bytes)
            .map_err(|_| Error::MalformedBody("The body is not valid JSON.".into()))?;
        return Err(Error::field("", "invalid", "This must be an object."));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.inner();
        if cause.is_data() {
            valid::wrong_shape(&path, &cause.to_string())
        } else {
            Error::MalformedBody("The body is not valid JSON.".into())
        }
    })?;
    reader.end().map_err(|_| Error::MalformedBody("Something follows the JSON value.".into()))?;
    Ok(value)
}

/// A body as a browser's form sends it without scripts.
pub struct Form<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        if media_type(request.headers()) != "application/x-www-form-urlencoded" {
            return Err(Error::UnsupportedMediaType);
        }
        let path = request.uri().path().to_owned();
        let bytes = read(&path, request.into_body()).await?;
        serde_urlencoded::from_bytes(&bytes).map(Self).map_err(|_| {
            Error::MalformedBody("The form is not complete. Go back, reload the page and send it again.".into())
        })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let media = media_type(headers);
    media == "application/json" || media.ends_with("+json")
}

fn media_type(headers: &HeaderMap) -> String {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|value| value.trim().to_ascii_lowercase())
        .unwrap_or_default()
}
