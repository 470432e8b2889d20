//! Onboarding steps, for every signed-in person.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store;
use crate::app::App;
use crate::error::Result;
use crate::features::samples;
use crate::http::valid::Check;
use crate::http::{Data, Envelope, Json, Problem, RequestInfo};
use crate::platform::audit::{Changes, Entry};
use crate::platform::auth::{Caller, signed_in};
use crate::platform::entity::Entity;
use crate::platform::marks;
use crate::platform::permission::Permission;
use crate::platform::slice::Facts;

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(signed_in(routes!(get_onboarding, patch_onboarding)))
}

/// The progress of the firm and the person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "facts of a response that depend on nothing else")]
pub struct Onboarding {
    /// Steps that the caller can do, in order.
    pub steps: Vec<StepState>,
    /// The caller has hidden the list.
    pub dismissed: bool,
    pub tour: Tour,
    /// There is sample data.
    pub samples: bool,
    /// Sample data, of which there is none yet, would stand beside messages of clients.
    pub beside_clients: bool,
    /// The caller can add and remove sample data.
    pub may_make_samples: bool,
}

/// One step.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepState {
    pub name: &'static str,
    pub done: bool,
    /// Where to do it, below /admin.
    pub link: &'static str,
    /// It can be marked as needing no change.
    pub reviewable: bool,
}

/// Where the caller is in the tour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tour {
    /// The next stop, starting at 0.
    #[schema(maximum = 100)]
    pub stop: u32,
    /// The tour was finished or declined.
    pub done: bool,
}

/// What to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnboardingPatch {
    #[serde(default)]
    pub dismissed: Option<bool>,
    #[serde(default)]
    pub tour: Option<Tour>,
    /// Name of a step that needs no change.
    #[serde(default)]
    pub reviewed: Option<String>,
}

/// Returns the first steps and which of them are done, the tour, and whether there is sample data.
#[utoipa::path(get, path = "/api/admin/onboarding", tag = "dashboard",
    responses((status = 200, body = Envelope<Onboarding>)))]
async fn get_onboarding(State(app): State<App>, caller: Caller) -> Result<Data<Onboarding>> {
    Ok(Data(state(&app, &caller).await?))
}

/// Records that the list was hidden, where the tour was left, or that a step needs no change.
#[utoipa::path(patch, path = "/api/admin/onboarding", tag = "dashboard", request_body = OnboardingPatch,
    responses((status = 200, body = Envelope<Onboarding>), (status = 422, body = Problem)))]
async fn patch_onboarding(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Json(patch): Json<OnboardingPatch>,
) -> Result<Data<Onboarding>> {
    let mut check = Check::new();
    let me = caller.staff_id.to_string();
    let mut noted: Vec<(String, String, Value)> = Vec::new();
    let mut changes = Changes::none();
    if let Some(dismissed) = patch.dismissed {
        noted.push((me.clone(), "dismissed".to_owned(), if dismissed { json!(true) } else { Value::Null }));
        changes = changes.fact("dismissed", dismissed);
    }
    if let Some(tour) = patch.tour {
        if tour.stop > 100 {
            check.refuse("tour.stop", "invalid", "This must be a whole number from 0 to 100.");
        }
        noted.push((me, "tour".to_owned(), json!(tour)));
        changes = changes.fact("tour", tour);
    }
    if let Some(name) = patch.reviewed {
        if app.steps().any(|step| step.name == name && step.reviewable && caller.may(step.needs)) {
            changes = changes.fact("reviewed", &name);
            noted.push((marks::FIRM.to_owned(), name, json!(true)));
        } else {
            check.refuse("reviewed", "unknown", "There is no such step to review.");
        }
    }
    check.done()?;
    let now = app.clock.now();
    let actor = Some(caller.staff_id);
    let entry = Entry { actor, action: "onboarding.noted", entity: (Entity::Staff, actor), changes, from: &info }
        .row(&app.ids, now);
    app.storage
        .write((noted, entry), move |tx, (noted, entry)| {
            Box::pin(async move {
                for (scope, name, value) in noted {
                    marks::mark(tx.conn(), scope, name, value, now).await?;
                }
                if !noted.is_empty() {
                    tx.audit(entry.clone());
                }
                Ok(())
            })
        })
        .await?;
    Ok(Data(state(&app, &caller).await?))
}

async fn state(app: &App, caller: &Caller) -> Result<Onboarding> {
    let conn = app.storage.read();
    let settings = app.settings.get();
    let facts = Facts {
        platform: app,
        settings: &settings,
        marks: marks::of(conn, marks::FIRM).await?,
        staff: store::real_staff(conn).await?,
    };
    let own: Map<String, Value> = marks::of(conn, &caller.staff_id.to_string()).await?;
    let steps = app
        .steps()
        .filter(|step| caller.may(step.needs))
        .map(|step| StepState {
            name: step.name,
            done: step.is_done(&facts),
            link: step.link,
            reviewable: step.reviewable,
        })
        .collect();
    Ok(Onboarding {
        steps,
        dismissed: own.contains_key("dismissed"),
        tour: own.get("tour").and_then(|tour| serde_json::from_value(tour.clone()).ok()).unwrap_or_default(),
        samples: samples::any(conn).await?,
        beside_clients: samples::would_be_beside_clients(conn).await?,
        may_make_samples: Permission::ALL.into_iter().all(|permission| caller.may(permission)),
    })
}
