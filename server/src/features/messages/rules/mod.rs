//! Rules by which new messages are sorted: assigned, tagged, filed.

mod api;
mod matching;
mod rule;

use chrono::Duration;
use database::entity::message_rules::{Column, Entity, Model};
use database::entity::messages::{self, Status};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};

pub use api::routes;
pub use matching::Sorting;
use matching::{Arrival, sort};

use super::change::who_can_be_given;
use super::spam::{self, Sign};
use super::status::is_open;
use crate::app::App;
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity as Kind;
use crate::platform::settings::open_state;
use crate::storage::Tx;

/// The notice that says that the rules are others.
pub const CHANGED: &str = "rules_changed";

/// Rules that are asked, in order.
async fn active(conn: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::IsActive.eq(true)).order_by_asc(Column::Position).all(conn).await
}

/// What the rules make of a message that has just come.
pub async fn of_new(app: &App, message: &messages::Model) -> Result<Sorting> {
    let rules = app.inbox.rules.get((), async |(): &()| active(app.storage.read()).await).await?;
    if rules.is_empty() {
        return Ok(Sorting::default());
    }
    let settings = app.settings.get();
    let arrival = Arrival {
        services: message.service.clone().map(|slug| settings.slugs_of(slug)).unwrap_or_default(),
        words: &message.search_text,
        open: open_state(&settings.hours, message.created_at).now,
    };
    Ok(sort(&rules, &arrival))
}

/// Gives a new message to nobody if the person of its rule has left or may not see messages any more. Asked within the
/// unit, so that nobody leaves in between.
pub async fn check_person(conn: &impl ConnectionTrait, message: &mut messages::Model) -> Result<(), DbErr> {
    message.assigned_to = who_can_be_given(conn, message.assigned_to.into_iter()).await?.pop_first();
    Ok(())
}

/// Notes what the rules made of a message, if anything.
pub fn note(tx: &Tx<'_>, app: &App, came: &messages::Model, message: &messages::Model, sorted: &Sorting) {
    let same = (came.status, came.assigned_to) == (message.status, message.assigned_to);
    if same && sorted.tags.is_empty() {
        return;
    }
    let changes = Changes::none()
        .fact("rules", &sorted.rules)
        .field("status", came.status, message.status)
        .field("assignedTo", came.assigned_to, message.assigned_to)
        .field("tags", Vec::<String>::new(), sorted.tags.clone());
    let entity = (Kind::Message, Some(message.id));
    let from = RequestInfo::internal();
    let entry = Entry { actor: None, action: "message.sorted", entity, changes, from: &from };
    // Behind the entry that it has come.
    tx.audit(entry.row(&app.ids, message.created_at + Duration::milliseconds(1)));
}

impl Sorting {
    /// Makes a new message what the rules say.
    pub fn apply(&self, message: &mut messages::Model) {
        message.assigned_to = self.assign_to.as_ref().map(|(person, _)| *person);
        if let Some(status) = self.status {
            message.status = status;
            message.waiting_id = message.waiting_id.filter(|_| is_open(status));
            if status == Status::Spam {
                // Whoever wrote the rule has judged it.
                message.doubtful = false;
                message.signs = Some(spam::with(message.signs.take(), Sign::Rule));
            }
        }
    }
}
