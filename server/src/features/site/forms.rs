//! The contact form and the conversation page without scripts, and the page of a mailed chat.

use std::time::Duration;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use minijinja::{Value, context};
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use super::context::{FormView, Page, Values, render};
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::messages::{self, ClientThread, ContactForm};
use crate::http::page_cache::html_headers;
use crate::http::rate_limit::Subject;
use crate::http::{Form, Id, Problem, Query, RequestInfo, problem};
use crate::platform::files::{Part, SentFile, Way};
use crate::platform::idempotency::Claim;
use crate::platform::limits;
use crate::templates::value;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/contact", get(contact).post(post_contact))
        .route("/message/{id}", get(message).post(post_message))
        .route("/message/{id}/files/{file}", post(post_file))
        .route("/chat/{id}", get(chat))
}

/// The token of a form records when it was rendered: requests within this time get the same rendering.
const ONE_DRAWING: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
struct ContactQuery {
    #[serde(default)]
    service: Option<String>,
}

async fn contact(State(app): State<App>, headers: HeaderMap, Query(query): Query<ContactQuery>) -> Result<Response> {
    let generation = app.front.pages.generation();
    let settings = app.settings.get();
    let service = query.service.and_then(|slug| settings.service(&slug)).map(|it| it.slug.clone()).unwrap_or_default();
    let address = if service.is_empty() { "/contact".to_owned() } else { format!("/contact?service={service}") };
    let page = match app.front.pages.get(&address) {
        Some(page) => page,
        None => {
            let values = Values { service, ..Values::default() };
            let form = FormView { token: messages::issue_form_token(&app), values, ..FormView::default() };
            app.front.pages.keep_for(generation, "/contact", &address, contact_page(&app, &form).await?, ONE_DRAWING)
        }
    };
    Ok(page.answer(&headers))
}

/// The form as a browser without scripts submits it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostedContact {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    company: String,
    #[serde(default)]
    service: String,
    #[serde(default)]
    message: String,
    #[serde(default, deserialize_with = "checked_box")]
    consent: bool,
    #[serde(default)]
    website: String,
    #[serde(default)]
    extra: String,
    #[serde(default)]
    form_token: String,
}

/// An unchecked box is not submitted.
fn checked_box<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    String::deserialize(from).map(|value| matches!(value.as_str(), "true" | "on" | "1"))
}

async fn post_contact(
    State(app): State<App>,
    info: RequestInfo,
    Form(posted): Form<PostedContact>,
) -> Result<Response> {
    let form = ContactForm {
        name: posted.name,
        email: posted.email,
        phone: Some(posted.phone),
        company: Some(posted.company),
        service: Some(posted.service),
        // Browsers send form line breaks as CR LF; store LF.
        message: posted.message.replace("\r\n", "\n"),
        visitor_id: None,
        consent: posted.consent,
        website: Some(posted.website),
        extra: Some(posted.extra),
        form_token: Some(posted.form_token.clone()),
        // Files need scripts; the page offers none without them.
        files: Vec::new(),
    };
    let values = Values::from(&form);
    let once = Claim::of_form(&posted.form_token, &format!("{}\n{}", form.email, form.message), app.clock.now());
    match messages::submit(&app, form, &info, |_| Ok(once.mark())).await {
        // A second press of the button conflicts with the first one, and gets the same response.
        Ok(_) | Err(Error::Conflict(_)) => Ok(see_other("/contact/thanks")),
        Err(error) => {
            let status = problem::status(&error);
            if status.is_server_error() && !matches!(error, Error::Database(_) | Error::Unavailable { .. }) {
                return Err(error);
            }
            let view = FormView { token: posted.form_token, values, ..failed(&error) };
            let mut response = html_response(status, contact_page(&app, &view).await?);
            problem::announce(&error, response.headers_mut());
            Ok(response)
        }
    }
}

async fn contact_page(app: &App, form: &FormView) -> Result<String> {
    let name = app.settings.get().firm.name.clone();
    let page = Page::public(
        app,
        "/contact",
        "contact",
        format!("Contact — {name}"),
        format!("Ask {name} a question. A person reads it and replies by email."),
    );
    render(app, "site/contact.html", &page, None, context! { form => value(form) }).await
}

async fn message(State(app): State<App>, Id(id): Id) -> Result<Response> {
    Ok(thread_response(StatusCode::OK, message_page(&app, id, None, FormView::default()).await?))
}

/// The code from the email, and optionally a reply.
#[derive(Deserialize)]
struct PostedReply {
    #[serde(default)]
    token: String,
    #[serde(default)]
    content: Option<String>,
    /// The ids of files that a script has uploaded, with spaces between them.
    #[serde(default)]
    files: String,
}

