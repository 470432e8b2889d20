//! A person's own notices, and their preferences.

use axum::extract::State;
use database::entity::notifications::Column;
use sea_orm::ColumnTrait as _;
use sea_orm::sea_query::Condition;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::kind::{Channel, Default, NotificationEvent};
use super::store::{self, Which};
use super::view::{self, Notification};
use crate::cluster;
use crate::error::Result;
use crate::http::valid::Check;
use crate::http::{All, Data, Envelope, Json, Listed, Paging, Problem, Query, RequestInfo};
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::auth::{Caller, signed_in};
use crate::platform::entity::Entity;

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(signed_in(routes!(list_notifications)))
        .routes(signed_in(routes!(count_notifications)))
        .routes(signed_in(routes!(read_notifications)))
        .routes(signed_in(routes!(get_preferences, change_preferences)))
}

/// Which notices.
#[derive(Debug, std::default::Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// `true`: only unread ones.
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    unread: Option<String>,
}

fn own(caller: &Caller, unread_only: bool) -> Which {
    Which { person: caller.staff_id, unread_only, seen: Entity::names_for(caller) }
}

/// Lists your own notifications, newest first, page by page.
#[utoipa::path(get, path = "/api/admin/notifications", tag = "notifications", params(Wanted, Paging),
    responses((status = 200, body = Envelope<Vec<Notification>>), (status = 422, body = Problem)))]
async fn list_notifications(
    State(platform): State<Platform>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Listed<Notification>> {
    let mut check = Check::new();
    let unread = match wanted.unread.as_deref() {
        None | Some("" | "false") => false,
        Some("true") => true,
        Some(_) => {
            check.refuse("unread", "invalid", "This must be true or false.");
            false
        }
    };
    check.done()?;
    let (cursor, limit) = paging.read()?;
    let mut page = store::list(platform.storage.read(), &own(&caller, unread), cursor, limit).await?;
    let rows = view::notifications(&platform, std::mem::take(&mut page.rows)).await?;
    Ok(Listed(page.with(rows)))
}

/// The number of unread notifications.
#[derive(Serialize, ToSchema)]
pub struct Unread {
    /// At most 1,000, which means 1,000 or more.
    pub unread: u64,
}

async fn unread(platform: &Platform, caller: &Caller) -> Result<Data<Unread>> {
    let unread = store::count(platform.storage.read(), &own(caller, true)).await?.min(1_000);
    Ok(Data(Unread { unread }))
}

/// Counts your own unread notifications.
#[utoipa::path(get, path = "/api/admin/notifications/count", tag = "notifications",
    responses((status = 200, body = Envelope<Unread>)))]
async fn count_notifications(State(platform): State<Platform>, caller: Caller) -> Result<Data<Unread>> {
    unread(&platform, &caller).await
}

/// What was read. Exactly one of the three.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReadNow {
    /// These notifications, at most 100.
    #[serde(default)]
    #[schema(nullable = false)]
    pub ids: Option<Vec<Uuid>>,
    /// All notifications about this entity, such as a message that was just opened.
    #[serde(default)]
    #[schema(nullable = false)]
    pub entity_id: Option<Uuid>,
    /// All notifications up to this one, the latest that was seen.
    #[serde(default)]
    #[schema(nullable = false)]
    pub up_to: Option<Uuid>,
}

impl ReadNow {
    fn condition(self) -> Result<Condition> {
        let mut check = Check::new();
        let given = [self.ids.is_some(), self.entity_id.is_some(), self.up_to.is_some()];
        if given.into_iter().filter(|it| *it).count() != 1 {
            check.refuse("ids", "required", "Say what was read: ids, entityId or upTo.");
        }
        if self.ids.as_ref().is_some_and(|ids| ids.is_empty() || ids.len() > 100) {
            check.refuse("ids", "invalid", "Name 1 to 100 notifications.");
        }
        check.done()?;
        let mut which = Condition::all();
        if let Some(ids) = self.ids {
            which = which.add(Column::Id.is_in(ids));
        }
        if let Some(entity) = self.entity_id {
            which = which.add(Column::EntityId.eq(entity));
        }
        if let Some(last) = self.up_to {
            which = which.add(Column::Id.lte(last));
        }
        Ok(which)
    }
}

/// Marks your own notifications as read, and returns how many are left.
#[utoipa::path(post, path = "/api/admin/notifications/read", tag = "notifications", request_body = ReadNow,
    responses((status = 200, body = Envelope<Unread>), (status = 422, body = Problem)))]
