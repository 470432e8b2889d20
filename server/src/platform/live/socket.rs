//! The loop of one connection.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::http::header::ORIGIN;
use axum::response::Response;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use uuid::Uuid;

use super::protocol::{FromClient, LARGEST, ToClient, Viewer};
use super::told::notice_for;
use super::viewers::Place;
use crate::app::App;
use crate::cluster::{Event, Notice};
use crate::error::{Error, Result};
use crate::platform::auth::{self, Caller, Live};
use crate::platform::permission::Permission;

/// A client must say who it is within this time.
const AUTH: Duration = Duration::from_secs(10);
/// Tickets that one socket may try.
const TICKETS: u32 = 20;
const PING: Duration = Duration::from_secs(30);
/// A client that says nothing for this long, not even that it has heard a ping, is gone.
const IDLE: Duration = Duration::from_secs(75);
/// A client that does not read for this long is gone.
const SLOWEST: Duration = Duration::from_secs(10);
/// Revocation is promised within a second, and what is asked may be 400 ms old.
const RECHECK: Duration = Duration::from_millis(400);

/// For a client that was too slow for the events.
const MISSED: Notice = Notice { kind: "missed", entity: "all", id: None };

/// Opens the socket. A page of another origin cannot.
pub async fn upgrade(
    State(app): State<App>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response> {
    if headers.get(ORIGIN).is_some_and(|value| !value.to_str().is_ok_and(|origin| app.origins.knows(origin))) {
        return Err(Error::OriginForbidden);
    }
    let upgrade = upgrade.map_err(|_| Error::MalformedBody("This address speaks WebSocket only.".into()))?;
    Ok(upgrade
        .read_buffer_size(1_024)
        .write_buffer_size(0)
        .max_message_size(LARGEST)
        .max_frame_size(LARGEST)
        .on_upgrade(move |socket| async move {
            // A socket that breaks is the client's business.
            let _ = run(app, socket).await;
        }))
}

async fn run(app: App, mut socket: WebSocket) -> Result<(), axum::Error> {
    let Some(caller) = authenticate(&app, &mut socket).await? else { return Ok(()) };
    let session = Session {
        id: app.ids.next(app.clock.now()),
        viewer: Viewer { id: caller.staff_id, name: caller.name.clone() },
        place: None,
        app: app.clone(),
    };
    session.run(caller, socket).await
}

/// Waits for the ticket; says what is wrong and none when it does not come or is not good.
async fn authenticate(app: &App, socket: &mut WebSocket) -> Result<Option<Caller>, axum::Error> {
    let deadline = tokio::time::sleep(AUTH);
    tokio::pin!(deadline);
    let mut tries = 0;
    loop {
        let frame = tokio::select! {
            frame = socket.recv() => frame,
            () = &mut deadline => return bye(socket, "idle", None).await.map(|()| None),
            () = app.stopping.cancelled() => return bye(socket, "shutdown", Some(2)).await.map(|()| None),
        };
        let text = match frame {
            None => return Ok(None),
            Some(frame) => match frame? {
                Message::Text(text) => text,
                Message::Close(_) => return Ok(None),
                _ => continue,
            },
        };
        let Ok(FromClient::Auth { ticket }) = serde_json::from_str(&text) else {
            send(socket, &ToClient::Error { code: "unauthenticated", detail: "send auth with a ticket first" }).await?;
            continue;
        };
        let found = match auth::redeem_ticket(app, ticket).await {
            Ok(Some(session)) => awake(app, session).await,
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        match found {
            Ok(Some(live)) => {
                send(socket, &ToClient::Ready { staff_id: live.caller.staff_id }).await?;
                return Ok(Some(live.caller));
            }
            Ok(None) => {
                send(
                    socket,
                    &ToClient::Error { code: "unauthenticated", detail: "the ticket is unknown, used or over" },
                )
                .await?;
                // Asking costs a look at the database; nobody mistypes a ticket so often.
                tries += 1;
                if tries == TICKETS {
                    return bye(socket, "signed_out", None).await.map(|()| None);
                }
            }
            Err(_) => return bye(socket, "unavailable", Some(5)).await.map(|()| None),
        }
    }
}

/// The session, while it may see anything: alive, and not without a second factor that its role needs.
async fn awake(app: &App, session: Uuid) -> Result<Option<Live>> {
    Ok(app.liveness.of(app, session).await?.filter(|live| !live.caller.second_factor_missing))
}

/// One connected person.
struct Session {
    id: Uuid,
    viewer: Viewer,
    place: Option<Place>,
    app: App,
}

impl Session {
    async fn run(mut self, mut caller: Caller, mut socket: WebSocket) -> Result<(), axum::Error> {
        let app = self.app.clone();
        let mut events = app.bus.subscribe();
        let mut viewing = app.viewers.changes();
        let mut ping = tokio::time::interval(PING);
        let mut recheck = tokio::time::interval(RECHECK);
        let idle = tokio::time::sleep(IDLE);
        tokio::pin!(idle);
        let mut shown: Vec<Viewer> = Vec::new();
        loop {
            tokio::select! {
                frame = socket.recv() => {
                    let Some(frame) = frame else { return Ok(()) };
                    idle.as_mut().reset(Instant::now() + IDLE);
                    match frame? {
                        Message::Text(text) => {
                            self.take(&text, caller.may(Permission::Messages), &mut socket).await?;
                            // Who says where they look is told who is there, even if nothing changed.
                            shown.clear();
                            self.show(&mut shown, &mut socket).await?;
                        }
                        Message::Close(_) => return Ok(()),
                        _ => {}
                    }
                }
                event = events.recv() => match event {
                    Ok(event) => {
                        if is_over(&app, &event, &mut caller).await {
                            return bye(&mut socket, "signed_out", None).await;
                        }
                        if let Some(notice) = notice_for(&event, &caller) {
                            send(&mut socket, &notice.into()).await?;
                        }
                    }
                    // Missed some: the client loads everything again.
                    Err(RecvError::Lagged(_)) => send(&mut socket, &MISSED.into()).await?,
                    Err(RecvError::Closed) => return bye(&mut socket, "shutdown", Some(2)).await,
                },
                _ = viewing.changed() => self.show(&mut shown, &mut socket).await?,
                _ = ping.tick() => {
                    socket.send(Message::Ping(bytes::Bytes::new())).await?;
                    self.show(&mut shown, &mut socket).await?;
                }
                () = &mut idle => return bye(&mut socket, "idle", None).await,
                _ = recheck.tick() => {
                    match awake(&app, caller.session_id).await {
                        Ok(Some(live)) => caller = live.caller,
                        Ok(None) => return bye(&mut socket, "signed_out", None).await,
                        // The database is away; who was in stays in until it answers.
                        Err(_) => {}
                    }
                }
                () = app.stopping.cancelled() => return bye(&mut socket, "shutdown", Some(2)).await,
            }
        }
    }

    async fn take(&mut self, text: &str, may_see: bool, socket: &mut WebSocket) -> Result<(), axum::Error> {
        match serde_json::from_str(text) {
            Ok(FromClient::Viewing { entity, id }) if entity == "message" && may_see => {
                let place = id.map(|id| (entity, id));
                self.app.viewers.set(self.id, &self.viewer, self.place.as_ref(), place.as_ref());
                self.place = place;
                Ok(())
            }
            Ok(FromClient::Auth { .. }) => {
                send(socket, &ToClient::Error { code: "conflict", detail: "this socket has its person already" }).await
            }
            Ok(FromClient::Viewing { .. }) => {
                send(socket, &ToClient::Error { code: "validation_failed", detail: "this cannot be viewed" }).await
            }
            Err(_) => {
                send(socket, &ToClient::Error { code: "malformed_body", detail: "this frame is not known" }).await
            }
        }
    }

    /// Says who else is here, when that has changed.
    async fn show(&self, shown: &mut Vec<Viewer>, socket: &mut WebSocket) -> Result<(), axum::Error> {
        let Some(place) = &self.place else { return Ok(()) };
        let here = self.app.viewers.of(place);
        if here == *shown {
            return Ok(());
        }
        send(socket, &ToClient::Viewing { entity: &place.0, id: place.1, staff: here.clone() }).await?;
        *shown = here;
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.app.viewers.set(self.id, &self.viewer, self.place.as_ref(), None);
    }
}

/// True when an event ends the session. What it changes of the person counts from here on.
async fn is_over(app: &App, event: &Event, caller: &mut Caller) -> bool {
    match event {
        Event::SessionEnded(session) => *session == caller.session_id,
        Event::StaffChanged(person) if *person == caller.staff_id => {
            // What the person may do has changed: not even the next notice goes by the old rights.
            app.liveness.forget_all();
            match app.liveness.of(app, caller.session_id).await {
                Ok(Some(live)) => *caller = live.caller,
                Ok(None) => return true,
                Err(_) => {}
            }
            false
        }
        _ => false,
    }
}

async fn bye(socket: &mut WebSocket, reason: &str, retry_after: Option<u64>) -> Result<(), axum::Error> {
    send(socket, &ToClient::Bye { reason, retry_after }).await?;
    socket.send(Message::Close(None)).await
}

async fn send(socket: &mut WebSocket, frame: &ToClient<'_>) -> Result<(), axum::Error> {
    tokio::time::timeout(SLOWEST, socket.send(Message::Text(frame.to_text().into())))
        .await
        .unwrap_or_else(|_| Err(axum::Error::new("the client does not read")))
}
