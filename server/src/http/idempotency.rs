//! `Idempotency-Key`: the same request sent again gets the first answer again for 24 hours.
//!
//! The answer is kept encrypted under a key derived from the header, so the table alone gives nothing away.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Duration, Utc};
use database::entity::idempotency_keys;
use http_body_util::BodyExt as _;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait, IntoActiveModel as _, QueryFilter as _, Set,
};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::{UtoipaMethodRouter, UtoipaMethodRouterExt as _};

use super::request_info::CallerId;
use super::{RequestId, body, problem};
use crate::app::App;
use crate::error::{Error, Result};
use crate::secrets::{open_under, seal_under, sha256_hex};

const HEADER: &str = "idempotency-key";
const LABEL: &str = "idempotent answer";
/// An answer that is still not there after this time is not coming.
const IN_FLIGHT: Duration = Duration::minutes(2);
const KEPT: Duration = Duration::hours(24);

/// A stored answer.
#[derive(Serialize, Deserialize)]
struct Answer {
    status: u16,
    content_type: Option<String>,
    location: Option<String>,
    body: Vec<u8>,
}

/// Makes the routes honour `Idempotency-Key`.
pub fn idempotent(routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    routes.layer(axum::middleware::from_fn(step))
}

async fn step(request: Request, next: Next) -> Response {
    let Some(key) = request.headers().get(HEADER).cloned() else { return next.run(request).await };
    match keyed(&key, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn keyed(key: &HeaderValue, request: Request, next: Next) -> Result<Response> {
    let key = key
        .to_str()
        .ok()
        .filter(|key| (1..=255).contains(&key.len()))
        .ok_or_else(|| Error::field("Idempotency-Key", "invalid", "The key must be 1 to 255 printable characters."))?
        .to_owned();
    let app = request.extensions().get::<App>().cloned().ok_or_else(|| Error::internal("no app in the request"))?;
    let (parts, stream) = request.into_parts();
    let bytes = body::read(parts.uri.path(), stream).await?;
    let caller =
        parts.extensions.get::<CallerId>().map_or_else(|| "anonymous".to_owned(), |caller| caller.0.to_string());
    let scope = [caller.as_bytes(), parts.method.as_str().as_bytes(), parts.uri.path().as_bytes()].join(&b"\n"[..]);
    let id = sha256_hex([&scope, key.as_bytes()].join(&b"\n"[..]));
    let body_hash = sha256_hex(&bytes);

    if let Some(answer) = claim(&app, &id, &body_hash, &key).await? {
        return Ok(answer);
    }
    let request = Request::from_parts(parts, Body::from(bytes));
    let response = next.run(request).await;
    keep(&app, id, &key, response).await
}

/// Takes the key for this request, or finds the answer that it already has.
async fn claim(app: &App, id: &str, body_hash: &str, key: &str) -> Result<Option<Response>> {
    let now = app.clock.now();
    let row = idempotency_keys::Model {
        id: id.to_owned(),
        body_hash: body_hash.to_owned(),
        answer_sealed: None,
        created_at: now,
        expires_at: now + KEPT,
    };
    let taken = app
        .storage
        .write(row, |tx, row| {
            Box::pin(async move {
                if let Some(found) = idempotency_keys::Entity::find_by_id(&row.id).one(tx.conn()).await? {
                    let dead = found.answer_sealed.is_none() && found.created_at + IN_FLIGHT < row.created_at;
                    if found.expires_at > row.created_at && !dead {
                        return Ok(Some(found));
                    }
                    idempotency_keys::Entity::delete_by_id(&row.id).exec(tx.conn()).await?;
                }
                row.clone().into_active_model().insert(tx.conn()).await?;
                Ok(None)
            })
        })
        .await
        .map_err(|error| error.on_unique(in_flight))?;
    let Some(found) = taken else { return Ok(None) };
    if found.body_hash != body_hash {
        return Err(Error::field("Idempotency-Key", "reused", "This key was used with another body. Use a new key."));
    }
    let sealed = found.answer_sealed.ok_or_else(in_flight)?;
    let answer: Answer = open_under(key, LABEL, &sealed)
        .and_then(|plain| serde_json::from_slice(&plain).ok())
        .ok_or_else(|| Error::internal("a stored answer does not open"))?;
    Ok(Some(answer.into_response()))
}

fn in_flight() -> Error {
    Error::Conflict("A request with this Idempotency-Key is still in progress. Wait for its answer.".into())
}

/// Keeps the answer for the next time; a failure of ours is forgotten, so that it can be tried again.
async fn keep(app: &App, id: String, key: &str, mut response: Response) -> Result<Response> {
    if let Ok(id) = HeaderValue::try_from(RequestId::current()) {
        response.headers_mut().insert(HeaderName::from_static(super::request_id::HEADER), id);
    }
    let (parts, stream) = response.into_parts();
    let failure = parts.extensions.get::<problem::Failure>().cloned();
    let bytes = stream.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    if parts.status.is_success() {
        let text =
            |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned);
        let answer = Answer {
            status: parts.status.as_u16(),
            content_type: text(CONTENT_TYPE),
            location: text(LOCATION),
            body: bytes.to_vec(),
        };
        let sealed = seal_under(key, LABEL, &serde_json::to_vec(&answer).map_err(Error::internal)?);
        app.storage
            .write((id, sealed), |tx, (id, sealed)| {
                Box::pin(async move {
                    let change = idempotency_keys::ActiveModel {
                        id: Set(id.clone()),
                        answer_sealed: Set(Some(sealed.clone())),
                        ..Default::default()
                    };
                    idempotency_keys::Entity::update(change).exec(tx.conn()).await?;
                    Ok(())
                })
            })
            .await?;
    } else {
        app.storage
            .write(id, |tx, id| {
                Box::pin(async move {
                    idempotency_keys::Entity::delete_by_id(id).exec(tx.conn()).await?;
                    Ok(())
                })
            })
            .await?;
    }
    let mut response = Response::from_parts(parts, Body::from(bytes));
    if let Some(failure) = failure {
        response.extensions_mut().insert(failure);
    }
    Ok(response)
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(Bytes::from(self.body)));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        for (name, value) in [(CONTENT_TYPE, self.content_type), (LOCATION, self.location)] {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
        response
    }
}

/// Deletes answers that are not given again any more.
pub async fn clean_up(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    idempotency_keys::Entity::delete_many().filter(idempotency_keys::Column::ExpiresAt.lt(now)).exec(conn).await?;
    Ok(())
}
