//! The list of people, one person, and the colleagues to whom work can be assigned.

use axum::extract::State;
use database::entity::staff::{Model, Role};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::change::{self, StaffPatch};
use super::view::{self, StaffDetail, StaffState, StaffSummary};
use super::{avatar, store};
use crate::error::{Error, Result};
use crate::http::{All, Data, Envelope, Id, IfMatch, Json, Listed, Paging, Problem, Query, RequestInfo, Tagged};
use crate::platform::Platform;
use crate::platform::act::Act;
use crate::platform::auth::{Caller, demand, demand_in_person, recently_proven, signed_in_or_token};
use crate::platform::permission::Permission;
use crate::storage::{Page, search_terms, search_text};

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(signed_in_or_token(routes!(list_colleagues)))
        .routes(demand(Permission::Staff, routes!(list_staff)))
        .routes(demand(Permission::Staff, routes!(get_staff)))
        .routes(demand_in_person(Permission::Staff, recently_proven(routes!(patch_staff))))
}

/// A person that work can be assigned to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Colleague {
    pub id: Uuid,
    pub name: String,
    /// False: they keep past work but cannot be assigned new work.
    pub is_active: bool,
    /// Address of the picture, for `GET` with an access token; null if there is none.
    pub avatar: Option<String>,
}

/// Lists everyone in the firm, sorted by name, except people who have not accepted their invitation yet.
#[utoipa::path(get, path = "/api/admin/colleagues", tag = "staff",
    responses((status = 200, body = Envelope<Vec<Colleague>>)))]
async fn list_colleagues(State(platform): State<Platform>) -> Result<All<Colleague>> {
    let people = store::all(platform.storage.read()).await?;
    let show = |person: Model| Colleague {
        avatar: avatar::url(&person),
        id: person.id,
        name: person.name,
        is_active: person.is_active,
    };
    let joined = people.into_iter().filter(|person| StaffState::of(person) != StaffState::Invited);
    Ok(All::of(joined.map(show).collect()))
}

/// The filters as they stand in an address.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StaffFilter {
    /// Words to search for. Each must match the start of a word in the name or address.
    #[serde(default)]
    pub q: Option<String>,
    /// `admin`, `manager` or `staff`.
    #[serde(default)]
    pub role: Option<String>,
    /// `active`, `invited` or `deactivated`.
    #[serde(default)]
    pub state: Option<String>,
}

/// The parsed filters.
struct Filter {
    terms: Option<Vec<String>>,
    role: Option<Role>,
    state: Option<StaffState>,
}

impl StaffFilter {
    fn read(&self) -> Result<Filter> {
        fn one<T: serde::de::DeserializeOwned>(field: &str, text: Option<&str>, names: &str) -> Result<Option<T>> {
            let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
            let value = serde_json::from_value(serde_json::Value::String(text.to_owned()));
            value.map(Some).map_err(|_| Error::field(field, "invalid", format!("This must be {names}.")))
        }
        Ok(Filter {
            terms: self.q.as_deref().filter(|q| !q.trim().is_empty()).map(search_terms),
            role: one("role", self.role.as_deref(), "admin, manager or staff")?,
            state: one("state", self.state.as_deref(), "active, invited or deactivated")?,
        })
    }
}

impl Filter {
    fn fits(&self, person: &Model) -> bool {
        let words = || search_text([person.name.as_str(), person.email.as_str()]);
        let found = |terms: &Vec<String>| {
            let words = words();
            !terms.is_empty() && terms.iter().all(|term| words.contains(&format!(" {term}")))
        };
        self.role.is_none_or(|role| role == person.role)
            && self.state.is_none_or(|state| state == StaffState::of(person))
            && self.terms.as_ref().is_none_or(found)
    }
}

/// Lists people who match the filters, sorted by name, page by page.
#[utoipa::path(get, path = "/api/admin/staff", tag = "staff", params(StaffFilter, Paging),
    responses((status = 200, body = Envelope<Vec<StaffSummary>>), (status = 422, body = Problem)))]
async fn list_staff(
    State(platform): State<Platform>,
    caller: Caller,
    Query(filter): Query<StaffFilter>,
    Query(paging): Query<Paging>,
) -> Result<Listed<StaffSummary>> {
    let filter = filter.read()?;
    let (cursor, limit) = paging.read()?;
    let mut people = store::all(platform.storage.read()).await?;
    people.retain(|person| filter.fits(person));
    let page = Page::within(people, cursor, limit, |person| person.id);
    Ok(Listed(page.map(|person| StaffSummary::of(person, &caller))))
}

/// Returns one person. The `ETag` covers the fields that can be edited.
#[utoipa::path(get, path = "/api/admin/staff/{id}", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<StaffDetail>), (status = 404, body = Problem)))]
async fn get_staff(State(platform): State<Platform>, caller: Caller, Id(id): Id) -> Result<Tagged<Data<StaffDetail>>> {
    shown(&platform, &caller, id).await
}

/// Changes name, address, role or permissions. With `If-Match`, fails with 412 if the person has changed since. A new
/// role brings its own permissions unless some are given. The person's access tokens are replaced within a second.
#[utoipa::path(patch, path = "/api/admin/staff/{id}", tag = "staff", params(("id" = Uuid, Path)), request_body = StaffPatch,
    responses((status = 200, body = Envelope<StaffDetail>), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn patch_staff(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    Json(patch): Json<StaffPatch>,
) -> Result<Tagged<Data<StaffDetail>>> {
    let wanted = patch.read(seen)?;
    let act = Act::new(&platform, caller.clone(), info);
    platform
        .storage
        .write((act, wanted), move |tx, (act, wanted)| Box::pin(change::apply(tx, act, id, wanted)))
        .await?;
    shown(&platform, &caller, id).await
}

/// The person's current state, with their tag.
pub(super) async fn shown(platform: &Platform, caller: &Caller, id: Uuid) -> Result<Tagged<Data<StaffDetail>>> {
    let open_work = platform.open_work_of(id).await?;
    view::detail(platform.storage.read(), caller, id, platform.clock.now(), open_work).await
}
