//! `Idempotency-Key`: a repeated request gets the first response again for 24 hours.
//!
//! Handlers that create or send something write the key with the response in the same unit of work ([`Claim`]): a crash
//! leaves both or neither. For work that is safe to repeat, the middleware in this file stores the response afterwards:
//! a crash in between leaves the work without its response, and a repeated request does it again. The response is
//! encrypted under a key derived from the header, so the table alone reveals nothing.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{self as bodies, Body};
use axum::extract::{FromRequestParts, Request};
use axum::http::header::{AUTHORIZATION, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Duration, Utc};
use database::entity::idempotency_keys::{Column, Entity, Model};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait, IntoActiveModel as _, QueryFilter as _};
use utoipa_axum::router::{UtoipaMethodRouter, UtoipaMethodRouterExt as _};

use crate::error::{Error, Result};
use crate::http::kept::{Keep, Kept};
use crate::http::{BodyLimit, CallerId, RequestId, read_body};
use crate::jobs::Job;
use crate::openapi;
use crate::platform::slice::Slice;
use crate::platform::{Platform, State};
use crate::secrets::{open_under, seal_under, sha256_hex};

pub const SLICE: Slice<Platform> = Slice {
    jobs: &[Job { name: "idempotency.clean_up", every: Duration::hours(1), run: |it| Box::pin(clean_up(it)) }],
    ..Slice::new("idempotency")
};

const HEADER: &str = "idempotency-key";
const LABEL: &str = "idempotent answer";
const KEPT: Duration = Duration::hours(24);

