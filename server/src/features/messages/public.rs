//! The contact form and the thread page, for programs and for scripts of the site.

use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::contact::{self, ContactForm};
use super::form_token;
use super::thread::{self, ClientThread};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::{Created, Data, Envelope, Id, Json, Problem, RequestInfo, credentials};
use crate::platform::idempotency::Claim;
use crate::platform::idempotency::idempotent;
use crate::platform::limits;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(idempotent(routes!(post_contact)))
        .routes(idempotent(routes!(post_message)))
        .routes(routes!(get_form_token))
        .routes(routes!(get_thread))
        .routes(idempotent(routes!(post_client_reply)))
}

/// The id of what was created.
#[derive(Serialize, ToSchema)]
pub struct Made {
    pub id: Uuid,
}

/// Submits a message.
#[utoipa::path(post, path = "/api/contact", tag = "public", request_body = ContactForm,
    responses((status = 201, body = Envelope<Made>), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn post_contact(
    State(app): State<App>,
    info: RequestInfo,
    claim: Claim,
    Json(form): Json<ContactForm>,
) -> Result<Created<Made>> {
    take(&app, &info, &claim, form).await
}

/// The same as `/api/contact`.
#[utoipa::path(post, path = "/api/messages", tag = "public", request_body = ContactForm,
    responses((status = 201, body = Envelope<Made>), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn post_message(
    State(app): State<App>,
    info: RequestInfo,
    claim: Claim,
    Json(form): Json<ContactForm>,
) -> Result<Created<Made>> {
    take(&app, &info, &claim, form).await
}

async fn take(app: &App, info: &RequestInfo, claim: &Claim, form: ContactForm) -> Result<Created<Made>> {
    let received = contact::submit(app, form, info, |received| claim.row(&taken(received.id))).await?;
    Ok(taken(received.id))
}

fn taken(id: Uuid) -> Created<Made> {
    Created {
        location: format!("/api/messages/{id}"),
        data: Made { id },
        message: Some("Your message has arrived. We will reply by email."),
    }
}

/// A token that says when a form was loaded.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FormToken {
    pub form_token: String,
}

/// Issues a new form token.
#[utoipa::path(get, path = "/api/form-token", tag = "public",
    responses((status = 200, body = Envelope<FormToken>), (status = 429, body = Problem)))]
async fn get_form_token(State(app): State<App>, info: RequestInfo) -> Result<Data<FormToken>> {
    app.limits.check(&limits::PUBLIC_READ, &Subject::Address(info.ip.into())).await?;
    Ok(Data(FormToken { form_token: form_token::issue(&app) }))
}

/// Returns the thread of a message to the client who wrote it. Send `Authorization: Manage <code from the email>`.
#[utoipa::path(get, path = "/api/messages/{id}", tag = "public", params(("id" = Uuid, Path)), security(("manageToken" = [])),
    responses((status = 200, body = Envelope<ClientThread>), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn get_thread(
    State(app): State<App>,
    info: RequestInfo,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<Data<ClientThread>> {
    app.limits.check(&limits::PUBLIC_READ, &Subject::Address(info.ip.into())).await?;
    Ok(Data(thread::client_thread(&app, id, manage_token(&headers)?).await?))
}

/// A reply from a client.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientReply {
    /// At most 5,000 characters.
    pub content: String,
    /// Uploaded before with `POST /api/messages/{id}/files`.
    #[serde(default)]
    pub files: Vec<Uuid>,
}

/// Adds a reply from the client to the thread. Send `Authorization: Manage <code from the email>`.
#[utoipa::path(post, path = "/api/messages/{id}/replies", tag = "public", params(("id" = Uuid, Path)), request_body = ClientReply,
    security(("manageToken" = [])),
    responses((status = 201, body = Envelope<Made>), (status = 401, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn post_client_reply(
    State(app): State<App>,
    info: RequestInfo,
    claim: Claim,
    headers: HeaderMap,
    Id(id): Id,
    Json(body): Json<ClientReply>,
) -> Result<Created<Made>> {
    let answered = |reply| Created {
        data: Made { id: reply },
        location: format!("/api/messages/{id}"),
        message: Some("Your reply has arrived."),
    };
    let keep = |reply| claim.row(&answered(reply));
    let reply =
        thread::answer_as_client(&app, id, manage_token(&headers)?, (&body.content, &body.files), &info, keep).await?;
    Ok(answered(reply))
}

fn manage_token(headers: &HeaderMap) -> Result<&str> {
    credentials(headers, "manage").ok_or(Error::Unauthenticated)
}
