//! The one socket of visitors and staff: its first frame says whose it is.

use axum::Router;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Utf8Bytes, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::any;
use serde::Deserialize;

use super::acts::Details;
use super::desk::Desk;
use super::frames::FromVisitor;
use super::refuse;
use super::settings::Chat as Settings;
use super::visitor::{self, Hello};
use crate::app::App;
use crate::error::Result;
use crate::http::RequestInfo;
use crate::platform::live::{self, AUTH, Goodbye, Heard, Incoming, Line};

/// Frames that are no good `hello`, before the socket is closed.
const TRIES: u32 = 20;

/// The route.
pub fn routes() -> Router<App> {
    Router::new().route("/ws/chat", any(open))
}

async fn open(
    State(app): State<App>,
    headers: HeaderMap,
    info: RequestInfo,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response> {
    let platform = app.platform.clone();
    let about = info.clone();
    let settings = app.settings.get();
    let others = &settings.part::<Settings>().embed_origins;
    // A page of another site can be that of a visitor, never of staff.
    let staff = platform.front.origins.check_origin(&headers).is_ok();
    let converse = move |incoming, line| converse(app, incoming, line, about, staff);
    live::upgrade(&platform, &headers, &info, upgrade, others, converse).await
}

/// Who begins.
enum First {
    Visitor(Box<Hello>),
    /// Perhaps with a ticket.
    Other(Utf8Bytes),
}

async fn converse(app: App, mut incoming: Incoming, line: Line, info: RequestInfo, staff: bool) {
    let first = tokio::select! {
        first = tokio::time::timeout(AUTH, first(&mut incoming, &line)) => first,
        () = app.stopping.cancelled() => return line.bye(Goodbye::Shutdown, Some(2)).await,
    };
    match first {
        Err(_) => line.bye(Goodbye::Idle, None).await,
        Ok(None) => {}
        // Boxed, because a socket holds the larger of both all the time otherwise.
        Ok(Some(First::Visitor(hello))) => Box::pin(visitor::converse(app, incoming, line, *hello, info)).await,
        Ok(Some(First::Other(_))) if !staff => line.bye(Goodbye::SignedOut, None).await,
        Ok(Some(First::Other(text))) => {
            let desk = Desk::new(app.clone());
            Box::pin(live::converse(app.platform.clone(), incoming, line, text, desk)).await;
        }
    }
}

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, rename = "type")]
    kind: std::borrow::Cow<'a, str>,
}

async fn first(incoming: &mut Incoming, line: &Line) -> Option<First> {
    for _ in 0..TRIES {
        let text = loop {
            if let Heard::Text(text) = incoming.next().await? {
                break text;
            }
        };
        if !serde_json::from_str::<Kind<'_>>(&text).is_ok_and(|it| it.kind == "hello") {
            return Some(First::Other(text));
        }
        match serde_json::from_str(&text) {
            Ok(FromVisitor::Hello { visitor_id, name, email, topic, url, referrer, timezone, resume }) => {
                let details = Details { name, email, topic };
                return Some(First::Visitor(Box::new(Hello { visitor_id, details, url, referrer, timezone, resume })));
            }
            _ => line.send(&refuse::error("malformed_body", "this hello cannot be read")).await.ok()?,
        }
    }
    line.bye(Goodbye::Idle, Some(10)).await;
    None
}
