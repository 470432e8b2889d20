//! The envelope of success.

use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::RequestId;
use crate::storage::Page;

/// The envelope of every successful API response.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<T> {
    /// Always true.
    #[schema(example = true)]
    pub success: bool,
    pub data: T,
    /// A sentence to show to people, if there is something to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub meta: Option<Meta>,
    pub request_id: String,
}

/// The position of a page within the whole list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// Rows that match the filters; exact up to 1,000.
    pub total: u64,
    /// True when there are more than `total`.
    pub total_is_lower_bound: bool,
    /// Send it as `cursor` to get the next page; null on the last page.
    pub next_cursor: Option<String>,
}

/// `data` if there is nothing to return: null.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub struct Nothing;

/// 200 with data.
pub struct Data<T>(pub T);
/// 201 with data, the URL of the new resource, and a sentence for people.
pub struct Created<T> {
    pub data: T,
    pub location: String,
    pub message: Option<&'static str>,
}
/// 202: the work will be done, or there was nothing to do; the response is the same.
pub struct Accepted(pub &'static str);
/// 200 with one page of a list.
pub struct Listed<T>(pub Page<T>);
/// 200 with a whole list that is short and has no pages.
pub struct All<T> {
    pub rows: Vec<T>,
    /// There may be more rows beyond the limit.
    pub cut: bool,
}

impl<T> All<T> {
    /// A complete list.
    pub fn of(rows: Vec<T>) -> Self {
        Self { rows, cut: false }
    }

    /// A list that was read with a limit.
    pub fn up_to(limit: u64, rows: Vec<T>) -> Self {
        Self { cut: rows.len() as u64 >= limit, rows }
    }
}

/// A response with the version of its content as `ETag`.
pub struct Tagged<R> {
    /// Includes the quotes.
    pub etag: String,
    pub answer: R,
}

impl<T: Serialize> IntoResponse for Data<T> {
    fn into_response(self) -> Response {
        envelope(StatusCode::OK, self.0, None, None)
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = envelope(StatusCode::CREATED, self.data, self.message.map(str::to_owned), None);
        if let Ok(location) = HeaderValue::try_from(self.location) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
}

impl IntoResponse for Accepted {
    fn into_response(self) -> Response {
        envelope(StatusCode::ACCEPTED, Nothing, Some(self.0.to_owned()), None)
    }
}

impl<T: Serialize> IntoResponse for Listed<T> {
    fn into_response(self) -> Response {
        let meta = Meta {
            total: self.0.total,
            total_is_lower_bound: self.0.total_is_lower_bound,
            next_cursor: self.0.next.map(crate::storage::Cursor::encode),
        };
        envelope(StatusCode::OK, self.0.rows, None, Some(meta))
    }
}

impl<R: IntoResponse> IntoResponse for Tagged<R> {
    fn into_response(self) -> Response {
        let mut response = self.answer.into_response();
        if let Ok(etag) = HeaderValue::try_from(self.etag) {
            response.headers_mut().insert(ETAG, etag);
        }
        response
    }
}

impl<T: Serialize> IntoResponse for All<T> {
    fn into_response(self) -> Response {
        let meta = Meta { total: self.rows.len() as u64, total_is_lower_bound: self.cut, next_cursor: None };
        envelope(StatusCode::OK, self.rows, None, Some(meta))
    }
}

fn envelope<T: Serialize>(status: StatusCode, data: T, message: Option<String>, meta: Option<Meta>) -> Response {
    match bytes(&data, message, meta, RequestId::current()) {
        Ok(bytes) => (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response(),
        Err(error) => crate::error::Error::internal(error).into_response(),
    }
}

/// The body of a success.
pub(super) fn bytes<T: Serialize>(
    data: &T,
    message: Option<String>,
    meta: Option<Meta>,
    request_id: String,
) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Envelope { success: true, data, message, meta, request_id })
}
