//! Messages as CSV or XLSX. CSV is streamed page by page; a workbook is made on the disk and sent from there.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use database::entity::messages;
use futures_util::stream;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::mpsc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::filter::{Filter, FilterQuery};
use super::{find, store};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Problem, Query, RequestInfo, export};
use crate::platform::audit::{self, Changes, Entry};
use crate::platform::auth::{Caller, demand};
use crate::platform::entity::Entity;
use crate::platform::known_names::NamesById;
use crate::platform::permission::Permission;
use crate::platform::staff as people;
use crate::storage::Cursor;

/// Rows of a workbook: it is made before its first byte is sent, and nobody should wait for longer. CSV has no limit.
const LARGEST_WORKBOOK: u64 = 100_000;
/// Rows that are read at once.
const PAGE: u16 = 500;
const HEAD: [&str; 14] = [
    "id",
    "createdAt",
    "status",
    "name",
    "email",
    "phone",
    "company",
    "service",
    "message",
    "assignedTo",
    "repliedAt",
    "replyCount",
    "consent",
    "tags",
];

/// The same columns in a workbook, for people. Its times have no zone, so their heads name it.
const TITLES: [&str; HEAD.len()] = [
    "ID",
    "Received (UTC)",
    "Status",
    "Name",
    "Email",
    "Phone",
    "Company",
    "Service",
    "Message",
    "Assigned to",
    "Replied (UTC)",
    "Replies",
    "Consent",
    "Tags",
];

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(demand(Permission::Messages, routes!(export_messages)))
}

/// The form of the file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatQuery {
    /// `csv` (the default) or `xlsx`.
    #[serde(default)]
    format: Option<String>,
}

/// Exports the messages that match the filters as a file. `X-Total-Count` is the number of rows.
#[utoipa::path(get, path = "/api/admin/messages/export", tag = "messages", params(FilterQuery, FormatQuery),
    responses((status = 200, description = "The file", content((Vec<u8> = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 422, body = Problem)))]
async fn export_messages(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Query(filter): Query<FilterQuery>,
    Query(format): Query<FormatQuery>,
) -> Result<Response> {
    let filter = filter.read(caller.staff_id, |slug| app.settings.get().slugs_of(slug))?.by_arrival();
    let xlsx = match format.format.as_deref() {
        None | Some("csv") => false,
        Some("xlsx") => true,
        Some(_) => return Err(Error::field("format", "invalid", "This must be csv or xlsx.")),
    };
    let place = Place::first(&app, &filter).await?;
    let total = match &place {
        Place::After(_) => find::count_all(app.storage.standby(), &filter).await?,
        Place::Found(ids) => ids.len() as u64,
    };
    if xlsx && total > LARGEST_WORKBOOK {
        let message =
            format!("A workbook can have at most {LARGEST_WORKBOOK} rows; this has {total}. Use CSV, or filter.");
        return Err(Error::field("format", "too_long", message));
    }
    let (format, media) = if xlsx {
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    } else {
        ("csv", "text/csv; charset=utf-8")
    };
    let changes = Changes::none().fact("rows", total).fact("format", format);
    let entry = Entry {
        actor: Some(caller.staff_id),
        action: "messages.exported",
        entity: (Entity::Message, None),
        changes,
        from: &info,
    }
    .row(&app.ids, app.clock.now());
    audit::write(&app, entry).await?;

    let rows = Rows { names: people::names(&app).await?, caller: caller.clone(), filter, place, app: app.clone() };
    let name = format!("messages-{}.{format}", app.clock.now().format("%Y-%m-%d"));
    let file = if xlsx {
        export::file_on_disk(rows.xlsx().await?, media, &name, total)?
    } else {
        export::file(rows.csv(), media, &name, total)
    };
    Ok(caller.while_allowed(&app, Permission::Messages, file))
}

/// What an export reads, and for whom.
struct Rows {
    app: App,
    filter: Filter,
    names: NamesById,
    caller: Caller,
    place: Place,
}

/// Where the next page begins.
enum Place {
    /// After a row, by the index that the filter has.
    After(Option<Cursor>),
    /// These are left. Words are looked for once, and not again for each page.
    Found(std::vec::IntoIter<Uuid>),
}

impl Place {
    async fn first(app: &App, filter: &Filter) -> Result<Self> {
        if filter.terms.is_empty() {
            return Ok(Self::After(None));
        }
        Ok(Self::Found(find::all_ids(app.storage.standby(), filter).await?.into_iter()))
    }
}

