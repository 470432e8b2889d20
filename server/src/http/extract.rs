//! Extractors for ids, queries and pagination from a request's URL.

use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use uuid::Uuid;

use super::valid;
use crate::error::{Error, Result};
use crate::storage::Cursor;

/// What `Authorization` says under that scheme (RFC 9110, 11.4).
pub fn credentials<'h>(headers: &'h HeaderMap, scheme: &str) -> Option<&'h str> {
    let (given, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| token.trim())
}

/// The `{id}` of the path. A malformed id names nothing, so it is a 404.
pub struct Id(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        match Path::<Uuid>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Error::NotFound),
        }
    }
}

/// The only variable of the path, as text. Invalid UTF-8 names nothing, so it is a 404.
pub struct Name(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(name)) => Ok(Self(name)),
            Err(_) => Err(Error::NotFound),
        }
    }
}

/// The query of the URL; errors name the field.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let query = parts.uri.query().unwrap_or_default();
        let reader = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(reader)
            .map(Self)
            .map_err(|error| valid::wrong_shape(&error.path().to_string(), &error.inner().to_string()))
    }
}

/// Where a page begins, and how long it is.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// `nextCursor` of the previous page.
    #[serde(default)]
    pub cursor: Option<String>,
    /// Rows per page, 1 to 100; 25 by default.
    #[serde(default)]
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
}

impl Paging {
    /// The position after which the page begins, and its length.
    ///
    /// # Errors
    /// An invalid cursor, or a length out of bounds.
    pub fn read(&self) -> Result<(Option<Cursor>, usize)> {
        let wrong = || Error::field("limit", "invalid", "This must be a whole number from 1 to 100.");
        let limit = match self.limit.as_deref() {
            None => 25,
            Some(text) => text.parse::<usize>().ok().filter(|limit| (1..=100).contains(limit)).ok_or_else(wrong)?,
        };
        let cursor = self.cursor.as_deref().filter(|text| !text.is_empty()).map(Cursor::decode).transpose()?;
        Ok((cursor, limit))
    }
}
