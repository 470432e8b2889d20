//! Messages as CSV or XLSX.

use axum::extract::State;
use axum::response::Response;
use database::entity::messages;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::filter::{Filter, FilterQuery};
use super::{find, store};
use crate::app::App;
use crate::error::Result;
use crate::http::export::{self, Column, FormatQuery, Table};
use crate::http::{Problem, Query, RequestInfo};
use crate::platform::audit::{self, Changes, Entry};
use crate::platform::auth::{Caller, demand};
use crate::platform::entity::Entity;
use crate::platform::known_names::NamesById;
use crate::platform::permission::Permission;
use crate::platform::staff as people;
use crate::storage::Cursor;

/// Rows that are read at once.
const PAGE: u16 = 500;
const COLUMNS: [Column; 14] = [
    Column::text("id", "ID"),
    Column::time("createdAt", "Received (UTC)"),
    Column::text("status", "Status"),
    Column::text("name", "Name"),
    Column::text("email", "Email"),
    Column::text("phone", "Phone"),
    Column::text("company", "Company"),
    Column::text("service", "Service"),
    Column::text("message", "Message").wide(),
    Column::text("assignedTo", "Assigned to"),
    Column::time("repliedAt", "Replied (UTC)"),
    Column::number("replyCount", "Replies"),
    Column::text("consent", "Consent"),
    Column::text("tags", "Tags"),
];

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(demand(Permission::Messages, routes!(export_messages)))
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
    let form = format.read()?;
    let place = Place::first(&app, &filter).await?;
    let total = match &place {
        Place::After(_) => find::count_all(app.storage.standby(), &filter).await?,
        Place::Found(ids) => ids.len() as u64,
    };
    form.may_hold(total)?;
    let changes = Changes::none().fact("rows", total).fact("format", form);
    let entry = Entry {
        actor: Some(caller.staff_id),
        action: "messages.exported",
        entity: (Entity::Message, None),
        changes,
        from: &info,
    }
    .row(&app.ids, app.clock.now());
    audit::write(&app, entry).await?;

    let name = format!("messages-{}", app.clock.now().format("%Y-%m-%d"));
    let rows = Rows { names: people::names(&app).await?, caller: caller.clone(), filter, place, app: app.clone() };
    let file = export::table(rows, form, &name, total).await?;
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

impl Table<{ COLUMNS.len() }> for Rows {
    const SHEET: &'static str = "Messages";
    const COLUMNS: [Column; COLUMNS.len()] = COLUMNS;

    async fn next(&mut self) -> Result<Vec<[String; COLUMNS.len()]>> {
        self.caller.still_may(&self.app, Permission::Messages).await?;
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
}

impl Rows {
    /// The rows of a page as text.
    async fn lines(&self, page: Vec<messages::Model>) -> Result<Vec<[String; COLUMNS.len()]>> {
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

    fn cells(&self, message: messages::Model, tags: &[String]) -> [String; COLUMNS.len()] {
        let status = match serde_json::to_value(message.status) {
            Ok(Value::String(text)) => text,
            _ => String::new(),
        };
        [
            message.id.to_string(),
            export::time(message.created_at),
            status,
            message.name,
            message.email,
            message.phone.unwrap_or_default(),
            message.company.unwrap_or_default(),
            message.service.map(|slug| self.app.settings.get().current_slug(slug)).unwrap_or_default(),
            message.message,
            message.assigned_to.and_then(|id| self.names.get(&id).cloned()).unwrap_or_default(),
            message.replied_at.map(export::time).unwrap_or_default(),
            message.reply_count.to_string(),
            message.consent.to_string(),
            tags.join(", "),
        ]
    }
}