impl Rows {
    /// The next page, empty after the last one.
    async fn next(&mut self) -> Result<Vec<[String; HEAD.len()]>> {
        let conn = self.app.storage.standby();
        let page = match &mut self.place {
            Place::After(cursor) => {
                let page = find::whole(conn, &self.filter, *cursor, u64::from(PAGE)).await?;
                *cursor = page.last().map(|last| Cursor(last.id));
                page
            }
            Place::Found(left) => loop {
                let ids: Vec<Uuid> = left.take(usize::from(PAGE)).collect();
                let done = ids.is_empty();
                let page = find::whole_of(conn, &self.filter, ids).await?;
                // All of a page may be gone by now, and the next one not.
                if done || !page.is_empty() {
                    break page;
                }
            },
        };
        self.lines(page).await
    }

    /// The rows of a page as text.
    async fn lines(&self, page: Vec<messages::Model>) -> Result<Vec<[String; HEAD.len()]>> {
        let ids = page.iter().map(|message| message.id).collect();
        let mut tags = store::tags_of(self.app.storage.standby(), ids).await?;
        Ok(page
            .into_iter()
            .map(|message| {
                let tags = tags.remove(&message.id).unwrap_or_default();
                self.cells(message, &tags)
            })
            .collect())
    }

    fn cells(&self, message: messages::Model, tags: &[String]) -> [String; HEAD.len()] {
        let status = match serde_json::to_value(message.status) {
            Ok(Value::String(text)) => text,
            _ => String::new(),
        };
        let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        [
            message.id.to_string(),
            time(message.created_at),
            status,
            message.name,
            message.email,
            message.phone.unwrap_or_default(),
            message.company.unwrap_or_default(),
            message.service.map(|slug| self.app.settings.get().current_slug(slug)).unwrap_or_default(),
            message.message,
            message.assigned_to.and_then(|id| self.names.get(&id).cloned()).unwrap_or_default(),
            message.replied_at.map(time).unwrap_or_default(),
            message.reply_count.to_string(),
            message.consent.to_string(),
            tags.join(", "),
        ]
    }

    /// A stream that holds one page at a time.
    fn csv(mut self) -> Body {
        let (chunks, received) = mpsc::channel::<Result<Bytes, Error>>(2);
        tokio::spawn(async move {
            let mut head = export::BYTE_ORDER_MARK.as_bytes().to_vec();
            head.extend(export::csv_lines([HEAD.map(str::to_owned)].into_iter()));
            let mut chunk = Bytes::from(head);
            loop {
                if chunks.send(Ok(chunk)).await.is_err() {
                    return;
                }
                let page = match self.next().await {
                    Ok(page) => page,
                    // The connection breaks, so that nobody takes half a file for the whole.
                    Err(error) => return drop(chunks.send(Err(error)).await),
                };
                if page.is_empty() {
                    return;
                }
                chunk = Bytes::from(export::csv_lines(page.into_iter()));
            }
        });
        Body::from_stream(stream::unfold(received, |mut received| async {
            received.recv().await.map(|chunk| (chunk, received))
        }))
    }

    /// A workbook, in a file without a name. Its format wants all rows before the first byte of the file.
    async fn xlsx(mut self) -> Result<std::fs::File> {
        let mut workbook = Workbook::new();
        let failed = |error: rust_xlsxwriter::XlsxError| Error::internal(error);
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(failed)?;
        let [bold, day] = [Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd hh:mm")];
        sheet.set_name("Messages").map_err(failed)?;
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        for ((column, name), title) in (0u16..).zip(HEAD).zip(TITLES) {
            let width = if name == "message" { 60 } else { 18 };
            sheet.set_column_width(column, width).map_err(failed)?;
            sheet.write_string_with_format(0, column, title, &bold).map_err(failed)?;
        }
        let mut row = 0u32;
        loop {
            // Nothing is sent yet, so nobody else looks at it.
            self.caller.still_may(&self.app, Permission::Messages).await?;
            let page = self.next().await?;
            if page.is_empty() {
                break;
            }
            for line in page {
                row += 1;
                for ((column, title), cell) in (0u16..).zip(HEAD).zip(line) {
                    let written = match title {
                        "createdAt" | "repliedAt" if !cell.is_empty() => {
                            let at = ExcelDateTime::parse_from_str(&cell).map_err(failed)?;
                            sheet.write_datetime_with_format(row, column, at, &day)
                        }
                        "replyCount" => sheet.write_number(row, column, cell.parse::<f64>().unwrap_or_default()),
                        // A string cell is never a formula. Excel takes 32,767 characters.
                        _ => sheet.write_string(row, column, cell.chars().take(32_000).collect::<String>()),
                    };
                    written.map_err(failed)?;
                }
            }
        }
        // Packing takes all of a core.
        let pack = move || {
            let file = tempfile::tempfile().map_err(Error::internal)?;
            workbook.save_to_writer(std::io::BufWriter::new(&file)).map_err(failed)?;
            Ok(file)
        };
        tokio::task::spawn_blocking(pack).await.map_err(Error::internal)?
    }
}
