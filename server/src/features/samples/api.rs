//! Creating and removing sample data.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Wanted;
use super::store::{self, Removed};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Created, Data, Envelope, Problem, RequestInfo};
use crate::platform::auth::{Caller, demand_in_person};
use crate::platform::idempotency::Claim;
use crate::platform::permission::Permission;

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(demand_in_person(Permission::Settings, routes!(make_samples, remove_samples)))
}

/// Enough to show lists, filters and figures at work.
const MESSAGES: usize = 60;
const CHATS: usize = 20;

/// The sample data that was added.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Samples {
    pub messages: usize,
    pub chats: usize,
    pub staff: usize,
}

/// Adds sample messages and chats, people who cannot sign in, and canned replies. All of them say that they are samples:
/// messages and chats have the tag `sample`, people and canned replies have it in their name. The caller needs every permission that these
/// people have.
#[utoipa::path(post, path = "/api/admin/samples", tag = "settings",
    responses((status = 201, body = Envelope<Samples>), (status = 409, body = Problem)))]
async fn make_samples(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
) -> Result<Created<Samples>> {
    may(&caller)?;
    let here = || Error::Conflict("Sample data has already been added.".into());
    if store::any(app.storage.read()).await? {
        return Err(here());
    }
    let made = |staff| Created {
        data: Samples { messages: MESSAGES, chats: CHATS, staff },
        location: "/api/admin/samples".to_owned(),
        message: None,
    };
    // A fixed seed: if two clicks race, the second finds the rows of the first.
    let wanted = Wanted { messages: MESSAGES, chats: CHATS, seed: 1, marked: true };
    let made_here = super::make(&app, Some(caller.staff_id), &info, wanted, |staff| claim.row(&made(staff)));
    let staff = made_here.await.map_err(|error| error.on_unique(here))?;
    Ok(made(staff))
}

/// Removes all sample data.
#[utoipa::path(delete, path = "/api/admin/samples", tag = "settings",
    responses((status = 200, body = Envelope<Removed>), (status = 409, body = Problem)))]
async fn remove_samples(State(app): State<App>, caller: Caller, info: RequestInfo) -> Result<Data<Removed>> {
    may(&caller)?;
    Ok(Data(super::remove(&app, Some(caller.staff_id), &info).await?))
}

/// Nobody can create or remove people whose permissions they lack.
fn may(caller: &Caller) -> Result<()> {
    let all = Permission::ALL.into_iter().all(|permission| caller.may(permission));
    if all { Ok(()) } else { Err(Error::Forbidden) }
}
