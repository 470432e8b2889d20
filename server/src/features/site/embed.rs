//! The chat on other websites: a script that they include, and the page that it shows in a frame.
//!
//! Browsers keep what the frame stores apart for each website, and the website cannot read it. Only the websites of the
//! setting `chat.embedOrigins` can show the frame.

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use minijinja::context;
use serde_json::json;

use super::context::{Page, render};
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::chat;
use crate::http::RequestInfo;
use crate::http::rate_limit::Subject;
use crate::http::security_headers::{ForOtherSites, PAGE_POLICY};
use crate::platform::limits::PUBLIC_READ;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/embed/chat.js", get(script))
        .route("/embed/chat.json", get(about))
        .route("/embed/chat", get(frame))
}

/// The script. It is the same for everybody, and browsers ask each time whether there is a newer one.
async fn script(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    let mut response = app.assets.named("embed-chat.js", &headers).ok_or(Error::NotFound)?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    Ok(for_others(response))
}

/// What the script has to know before it shows the button. Other websites than those of the setting learn nothing.
async fn about(State(app): State<App>, info: RequestInfo, headers: HeaderMap) -> Result<Response> {
    app.limits.check(&PUBLIC_READ, &Subject::Address(info.ip.into())).await?;
    let settings = app.settings.get();
    let Some(reader) = chat::reader(&settings, &headers) else { return Err(Error::Forbidden) };
    let hue = settings.firm.accent_hue;
    let data = json!({
        "enabled": chat::is_on(&settings), "firm": settings.firm.name, "hue": hue, "connect": chat::connects(&settings)
    });
    let mut response = axum::Json(json!({ "success": true, "data": data })).into_response();
    response.headers_mut().insert(VARY, HeaderValue::from_static("origin"));
    response.extensions_mut().insert(reader);
    Ok(for_others(response))
}

/// The page in the frame. Its policy names the websites that can show it.
async fn frame(State(app): State<App>) -> Result<Response> {
    let settings = app.settings.get();
    let websites = chat::websites(&settings);
    if websites.is_empty() {
        return Err(Error::NotFound);
    }
    let policy = PAGE_POLICY.replace("frame-ancestors 'none'", &format!("frame-ancestors {}", websites.join(" ")));
    let page = Page::private("/embed/chat", "embed", format!("Chat — {}", settings.firm.name));
    let html = render(&app, "site/embed.html", &page, None, context! {}).await?;
    let mut response = axum::response::Html(html).into_response();
    let policy = HeaderValue::try_from(policy).map_err(Error::internal)?;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(for_others(response))
}

fn for_others(mut response: Response) -> Response {
    response.extensions_mut().insert(ForOtherSites);
    response
}
