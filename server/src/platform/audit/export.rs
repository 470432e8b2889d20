//! Entries as CSV or JSON lines, streamed page by page.

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};

use super::entry::{self, Changes, Entry};
use super::filter::Filter;
use super::line::Line;
use super::sentence::Names;
use super::{find, view};
use crate::error::{Error, Result};
use crate::http::RequestInfo;
use crate::http::export::{BYTE_ORDER_MARK, csv_lines};
use crate::platform::Platform;
use crate::platform::auth::Caller;
use crate::platform::entity::Entity;
use crate::storage::Cursor;

/// Rows read at once.
const PAGE: u64 = 1_000;
const HEAD: [&str; 12] = [
    "id",
    "createdAt",
    "actor",
    "token",
    "action",
    "entityType",
    "entityId",
    "sentence",
    "changes",
    "ipAddress",
    "userAgent",
    "requestId",
];

/// The file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Ndjson,
}

impl Format {
    /// Parses the name of a format; CSV by default.
    pub fn read(text: Option<&str>) -> Result<Self> {
        match text {
            None | Some("csv") => Ok(Self::Csv),
            Some("ndjson") => Ok(Self::Ndjson),
            Some(_) => Err(Error::field("format", "invalid", "This must be csv or ndjson.")),
        }
    }

    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    pub fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// Records that someone exports entries.
pub async fn note(platform: &Platform, caller: &Caller, info: &RequestInfo, format: Format, rows: u64) -> Result<()> {
    let changes = Changes::none().fact("rows", rows).fact("format", format.ending());
    let entry = Entry {
        actor: Some(caller.staff_id),
        action: "audit.exported",
        entity: (Entity::Audit, None),
        changes,
        from: info,
    }
    .row(&platform.ids, platform.clock.now());
    entry::write(platform, entry).await
}

/// An entry as one JSON object, for the command line and the API.
pub fn as_json(platform: &Platform, entry: &Line, names: &Names) -> Value {
    json!({
        "id": entry.id,
        "createdAt": entry.created_at,
        "userId": entry.user_id,
        "tokenId": entry.token_id,
        "action": entry.action,
        "entityType": entry.entity_type,
        "entityId": entry.entity_id,
        "changes": entry.changes,
        "ipAddress": entry.ip_address,
        "userAgent": entry.user_agent,
        "requestId": entry.request_id,
        "sentence": platform.sentence(entry, names),
    })
}

fn cells(platform: &Platform, entry: Line, names: &Names) -> [String; HEAD.len()] {
    let sentence = platform.sentence(&entry, names);
    [
        entry.id.to_string(),
        entry.created_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        entry.user_id.map(|id| names.people.get(&id).cloned().unwrap_or_else(|| id.to_string())).unwrap_or_default(),
        entry.token_id.map(|id| names.subjects.get(&id).cloned().unwrap_or_else(|| id.to_string())).unwrap_or_default(),
        entry.action,
        entry.entity_type,
        entry.entity_id.unwrap_or_default(),
        sentence,
        entry.changes.map(|changes| changes.to_string()).unwrap_or_default(),
        entry.ip_address.unwrap_or_default(),
        entry.user_agent.unwrap_or_default(),
        entry.request_id.unwrap_or_default(),
    ]
}

/// What an export reads, and for whom.
pub struct Rows {
    pub platform: Platform,
    pub caller: Caller,
    pub filter: Filter,
    pub format: Format,
}

impl Rows {
    /// A stream that holds one page at a time. An error breaks the connection, so that nobody mistakes a partial file
    /// for a complete one.
    pub fn body(self) -> Body {
        let head = match self.format {
            Format::Csv => {
                let line = csv_lines([HEAD.map(str::to_owned)].into_iter());
                [BYTE_ORDER_MARK.as_bytes(), &line].concat()
            }
            Format::Ndjson => Vec::new(),
        };
        let pages = stream::try_unfold((self, None), |(rows, cursor)| async move {
            let Some((bytes, last)) = rows.page(cursor).await? else { return Ok(None) };
            Ok::<_, Error>(Some((bytes, (rows, Some(last)))))
        });
        let first = stream::once(async move { Ok(Bytes::from(head)) });
        Body::from_stream(futures_util::StreamExt::chain(first, pages))
    }

    /// The next page with its last id; none at the end.
    async fn page(&self, cursor: Option<Cursor>) -> Result<Option<(Bytes, Cursor)>> {
        let entries = find::rows(self.platform.storage.standby(), &self.filter, cursor, PAGE).await?;
        let Some(last) = entries.last().map(|entry| Cursor(entry.id)) else { return Ok(None) };
        let names = view::names_for(&self.platform, &self.caller, &entries).await?;
        let bytes = match self.format {
            Format::Csv => csv_lines(entries.into_iter().map(|entry| cells(&self.platform, entry, &names))),
            Format::Ndjson => entries
                .iter()
                .flat_map(|entry| format!("{}\n", as_json(&self.platform, entry, &names)).into_bytes())
                .collect(),
        };
        Ok(Some((Bytes::from(bytes), last)))
    }
}
