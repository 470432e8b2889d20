//! Stored responses, to be replayed.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::response::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::respond::{Accepted, Created, Data, Nothing, Tagged, bytes};

/// A response in stored form.
#[derive(Serialize, Deserialize)]
pub struct Kept {
    status: u16,
    location: String,
    #[serde(default)]
    etag: String,
    body: Vec<u8>,
}

/// A response that can be stored before it is sent.
pub trait Keep {
    /// The stored form of the response to the request with that id.
    fn keep(&self, request_id: &str) -> serde_json::Result<Kept>;
}

impl Kept {
    fn new(status: StatusCode, body: Vec<u8>) -> Self {
        Self { status: status.as_u16(), location: String::new(), etag: String::new(), body }
    }

    /// The stored form of a handler's response.
    pub fn of(head: &Parts, body: &Bytes) -> Self {
        let text = |name: HeaderName| {
            head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        Self { location: text(LOCATION), etag: text(ETAG), ..Self::new(head.status, body.to_vec()) }
    }
}

impl<T: Serialize> Keep for Data<T> {
    fn keep(&self, request_id: &str) -> serde_json::Result<Kept> {
        Ok(Kept::new(StatusCode::OK, bytes(&self.0, None, None, request_id.to_owned())?))
    }
}

impl<T: Serialize> Keep for Created<T> {
    fn keep(&self, request_id: &str) -> serde_json::Result<Kept> {
        let body = bytes(&self.data, self.message.map(str::to_owned), None, request_id.to_owned())?;
        Ok(Kept { location: self.location.clone(), ..Kept::new(StatusCode::CREATED, body) })
    }
}

impl Keep for Accepted {
    fn keep(&self, request_id: &str) -> serde_json::Result<Kept> {
        let body = bytes(&Nothing, Some(self.0.to_owned()), None, request_id.to_owned())?;
        Ok(Kept::new(StatusCode::ACCEPTED, body))
    }
}

impl<R: Keep> Keep for Tagged<R> {
    fn keep(&self, request_id: &str) -> serde_json::Result<Kept> {
        Ok(Kept { etag: self.etag.clone(), ..self.answer.keep(request_id)? })
    }
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(Bytes::from(self.body)));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, text) in [(LOCATION, self.location), (ETAG, self.etag)] {
            if let Some(value) = HeaderValue::try_from(text).ok().filter(|value| !value.is_empty()) {
                headers.insert(name, value);
            }
        }
        headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
        response
    }
}
