//! The audit trail for staff: list, filter choices, head, export, verification.

use std::collections::{HashMap, HashSet};

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use database::entity::audit_logs::Column;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::VERIFY;
use super::export::{Format, Rows};
use super::filter::{Filter, FilterQuery};
use super::verify::{Head, verify_telling};
use super::view::{self, AuditItem, Named};
use super::{chain, export, find, store};
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::{Data, Envelope, Listed, Paging, Problem, Query, RequestInfo};
use crate::platform::Platform;
use crate::platform::auth::{Caller, demand};
use crate::platform::permission::Permission;
use crate::platform::staff as people;
use crate::platform::tokens;
use crate::secrets::Purpose;

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(demand(Permission::Audit, routes!(list_audit)))
        .routes(demand(Permission::Audit, routes!(audit_choices)))
        .routes(demand(Permission::Audit, routes!(audit_head)))
        .routes(demand(Permission::Audit, routes!(export_audit)))
        .routes(demand(Permission::Audit, routes!(verify_audit)))
}

/// Parses the filters of a query.
async fn read(platform: &Platform, query: &FilterQuery) -> Result<Filter> {
    let conn = platform.storage.read();
    let known = if query.asks_for_actions() { store::distinct(conn, Column::Action).await? } else { Vec::new() };
    let tokens: HashSet<Uuid> =
        if query.actor.is_some() { tokens::names(platform).await?.keys().copied().collect() } else { HashSet::new() };
    let known = known.into_iter().map(|action| (action.clone(), platform.action_label(&action))).collect();
    query.read(known, |id| tokens.contains(&id))
}

/// Lists audit entries that match the filters, page by page. With `entityType` and `entityId`, this is the history of
/// that entity.
#[utoipa::path(get, path = "/api/admin/audit", tag = "audit", params(FilterQuery, Paging),
    responses((status = 200, body = Envelope<Vec<AuditItem>>), (status = 422, body = Problem)))]
async fn list_audit(
    State(platform): State<Platform>,
    caller: Caller,
    Query(query): Query<FilterQuery>,
    Query(paging): Query<Paging>,
) -> Result<Listed<AuditItem>> {
    let filter = read(&platform, &query).await?;
    let (cursor, limit) = paging.read()?;
    let mut page = find::list(platform.storage.standby(), &filter, cursor, limit).await?;
    let rows = view::items(&platform, &caller, std::mem::take(&mut page.rows)).await?;
    Ok(Listed(page.with(rows)))
}

/// The values that the filters can have.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditChoices {
    pub actions: Vec<ActionChoice>,
    pub entity_types: Vec<String>,
    pub staff: Vec<Named>,
    pub tokens: Vec<Named>,
}

/// An action that has happened at least once.
#[derive(Serialize, ToSchema)]
pub struct ActionChoice {
    pub action: String,
    /// In words.
    pub label: String,
}

/// Lists the actions, types, people and tokens that appear in the trail.
#[utoipa::path(get, path = "/api/admin/audit/choices", tag = "audit",
    responses((status = 200, body = Envelope<AuditChoices>)))]
async fn audit_choices(State(platform): State<Platform>) -> Result<Data<AuditChoices>> {
    let conn = platform.storage.read();
    let actions = store::distinct(conn, Column::Action).await?;
    let list = |names: &HashMap<Uuid, String>| {
        let mut list: Vec<Named> = names.iter().map(|(id, name)| Named { id: *id, name: name.clone() }).collect();
        list.sort_by_key(|named| (named.name.to_lowercase(), named.id));
        list
    };
    Ok(Data(AuditChoices {
        actions: actions
            .into_iter()
            .map(|action| ActionChoice { label: platform.action_label(&action), action })
            .collect(),
        entity_types: store::distinct(conn, Column::EntityType).await?,
        staff: list(&*people::names(&platform).await?),
        tokens: list(&*tokens::names(&platform).await?),
    }))
}

/// The head of the chain. Save it elsewhere to be able to prove that the end was cut off.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditHead {
    /// `42:<hash>`, as `verify` accepts it; null if nothing is sealed yet.
    pub head: Option<String>,
    /// Number of the last sealed entry.
    pub seq: i64,
    pub hash: Option<String>,
    /// The latest signed head.
    pub checkpoint: Option<Checkpoint>,
    /// Ed25519 in hex. It verifies the signature over `tekvwarho audit head`, line feed, number, line feed, hash.
    pub public_key: String,
}

/// A signed head.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Checkpoint {
    pub seq: i64,
    pub hash: String,
    /// Ed25519, in hex.
    pub signature: String,
    pub created_at: DateTime<Utc>,
}

