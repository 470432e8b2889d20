//! `Idempotency-Key`: the same request sent again gets the first answer again for 24 hours.
//!
//! The key is written with the answer in the very unit that does the work, so that a crash leaves both or neither. The
//! answer is kept encrypted under a key derived from the header: the table alone gives nothing away.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Duration, Utc};
use database::entity::idempotency_keys::{Column, Entity, Model};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait, IntoActiveModel as _, QueryFilter as _, Select};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::{UtoipaMethodRouter, UtoipaMethodRouterExt as _};

use super::body;
use super::request_info::CallerId;
use super::respond::Created;
use crate::app::App;
use crate::error::{Error, Result};
use crate::secrets::{open_under, seal_under, sha256_hex};

const HEADER: &str = "idempotency-key";
const LABEL: &str = "idempotent answer";
const KEPT: Duration = Duration::hours(24);

/// Makes the routes honour `Idempotency-Key`. Their handlers take a [`Claim`] and write it with their work.
pub fn idempotent(routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    let (schemas, mut paths, handlers) = routes;
    for operation in paths.paths.values_mut().filter_map(|item| item.post.as_mut()) {
        crate::openapi::name_key(operation);
    }
    (schemas, paths, handlers).layer(axum::middleware::from_fn(step))
}

/// Keys of requests that this process is working on.
#[derive(Default)]
pub struct InFlight(Mutex<HashSet<String>>);

/// The key of a request that is to be done for the first time; empty when the request has none.
#[derive(Clone, Default)]
pub struct Claim(Option<Key>);

#[derive(Clone)]
struct Key {
    id: String,
    body_hash: String,
    /// What the client sent: the answer is sealed under it.
    secret: String,
    now: DateTime<Utc>,
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Answer {
    status: u16,
    location: String,
    body: Vec<u8>,
}

impl Claim {
    /// The claim of a form that was posted without scripts: `drawn` is the token of its drawing, `text` what was typed.
    /// Whoever presses the button twice has sent it once.
    pub fn of_form(drawn: &str, text: &str, now: DateTime<Utc>) -> Self {
        let secret = sha256_hex(format!("{drawn}\n{text}"));
        Self(Some(Key { id: sha256_hex(format!("form\n{secret}")), body_hash: String::new(), secret, now }))
    }

    /// A row that says no more than that the work was done; nobody asks for its answer.
    pub fn mark(&self) -> Option<Model> {
        self.0.as_ref().map(|key| Model {
            id: key.id.clone(),
            body_hash: key.body_hash.clone(),
            answer_sealed: None,
            created_at: key.now,
            expires_at: key.now + KEPT,
        })
    }

    /// The row for the answer that the work will have; none without a key.
    pub fn row<T: Serialize>(&self, answer: &Created<T>) -> Result<Option<Model>> {
        let Some(key) = &self.0 else { return Ok(None) };
        let kept = Answer {
            status: StatusCode::CREATED.as_u16(),
            location: answer.location.clone(),
            body: answer.to_bytes().map_err(Error::internal)?,
        };
        let plain = serde_json::to_vec(&kept).map_err(Error::internal)?;
        Ok(Some(Model {
            id: key.id.clone(),
            body_hash: key.body_hash.clone(),
            answer_sealed: Some(seal_under(&key.secret, LABEL, &plain)),
            created_at: key.now,
            expires_at: key.now + KEPT,
        }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Claim {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Writes the row in the unit of the work. Of two nodes with one key, the second fails here.
pub async fn write(conn: &impl ConnectionTrait, row: Option<&Model>) -> Result<()> {
    let Some(row) = row else { return Ok(()) };
    Entity::delete_many()
        .filter(Column::Id.eq(&row.id))
        .filter(Column::ExpiresAt.lte(row.created_at))
        .exec(conn)
        .await?;
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(conn)
        .await
        .map_err(|error| Error::from(error).on_unique(in_flight))?;
    Ok(())
}

/// Answers that are not given again any more, and what tells them.
pub fn over(now: DateTime<Utc>) -> (Select<Entity>, Column) {
    (Entity::find().filter(Column::ExpiresAt.lte(now)), Column::Id)
}

async fn step(request: Request, next: Next) -> Response {
    let Some(secret) = request.headers().get(HEADER).cloned() else { return next.run(request).await };
    match keyed(&secret, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn keyed(secret: &HeaderValue, request: Request, next: Next) -> Result<Response> {
    let secret = secret
        .to_str()
        .ok()
        .filter(|key| (1..=255).contains(&key.len()))
        .ok_or_else(|| Error::field("Idempotency-Key", "invalid", "The key must be 1 to 255 printable characters."))?
        .to_owned();
    let app = request.extensions().get::<App>().cloned().ok_or_else(|| Error::internal("no app in the request"))?;
    let (mut parts, stream) = request.into_parts();
    let bytes = body::read(parts.uri.path(), stream).await?;
    let caller =
        parts.extensions.get::<CallerId>().map_or_else(|| "anonymous".to_owned(), |caller| caller.0.to_string());
    let scope = format!("{caller}\n{}\n{}\n{secret}", parts.method, parts.uri.path());
    let key = Key { id: sha256_hex(scope), body_hash: sha256_hex(&bytes), secret, now: app.clock.now() };

    if let Some(answer) = kept(&app, &key).await? {
        return Ok(answer);
    }
    let _working = app.in_flight.begin(&key.id).ok_or_else(in_flight)?;
    // The one that was in flight may have ended between the look and the note.
    if let Some(answer) = kept(&app, &key).await? {
        return Ok(answer);
    }
    parts.extensions.insert(Claim(Some(key)));
    Ok(next.run(Request::from_parts(parts, Body::from(bytes))).await)
}

/// The answer that this key has already.
async fn kept(app: &App, key: &Key) -> Result<Option<Response>> {
    let found = Entity::find_by_id(&key.id).one(app.storage.read()).await?.filter(|row| row.expires_at > key.now);
    let Some(found) = found else { return Ok(None) };
    if found.body_hash != key.body_hash {
        return Err(Error::field("Idempotency-Key", "reused", "This key was used with another body. Use a new key."));
    }
    let answer: Answer = found
        .answer_sealed
        .and_then(|sealed| open_under(&key.secret, LABEL, &sealed))
        .and_then(|plain| serde_json::from_slice(&plain).ok())
        .ok_or_else(|| Error::internal("a kept answer does not open"))?;
    Ok(Some(answer.into_response()))
}

fn in_flight() -> Error {
    Error::Conflict("A request with this Idempotency-Key is still in progress. Wait for its answer.".into())
}

impl InFlight {
    /// Notes a key until the guard is dropped; none when it is noted already.
    fn begin<'a>(&'a self, id: &str) -> Option<impl Drop + use<'a>> {
        let fresh = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
        fresh.then(|| Working { all: self, id: id.to_owned() })
    }
}

struct Working<'a> {
    all: &'a InFlight,
    id: String,
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(Bytes::from(self.body)));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(location) = HeaderValue::try_from(self.location) {
            headers.insert(LOCATION, location);
        }
        headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
        response
    }
}