async fn post_message(
    State(app): State<App>,
    info: RequestInfo,
    Id(id): Id,
    Form(posted): Form<PostedReply>,
) -> Result<Response> {
    app.limits.check(&limits::PUBLIC_READ, &Subject::Address(info.ip.into())).await?;
    let code = posted.token.trim();
    let mut form = FormView::default();
    let mut status = StatusCode::OK;
    if let Some(content) = posted.content.map(|content| content.replace("\r\n", "\n")) {
        let files: Vec<Uuid> = posted.files.split_whitespace().filter_map(|id| id.parse().ok()).collect();
        match messages::answer_as_client(&app, id, code, (&content, &files), &info, |_| Ok(None)).await {
            Ok(_) => form.notice = Some("Your reply has arrived.".to_owned()),
            Err(Error::Unauthenticated | Error::NotFound) => {}
            Err(error) => {
                status = problem::status(&error);
                form = failed(&error);
                form.values.message = content;
            }
        }
    }
    match messages::client_thread(&app, id, code).await {
        Ok(thread) => Ok(thread_response(status, message_page(&app, id, Some((code, thread)), form).await?)),
        Err(Error::Unauthenticated | Error::NotFound) => {
            form.errors.insert(
                "token".to_owned(),
                "This code does not open this conversation. Copy it from the email again.".to_owned(),
            );
            Ok(thread_response(StatusCode::UNAUTHORIZED, message_page(&app, id, None, form).await?))
        }
        Err(error) => Err(error),
    }
}

async fn message_page(app: &App, id: Uuid, open: Option<(&str, ClientThread)>, form: FormView) -> Result<String> {
    let settings = app.settings.get();
    let page =
        Page::private(&format!("/message/{id}"), "message", format!("Your conversation — {}", settings.firm.name));
    let thread = open.map(|(code, thread)| {
        let items: Vec<_> = thread
            .thread
            .into_iter()
            .map(|item| {
                let (files, at) = (shown(&item.files), settings.hours.moment(item.created_at, None));
                context! { from => item.from, author => item.author, content => item.content, files, createdAt => at }
            })
            .collect();
        context! {
            id => thread.id.to_string(),
            token => code,
            name => thread.name,
            service => thread.service,
            message => thread.message,
            files => shown(&thread.files),
            createdAt => settings.hours.moment(thread.created_at, None),
            items => items,
            canReply => thread.can_reply,
        }
    });
    let own = context! { form => value(form), thread => thread, messageId => id.to_string() };
    render(app, "site/message.html", &page, None, own).await
}

fn shown(files: &[SentFile]) -> Vec<Value> {
    let shown = files.iter().map(|file| {
        context! {
            fileId => file.file_id.to_string(),
            name => file.name.clone(),
            type => file.media.clone(),
            size => file.size_in_words(),
            isPicture => file.is_picture(),
            width => file.width,
            height => file.height,
        }
    });
    shown.collect()
}

/// The code from the email, for a file.
#[derive(Deserialize)]
struct PostedCode {
    #[serde(default)]
    token: String,
}

/// Returns a file of the conversation to a browser without scripts. The code is in the body, as everywhere on this page.
async fn post_file(
    State(app): State<App>,
    path: Result<Path<(Uuid, Uuid)>, PathRejection>,
    Form(posted): Form<PostedCode>,
) -> Result<Response> {
    let Path((id, file)) = path.map_err(|_| Error::NotFound)?;
    let mut response = messages::client_file(&app, (id, posted.token.trim()), file, Part::Whole, Way::Save).await?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

/// The page of a mailed link to a chat. Its script reads the code, so the server never sees it, and the page says nothing
/// about whether there is such a chat.
async fn chat(State(app): State<App>, Id(id): Id) -> Result<Response> {
    let title = format!("Your conversation — {}", app.settings.get().firm.name);
    let page = Page::private(&format!("/chat/{id}"), "chat", title);
    let own = context! { chatId => id.to_string() };
    Ok(thread_response(StatusCode::OK, render(&app, "site/chat-page.html", &page, None, own).await?))
}

/// The form with its errors.
fn failed(error: &Error) -> FormView {
    match error {
        Error::Validation(errors) => FormView {
            errors: errors.iter().map(|error| (error.field.clone(), error.message.clone())).collect(),
            ..FormView::default()
        },
        other => FormView { error: Some(Problem::of(other, String::new()).detail.into_owned()), ..FormView::default() },
    }
}

/// A response whose URL can contain a token.
fn thread_response(status: StatusCode, html: String) -> Response {
    let mut response = html_response(status, html);
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

fn html_response(status: StatusCode, html: String) -> Response {
    let mut response = (status, html).into_response();
    html_headers(response.headers_mut());
    response
}

/// 303: the browser fetches the next page with GET, so that reloading does not submit the form again.
fn see_other(to: &'static str) -> Response {
    Redirect::to(to).into_response()
}