async fn read_notifications(
    State(platform): State<Platform>,
    caller: Caller,
    Json(body): Json<ReadNow>,
) -> Result<Data<Unread>> {
    let which = body.condition()?;
    let (now, person) = (platform.clock.now(), caller.staff_id);
    platform
        .storage
        .write(which, move |tx, which| {
            Box::pin(async move {
                if store::read(tx.conn(), person, which.clone(), now).await? > 0 {
                    // Other windows of the same person update their counts.
                    tx.publish(cluster::Event::Notified([person].into()));
                }
                Ok(())
            })
        })
        .await?;
    unread(&platform, &caller).await
}

/// Whether one event is sent through one channel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationPreference {
    #[schema(value_type = NotificationEvent)]
    pub event: &'static str,
    pub channel: Channel,
    pub is_on: bool,
    /// True: it cannot be turned off.
    pub fixed: bool,
    /// True: only while you are not in the dashboard.
    pub while_away: bool,
}

/// Returns which events you are notified about, and how. Events that you are not allowed to see are left out.
#[utoipa::path(get, path = "/api/admin/notifications/preferences", tag = "notifications",
    responses((status = 200, body = Envelope<Vec<NotificationPreference>>)))]
async fn get_preferences(State(platform): State<Platform>, caller: Caller) -> Result<All<NotificationPreference>> {
    Ok(All::of(preferences(&platform, &caller).await?))
}

async fn preferences(platform: &Platform, caller: &Caller) -> Result<Vec<NotificationPreference>> {
    let chosen = store::choices_of(platform.storage.read(), caller.staff_id).await?;
    let kinds = platform.notice_kinds().filter(|kind| kind.may_reach(|needed| caller.may(needed)));
    let all = kinds.flat_map(|kind| Channel::ALL.map(|channel| (kind, channel)));
    Ok(all
        .filter(|(kind, channel)| kind.default_for(*channel) != Default::Never)
        .map(|(kind, channel)| {
            let choice = chosen.iter().find(|row| row.event == kind.name && row.channel == channel.name());
            NotificationPreference {
                event: kind.name,
                channel,
                is_on: kind.is_on(channel, choice.map(|row| row.is_on)),
                fixed: kind.default_for(channel) == Default::Always,
                while_away: kind.default_for(channel) == Default::Away,
            }
        })
        .collect())
}

/// Choices. Those that are left out stay unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationChoices {
    /// At most 50.
    pub choices: Vec<NotificationChoice>,
}

/// One choice.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NotificationChoice {
    #[schema(value_type = NotificationEvent)]
    pub event: String,
    pub channel: Channel,
    pub is_on: bool,
}

/// Changes which events you are notified about, and how.
#[utoipa::path(patch, path = "/api/admin/notifications/preferences", tag = "notifications", request_body = NotificationChoices,
    responses((status = 200, body = Envelope<Vec<NotificationPreference>>), (status = 422, body = Problem)))]
async fn change_preferences(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Json(body): Json<NotificationChoices>,
) -> Result<Data<Vec<NotificationPreference>>> {
    let before = preferences(&platform, &caller).await?;
    let mut check = Check::new();
    let mut changes = Changes::none();
    if body.choices.len() > 50 {
        check.refuse("choices", "too_long", "At most 50 choices at once are allowed.");
    }
    for (place, choice) in body.choices.iter().enumerate() {
        let now = before.iter().find(|it| it.event == choice.event && it.channel == choice.channel);
        match now {
            Some(now) if !now.fixed || choice.is_on => {
                let name = format!("{}.{}", choice.event, choice.channel.name());
                changes = changes.field(&name, now.is_on, choice.is_on);
            }
            _ => check.refuse(&format!("choices[{place}]"), "invalid", "This cannot be changed."),
        }
    }
    check.done()?;
    let person = caller.staff_id;
    let nothing = changes.is_empty();
    let entry = Entry {
        actor: Some(person),
        action: "notifications.changed",
        entity: (Entity::Staff, Some(person)),
        changes,
        from: &info,
    }
    .row(&platform.ids, platform.clock.now());
    if !nothing {
        platform
            .storage
            .write((body.choices, entry), move |tx, (choices, entry)| {
                Box::pin(async move {
                    for choice in choices {
                        store::choose(tx.conn(), person, &choice.event, choice.channel.name(), choice.is_on).await?;
                    }
                    tx.audit(entry.clone());
                    tx.publish(cluster::Event::PreferencesChanged(person));
                    Ok(())
                })
            })
            .await?;
    }
    Ok(Data(preferences(&platform, &caller).await?))
}