/// Returns the current head of the chain.
#[utoipa::path(get, path = "/api/admin/audit/head", tag = "audit", responses((status = 200, body = Envelope<AuditHead>)))]
async fn audit_head(State(platform): State<Platform>) -> Result<Data<AuditHead>> {
    let conn = platform.storage.read();
    let head = store::head(conn).await?.map(|(seq, hash)| Head { seq, hash });
    let checkpoint = store::last_checkpoint(conn).await?.map(|it| Checkpoint {
        seq: it.seq,
        hash: it.hash,
        signature: it.signature,
        created_at: it.created_at,
    });
    Ok(Data(AuditHead {
        head: head.as_ref().map(Head::to_string),
        seq: head.as_ref().map_or(0, |head| head.seq),
        hash: head.map(|head| head.hash),
        checkpoint,
        public_key: chain::public_key(platform.keys.current(Purpose::AuditSignature).1),
    }))
}

/// The form of the file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatQuery {
    /// `csv` (the default) or `ndjson`.
    #[serde(default)]
    format: Option<String>,
}

/// Exports the entries that match the filters as a file. `X-Total-Count` is the number of rows.
#[utoipa::path(get, path = "/api/admin/audit/export", tag = "audit", params(FilterQuery, FormatQuery),
    responses((status = 200, description = "The file", content((String = "text/csv"), (String = "application/x-ndjson"))),
        (status = 422, body = Problem)))]
async fn export_audit(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Query(query): Query<FilterQuery>,
    Query(format): Query<FormatQuery>,
) -> Result<Response> {
    let format = Format::read(format.format.as_deref())?;
    let filter = read(&platform, &query).await?;
    let total = find::count(platform.storage.read(), &filter, u64::try_from(i64::MAX).unwrap_or(0)).await?;
    export::note(&platform, &caller, &info, format, total).await?;
    let name = format!("audit-{}.{}", platform.clock.now().format("%Y-%m-%d"), format.ending());
    let rows = Rows { platform: platform.clone(), caller: caller.clone(), filter, format };
    let file = crate::http::export::file(rows.body(), format.media(), &name, total);
    Ok(caller.while_allowed(&platform, Permission::Audit, file))
}

/// A head from elsewhere.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HeadQuery {
    /// A head that you saved elsewhere, `42:<64 hexadecimal digits>`. It must still be part of the chain.
    #[serde(default)]
    head: Option<String>,
}

/// Verifies the whole chain and reports progress: one JSON object per line.
///
/// `{"type":"progress","checked":2000,"total":10000}` follows each page. The last line is
/// `{"type":"result","holds":true,"sealed":10000,"unsealed":0,"head":"10000:…","broken":null}`, where `broken` is
/// `{"seq":4,"entryId":"…","reason":"…"}` for the first entry that was altered, or `{"type":"error","detail":"…"}` if
/// the verification could not be finished.
#[utoipa::path(get, path = "/api/admin/audit/verify", tag = "audit", params(HeadQuery),
    responses((status = 200, description = "Progress and result, one JSON object per line", content((String = "application/x-ndjson"))),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn verify_audit(
    State(platform): State<Platform>,
    caller: Caller,
    Query(query): Query<HeadQuery>,
) -> Result<Response> {
    let kept = match query.head.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(text.parse::<Head>().map_err(|_| {
            Error::field("head", "invalid", "A checkpoint looks like 42: followed by 64 hexadecimal digits.")
        })?),
    };
    platform.limits.check(&VERIFY, &Subject::Staff(caller.staff_id)).await?;
    let (lines, received) = mpsc::channel::<Bytes>(16);
    let walked = platform.clone();
    tokio::spawn(async move {
        let told = verify_telling(&walked, kept.as_ref(), |checked, total| {
            // A reader that is slower than the walk misses progress lines, and one that disconnected ends it.
            let _ = lines.try_send(line(&json!({ "type": "progress", "checked": checked, "total": total })));
            !lines.is_closed()
        });
        let last = match told.await {
            Ok(None) => return,
            Ok(Some(verdict)) => {
                let mut broken = Value::Null;
                if let Some((seq, reason)) = verdict.broken {
                    let link = store::link_at(walked.storage.read(), seq).await.ok().flatten();
                    broken = json!({ "seq": seq, "entryId": link.map(|link| link.audit_id), "reason": reason });
                }
                json!({ "type": "result", "holds": broken.is_null(), "sealed": verdict.sealed,
                    "unsealed": verdict.unsealed, "head": verdict.head.map(|head| head.to_string()), "broken": broken })
            }
            Err(error) => {
                tracing::warn!(%error, "a verification could not be finished");
                json!({ "type": "error", "detail": "The trail could not be read to the end. Try again in a moment." })
            }
        };
        let _ = lines.send(line(&last)).await;
    });
    let body = Body::from_stream(stream::unfold(received, |mut received| async {
        received.recv().await.map(|line| (Ok::<_, std::convert::Infallible>(line), received))
    }));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(caller.while_allowed(&platform, Permission::Audit, response))
}

fn line(value: &Value) -> Bytes {
    Bytes::from(format!("{value}\n"))
}
