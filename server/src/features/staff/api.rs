//! Colleagues, for whoever assigns work.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::store;
use crate::app::App;
use crate::error::Result;
use crate::features::auth::signed_in_or_token;
use crate::http::{Envelope, Ok};

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(signed_in_or_token(routes!(list_colleagues)))
}

/// A person that work can be given to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Colleague {
    pub id: Uuid,
    pub name: String,
    /// False: past work is theirs, new work cannot be.
    pub is_active: bool,
}

/// Everybody of the firm, by name.
#[utoipa::path(get, path = "/api/admin/colleagues", tag = "staff",
    responses((status = 200, body = Envelope<Vec<Colleague>>)))]
async fn list_colleagues(State(app): State<App>) -> Result<Ok<Vec<Colleague>>> {
    let people = store::everybody(app.storage.read()).await?;
    let show = |person: database::entity::staff::Model| Colleague {
        id: person.id,
        name: person.name,
        is_active: person.is_active,
    };
    Result::Ok(Ok(people.into_iter().map(show).collect()))
}
