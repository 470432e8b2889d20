//! The first start: a link, printed for the operator, creates the first admin. There are no default credentials.

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use database::entity::staff::Role;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::cookies;
use super::limits::REFRESH;
use super::one_time::{self, Kind};
use super::sign_in::sign_in_directly;
use super::view::SignedIn;
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::{Data, Envelope, Json, Nothing, Problem, RequestInfo};
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::settings;
use crate::platform::staff::{self as people, NewStaff};
use crate::secrets;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new().routes(routes!(needed, complete)).routes(routes!(open_setup_link))
}

/// A new set-up link, if no account exists yet. Invalidates older links.
pub async fn setup_link(platform: &Platform) -> Result<Option<String>> {
    if people::anybody_can_sign_in(platform.storage.read()).await? {
        return Ok(None);
    }
    let token = secrets::new_token();
    let row = one_time::row(platform, Kind::Setup, &token, None, None);
    platform
        .storage
        .write(row, |tx, row| {
            Box::pin(async move {
                one_time::withdraw(tx.conn(), Kind::Setup, None).await?;
                one_time::insert(tx.conn(), row).await?;
                Ok(())
            })
        })
        .await?;
    Ok(Some(platform.config.server.link(&format!("/admin/setup#{token}"))))
}

/// Whether setup is still needed.
#[derive(Serialize, ToSchema)]
pub struct SetupState {
    pub needed: bool,
}

/// Returns whether setup is still needed because nobody can sign in yet.
#[utoipa::path(get, path = "/api/setup", tag = "setup", responses((status = 200, body = Envelope<SetupState>)))]
async fn needed(State(platform): State<Platform>) -> Result<Data<SetupState>> {
    Ok(Data(SetupState { needed: !people::anybody_can_sign_in(platform.storage.read()).await? }))
}

/// The token from the link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupToken {
    pub token: String,
}

/// Checks a setup link. The link stays valid.
#[utoipa::path(post, path = "/api/setup/link", tag = "setup", request_body = SetupToken,
    responses((status = 200, body = Envelope<Nothing>), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn open_setup_link(
    State(platform): State<Platform>,
    info: RequestInfo,
    Json(body): Json<SetupToken>,
) -> Result<Data<Nothing>> {
    platform.limits.check(&REFRESH, &Subject::Address(info.ip.into())).await?;
    let now = platform.clock.now();
    if !one_time::is_open(platform.storage.read(), Kind::Setup, &body.token, now).await? {
        return Err(link_is_over());
    }
    Ok(Data(Nothing))
}

/// The first admin and the firm.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// From the link that the program printed at its start.
    pub token: String,
    pub name: String,
    pub email: String,
    pub password: String,
    pub firm: SetupFirm,
}

/// The firm's details. Fields that are left out keep their defaults and can be set later.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetupFirm {
    pub name: String,
    /// What the firm does, in one sentence. Without one, the name stands in its place.
    #[serde(default)]
    pub tagline: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub city: Option<String>,
    #[serde(default)]
    pub country: Option<String>,
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Start with the services of the example firm, which visitors see until somebody changes them.
    #[serde(default)]
    pub example_services: bool,
}

impl SetupFirm {
    /// All details of the firm: omitted ones become empty, because the defaults belong to another firm.
    fn changes(self, admin_email: &str) -> Map<String, Value> {
        let line = |value: Option<String>| value.map(|text| text.trim().to_owned()).unwrap_or_default();
        let name = line(Some(self.name));
        let email =
            Some(line(self.email)).filter(|email| !email.is_empty()).unwrap_or_else(|| admin_email.trim().to_owned());
        let tagline = Some(line(self.tagline)).filter(|tagline| !tagline.is_empty()).unwrap_or_else(|| name.clone());
        let phone = Some(line(self.phone)).filter(|phone| !phone.is_empty());
        let mut values = vec![
            ("firm.name", json!(name)),
            ("firm.legalName", json!(name)),
            ("firm.tagline", json!(tagline)),
            ("firm.description", json!(tagline)),
            ("firm.email", json!(email)),
            ("firm.phone", json!(phone)),
            ("firm.street", json!("")),
            ("firm.postalCode", json!("")),
            ("firm.city", json!(line(self.city))),
            ("firm.region", json!(null)),
            ("firm.country", json!(line(self.country))),
        ];
        if let Some(zone) = self.time_zone.filter(|zone| !zone.trim().is_empty()) {
            values.push(("hours.timeZone", json!(zone.trim())));
        }
        values.push(("hours.weekly", json!([])));
        if !self.example_services {
            values.push(("services.list", json!([])));
        }
        values.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

fn link_is_over() -> Error {
    Error::field("token", "invalid", "This link was already used or has expired. Restart the program to get a new one.")
}

/// Creates the first admin, sets the firm's details and signs in.
#[utoipa::path(post, path = "/api/setup", tag = "setup", request_body = Setup,
    responses((status = 201, body = Envelope<SignedIn>), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn complete(
    State(platform): State<Platform>,
    info: RequestInfo,
    headers: HeaderMap,
    Json(body): Json<Setup>,
) -> Result<Response> {
    let web = cookies::is_web(&headers);
    if web {
        cookies::check_allowed(&platform)?;
    }
    if people::anybody_can_sign_in(platform.storage.read()).await? {
        return Err(done_already());
    }
    let now = platform.clock.now();
    if !one_time::is_open(platform.storage.read(), Kind::Setup, &body.token, now).await? {
        return Err(link_is_over());
    }
    let firm = body.firm.changes(&body.email);
    let firm = settings::check(&platform, &firm).map_err(|error| match error {
        // The form has the time zone among the firm's details.
        Error::Validation(mut faults) => {
            for fault in &mut faults {
                fault.field = fault.field.replace("hours.", "firm.");
            }
            Error::Validation(faults)
        }
        other => other,
    })?;
    let new = NewStaff { name: body.name, email: body.email, role: Role::Admin, password: body.password };
    let person = people::create(&platform, new).await?;
    let entry = Entry {
        actor: Some(person.id),
        action: "setup.completed",
        entity: (Entity::Staff, Some(person.id)),
        changes: Changes::none(),
        from: &info,
    }
    .row(&platform.ids, now);
    let token = body.token;
    let (id, with) = (person.id, platform.clone());
    let (person, fresh) = platform
        .storage
        .write((token, person, entry, firm), move |tx, (token, person, entry, firm)| {
            let with = with.clone();
            Box::pin(async move {
                one_time::redeem(tx.conn(), Kind::Setup, token, now).await?.ok_or_else(link_is_over)?;
                if people::anybody_can_sign_in(tx.conn()).await? {
                    return Err(done_already());
                }
                people::insert(tx, person).await?;
                settings::write(tx, &with.settings, &with.ids, firm, Some(id), now, None).await?;
                tx.audit(entry.clone());
                Ok((person.clone(), with.settings.read_in(tx).await?))
            })
        })
        .await?;
    platform.settings.adopt(&fresh);
    let mut response = sign_in_directly(&platform, person, web, &info).await?;
    *response.status_mut() = StatusCode::CREATED;
    response.headers_mut().insert(LOCATION, HeaderValue::from_static("/api/auth/me"));
    Ok(response.into_response())
}

fn done_already() -> Error {
    Error::Conflict("Setup is already complete. Sign in instead.".into())
}
