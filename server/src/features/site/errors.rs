//! Errors as pages.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use minijinja::context;

use super::context::{Page, render};
use crate::app::App;
use crate::error::Error;
use crate::http::page_cache::html_headers;
use crate::http::problem::{self, Failure};
use crate::http::{Problem, RequestId};
use crate::templates::value;

/// Turns an error into a page for people: everywhere except in the API, if the client accepts HTML.
pub async fn as_page(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let html = request.headers().get(header::ACCEPT).is_none_or(accepts_html);
    if !html || path.starts_with("/api/") || path.starts_with("/ws/") {
        return next.run(request).await;
    }
    let path = path.to_owned();
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Failure>() {
        Some(Failure(error)) => {
            let mut page = page_of(&app, &path, &error).await;
            // The router lists the allowed methods here.
            if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
                page.headers_mut().insert(header::ALLOW, allow);
            }
            page
        }
        None => response,
    }
}

fn accepts_html(accept: &HeaderValue) -> bool {
    accept.to_str().is_ok_and(|text| text.contains("html") || text.contains("*/*"))
}

/// The page for an error.
async fn page_of(app: &App, path: &str, error: &Error) -> Response {
    let status = problem::status(error);
    let (template, kind, title) = match status {
        StatusCode::NOT_FOUND => ("site/not-found.html", "not-found", "Not found"),
        StatusCode::SERVICE_UNAVAILABLE => ("site/error.html", "unavailable", "Down for a moment"),
        status if status.is_server_error() => ("site/error.html", "error", "Something went wrong"),
        _ => ("site/error.html", "refused", "That did not work"),
    };
    let page = Page::private(path, kind, format!("{title} — {}", app.settings.get().firm.name));
    let request_id = RequestId::current();
    problem::log(error, &request_id);
    let own = context! { requestId => request_id, problem => value(Problem::of(error, String::new())) };
    match render(app, template, &page, None, own).await {
        Ok(html) => {
            let mut response = (status, html).into_response();
            html_headers(response.headers_mut());
            problem::announce(error, response.headers_mut());
            response
        }
        Err(error) => error.into_response(),
    }
}