/// Makes the unsafe routes among these honour `Idempotency-Key`. For the staff API, the guard does this.
pub fn idempotent<S: State>(routes: UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S> {
    let (schemas, mut paths, handlers) = routes;
    let mut some = false;
    let operations = paths.paths.values_mut().flat_map(openapi::operations);
    for (_, operation) in operations.filter(|(safe, _)| !safe) {
        openapi::name_key(operation);
        some = true;
    }
    let routes = (schemas, paths, handlers);
    if some { routes.layer(axum::middleware::from_fn(step)) } else { routes }
}

/// Keys of requests that this process is working on.
#[derive(Default)]
pub struct InFlight(Mutex<HashSet<String>>);

/// The key of a request that is processed for the first time; empty if the request has none. A handler that creates or
/// sends something takes it and writes it with its work; for all others the middleware stores the response.
#[derive(Clone, Default)]
pub struct Claim(Option<Key>);

#[derive(Clone)]
struct Key {
    id: String,
    body_hash: String,
    /// What the client sent: the response is encrypted under it.
    secret: String,
    now: DateTime<Utc>,
    /// The first request.
    request_id: String,
    /// Set if the handler has created the row, so that the middleware does not.
    taken: Arc<AtomicBool>,
}

impl Claim {
    /// The claim of a form that was submitted without scripts: `drawn` is its form token, `text` what was typed.
    /// Pressing the button twice submits once.
    pub fn of_form(drawn: &str, text: &str, now: DateTime<Utc>) -> Self {
        let secret = sha256_hex(format!("{drawn}\n{text}"));
        Self(Some(Key::new(sha256_hex(format!("form\n{secret}")), String::new(), secret, now)))
    }

    /// A row that only records that the work was done; its response is never read.
    pub fn mark(&self) -> Option<Model> {
        self.0.as_ref().map(|key| key.row(None))
    }

    /// The row with the response of the work; none without a key. [`write`] inserts it.
    pub fn row(&self, answer: &impl Keep) -> Result<Option<Model>> {
        let Some(key) = &self.0 else { return Ok(None) };
        key.taken.store(true, Ordering::Relaxed);
        let kept = answer.keep(&key.request_id).map_err(Error::internal)?;
        Ok(Some(key.sealed(&kept)?))
    }

    /// Writes the row with the response in the unit of the work, if the response is known only there.
    pub async fn keep(&self, conn: &impl ConnectionTrait, answer: &impl Keep) -> Result<()> {
        let row = self.row(answer)?;
        write(conn, row.as_ref()).await
    }
}

impl Key {
    fn new(id: String, body_hash: String, secret: String, now: DateTime<Utc>) -> Self {
        Self { id, body_hash, secret, now, request_id: RequestId::current(), taken: Arc::default() }
    }

    fn sealed(&self, answer: &Kept) -> Result<Model> {
        let plain = serde_json::to_vec(answer).map_err(Error::internal)?;
        Ok(self.row(Some(seal_under(&self.secret, LABEL, &plain))))
    }

    fn row(&self, answer_sealed: Option<Vec<u8>>) -> Model {
        Model {
            id: self.id.clone(),
            body_hash: self.body_hash.clone(),
            answer_sealed,
            created_at: self.now,
            expires_at: self.now + KEPT,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Claim {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Writes the row in the unit of the work. If two nodes use one key, the second fails here.
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

/// Deletes expired responses.
async fn clean_up(platform: &Platform) -> Result<()> {
    let over = Entity::find().filter(Column::ExpiresAt.lte(platform.clock.now()));
    platform.delete_in_chunks(over, Column::Id).await
}

async fn step(request: Request, next: Next) -> Response {
    let keyed = if request.method().is_safe() { None } else { request.headers().get(HEADER).cloned() };
    let Some(secret) = keyed else { return next.run(request).await };
    match once(&secret, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn once(secret: &HeaderValue, request: Request, next: Next) -> Result<Response> {
    let secret = secret
        .to_str()
        .ok()
        .filter(|key| (1..=255).contains(&key.len()))
        .ok_or_else(|| Error::field("Idempotency-Key", "invalid", "The key must be 1 to 255 printable characters."))?
        .to_owned();
    let platform =
        request.extensions().get::<Platform>().cloned().ok_or_else(|| Error::internal("no platform in the request"))?;
    let (mut parts, stream) = request.into_parts();
    let bytes = read_body(BodyLimit::of(&parts.extensions), stream).await?;
    let caller =
        parts.extensions.get::<CallerId>().map_or_else(|| stranger(&parts.headers), |caller| caller.0.to_string());
    let scope = format!("{caller}\n{}\n{}\n{secret}", parts.method, parts.uri.path());
    let key = Key::new(sha256_hex(scope), hash(&parts.uri, &parts.headers, &bytes), secret, platform.clock.now());

    if let Some(answer) = kept(&platform, &key).await? {
        return Ok(answer);
    }
    let _working = platform.in_flight.begin(&key.id).ok_or_else(in_flight)?;
    // The request in flight may have ended between the lookup and the registration.
    if let Some(answer) = kept(&platform, &key).await? {
        return Ok(answer);
    }
    parts.extensions.insert(Claim(Some(key.clone())));
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    if response.status().is_success() && !key.taken.load(Ordering::Relaxed) {
        return keep(&platform, &key, response).await;
    }
    Ok(response)
}

/// Identifies a caller without an account by the request's `Authorization`: a wrong code must not get the response of
/// the right one.
fn stranger(headers: &HeaderMap) -> String {
    match headers.get(AUTHORIZATION) {
        Some(value) => format!("anonymous {}", sha256_hex(value.as_bytes())),
        None => "anonymous".to_owned(),
    }
}

/// The hash of what was requested: the body's bytes, the query, and the version that it changes.
fn hash(uri: &Uri, headers: &HeaderMap, body: &[u8]) -> String {
    let seen = headers.get(IF_MATCH).map(|value| [value.as_bytes(), b"\n"].concat()).unwrap_or_default();
    let query = uri.query().map(|query| [query.as_bytes(), b"\n"].concat()).unwrap_or_default();
    sha256_hex([seen.as_slice(), &query, body].concat())
}

/// Stores a response whose work is done. If that fails, the response is still sent.
async fn keep(platform: &Platform, key: &Key, response: Response) -> Result<Response> {
    let (head, stream) = response.into_parts();
    let bytes = bodies::to_bytes(stream, usize::MAX).await.map_err(Error::internal)?;
    let row = key.sealed(&Kept::of(&head, &bytes))?;
    let written =
        platform.storage.write(row, |tx, row| Box::pin(async move { write(tx.conn(), Some(row)).await })).await;
    if let Err(error) = written {
        tracing::warn!(%error, "a response could not be stored for its Idempotency-Key");
    }
    Ok(Response::from_parts(head, Body::from(bytes)))
}

/// The stored response for this key.
async fn kept(platform: &Platform, key: &Key) -> Result<Option<Response>> {
    let found = Entity::find_by_id(&key.id).one(platform.storage.read()).await?.filter(|row| row.expires_at > key.now);
    let Some(found) = found else { return Ok(None) };
    if found.body_hash != key.body_hash {
        return Err(Error::field(
            "Idempotency-Key",
            "reused",
            "This key was already used with another request. Use a new key.",
        ));
    }
    let answer: Kept = found
        .answer_sealed
        .and_then(|sealed| open_under(&key.secret, LABEL, &sealed))
        .and_then(|plain| serde_json::from_slice(&plain).ok())
        .ok_or_else(|| Error::internal("a kept answer does not open"))?;
    Ok(Some(answer.into_response()))
}

fn in_flight() -> Error {
    Error::Conflict("A request with this Idempotency-Key is still in progress. Wait for its response.".into())
}

impl InFlight {
    /// Registers a key until the guard is dropped; none if it is registered already.
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
