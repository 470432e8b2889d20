//! Failures of pages, as pages.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use minijinja::context;

use super::context::{Page, render};
use crate::app::App;
use crate::error::Error;
use crate::http::RequestId;
use crate::http::page_cache::html_headers;
use crate::http::problem::{self, Failure};

/// Turns a failure of a page into a page that says so.
pub async fn as_page(request: Request, next: Next) -> Response {
    let Some(app) = request.extensions().get::<App>().cloned() else { return next.run(request).await };
    let uri = request.uri().clone();
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Failure>() {
        Some(failure) => match page_of(&app, uri.path(), &failure.0).await {
            Some(page) => page,
            None => {
                // For programs: the pipeline writes it.
                response.extensions_mut().insert(failure);
                response
            }
        },
        None => response,
    }
}

/// What answers an address that nobody has.
pub async fn not_found(State(app): State<App>, method: Method, headers: HeaderMap, request: Request) -> Response {
    let path = request.uri().path();
    let wants_page = headers
        .get(header::ACCEPT)
        .is_none_or(|value| value.to_str().is_ok_and(|it| it.contains("html") || it.contains("*/*")));
    if path.starts_with("/api/") || path.starts_with("/ws/") || !method.is_safe() || !wants_page {
        return Error::NotFound.into_response();
    }
    page_of(&app, path, &Error::NotFound).await.unwrap_or_else(|| Error::NotFound.into_response())
}

/// The page for a failure that a visitor can meet; none for all others.
async fn page_of(app: &App, path: &str, error: &Error) -> Option<Response> {
    let status = problem::status(error);
    let name = app.settings.get().firm.name.clone();
    let (template, page) = match status {
        StatusCode::NOT_FOUND => {
            ("site/not-found.html", Page::private(path, "not-found", format!("Not found — {name}")))
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            ("site/error.html", Page::private(path, "unavailable", format!("Down for a moment — {name}")))
        }
        status if status.is_server_error() => {
            ("site/error.html", Page::private(path, "error", format!("Something went wrong — {name}")))
        }
        _ => return None,
    };
    let request_id = RequestId::current();
    problem::log(error, &request_id);
    Some(match render(app, template, &page, None, context! { requestId => request_id }).await {
        Ok(html) => {
            let mut response = (status, html).into_response();
            html_headers(response.headers_mut());
            problem::announce(error, response.headers_mut());
            response
        }
        Err(error) => error.into_response(),
    })
}
