//! What people let the About page say about them. Everyone decides for themselves: no route changes it for another.

use axum::extract::State;
use database::entity::site_people::{Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::settings::Site;
use crate::app::App;
use crate::cluster::Event;
use crate::error::Result;
use crate::http::valid::Check;
use crate::http::{Data, Envelope, Json, Problem, RequestInfo};
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{Caller, signed_in};
use crate::platform::entity::Entity as Kind;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(signed_in(routes!(get_own_website, put_own_website)))
}

/// What the website says about you.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnWebsite {
    /// You agree to be shown on the About page, with your name and your picture.
    pub is_shown: bool,
    pub job_title: String,
    pub text: String,
    /// The firm has switched its About page on.
    pub about_shown: bool,
}

/// What the website may say about you.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnWebsiteChange {
    pub is_shown: bool,
    /// At most 80 characters.
    #[serde(default)]
    pub job_title: String,
    /// A few sentences, at most 400 characters.
    #[serde(default)]
    pub text: String,
}

/// Returns what the website says about you.
#[utoipa::path(get, path = "/api/auth/me/website", tag = "auth", responses((status = 200, body = Envelope<OwnWebsite>)))]
async fn get_own_website(State(app): State<App>, caller: Caller) -> Result<Data<OwnWebsite>> {
    let row = Entity::find_by_id(caller.staff_id).one(app.storage.read()).await?;
    Ok(Data(shown(&app, row)))
}

/// Shows you on the About page, or not. It applies at once.
#[utoipa::path(put, path = "/api/auth/me/website", tag = "auth", request_body = OwnWebsiteChange,
    responses((status = 200, body = Envelope<OwnWebsite>), (status = 422, body = Problem)))]
async fn put_own_website(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Json(change): Json<OwnWebsiteChange>,
) -> Result<Data<OwnWebsite>> {
    let act = Act::new(&app, caller, info);
    let mut check = Check::new();
    let job_title = check.optional_line("jobTitle", Some(&change.job_title), 80).unwrap_or_default();
    let words = if change.text.trim().is_empty() { String::new() } else { check.text("text", &change.text, 400, "") };
    check.done()?;
    let id = act.caller.staff_id;
    let row = Model { staff_id: id, is_shown: change.is_shown, job_title, words, updated_at: act.now };
    let row = app
        .storage
        .write((act, row), move |tx, (act, row)| {
            Box::pin(async move {
                let before = Entity::find_by_id(id).one(tx.conn()).await?;
                let unchanged = |it: &Model| (&it.job_title, &it.words) == (&row.job_title, &row.words);
                let mut changes =
                    Changes::none().field("shown", before.as_ref().is_some_and(|it| it.is_shown), row.is_shown);
                if !before.as_ref().is_some_and(unchanged) {
                    // Not the words themselves: the audit trail outlives an erasure.
                    changes = changes.fact("text", "changed");
                }
                let replace = OnConflict::column(Column::StaffId)
                    .update_columns([Column::IsShown, Column::JobTitle, Column::Words, Column::UpdatedAt])
                    .to_owned();
                Entity::insert(row.clone().into_active_model())
                    .on_conflict(replace)
                    .exec_without_returning(tx.conn())
                    .await?;
                act.note(tx, "staff.website_changed", (Kind::Staff, id), changes);
                tx.publish(Event::StaffChanged(id));
                Ok(row.clone())
            })
        })
        .await?;
    Ok(Data(shown(&app, Some(row))))
}

fn shown(app: &App, row: Option<Model>) -> OwnWebsite {
    let about_shown = app.settings.get().part::<Site>().about_shown;
    match row {
        Some(row) => OwnWebsite { is_shown: row.is_shown, job_title: row.job_title, text: row.words, about_shown },
        None => OwnWebsite { is_shown: false, job_title: String::new(), text: String::new(), about_shown },
    }
}
