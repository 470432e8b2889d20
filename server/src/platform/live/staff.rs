//! A staff member's socket: a ticket first, then presence and notices.

use std::time::Duration;

use axum::extract::ws::Utf8Bytes;

use super::hub::{Hub, Seat};
use super::protocol::{FromClient, Goodbye, ToClient, Viewer};
use super::told::notice_for;
use super::topics::{Post, Word};
use super::transport::{Gone, Heard, Incoming, Line};
use super::viewers::Place;
use crate::cluster::Event;
use crate::platform::Platform;
use crate::platform::auth::{self, Caller};
use crate::platform::entity::Entity;

/// A client must authenticate within this time.
pub const AUTH: Duration = Duration::from_secs(10);
/// Tickets that one socket can try.
const TICKETS: u32 = 20;

/// What a slice adds to the sockets of people: frames of its own, from and to them.
pub trait Desk: Send {
    /// After `ready`, and again when the person or their permissions have changed.
    fn begin(&mut self, at: At<'_>) -> impl Future<Output = Result<(), Gone>> + Send;
    /// A frame that is none of the platform; false: nor is it one of the slice.
    fn take(&mut self, at: At<'_>, text: &str) -> impl Future<Output = Result<bool, Gone>> + Send;
    /// What the slice told the seats of its topics.
    fn hear(&mut self, at: At<'_>, word: &Word) -> impl Future<Output = Result<(), Gone>> + Send;
    /// Words were lost: anything may have happened.
    fn catch_up(&mut self, at: At<'_>) -> impl Future<Output = Result<(), Gone>> + Send;
    /// Every 30 s, if there was a sign of life.
    fn beat(&mut self, at: At<'_>) -> impl Future<Output = Result<(), Gone>> + Send;
}

/// Where a frame came from, or goes.
pub struct At<'a> {
    pub caller: &'a Caller,
    pub line: &'a Line,
    pub seat: &'a mut Seat,
}

/// The whole exchange, from the ticket to the goodbye. `first` has been read already.
pub async fn converse(platform: Platform, mut incoming: Incoming, line: Line, first: Utf8Bytes, desk: impl Desk) {
    let stopping = platform.stopping.clone();
    let caller = tokio::select! {
        caller = tokio::time::timeout(AUTH, authenticate(&platform, &mut incoming, &line, first)) => caller,
        () = stopping.cancelled() => return line.bye(Goodbye::Shutdown, Some(2)).await,
    };
    let Ok(caller) = caller else { return line.bye(Goodbye::Idle, None).await };
    let Some(caller) = caller else { return };
    line.of_staff();
    // Take the seat first: everything from now on is delivered, and `ready` says so.
    let seat = Hub::sit(&platform, &caller);
    let viewer = Viewer::of(&caller, false);
    let mut person = Person { viewer, platform, line, seat, caller, place: None, shown: Vec::new(), desk };
    let ready = person.line.send(&ToClient::Ready { staff_id: person.caller.staff_id }).await;
    if ready.is_err() || person.begin().await.is_err() {
        return;
    }
    loop {
        let outcome = tokio::select! {
            heard = incoming.next() => match heard {
                None => return,
                Some(heard) => {
                    person.seat.heard();
                    match heard {
                        Heard::Text(text) => person.take(&text).await,
                        Heard::Alive => Ok(()),
                    }
                }
            },
            post = person.seat.next() => match post {
                // The seat was removed; the client reconnects.
                None => return,
                Some(Post::SignedOut) => return person.line.bye(Goodbye::SignedOut, None).await,
                Some(Post::Silent) => return person.line.bye(Goodbye::Idle, None).await,
                Some(post) => match person.hear(post).await {
                    Ok(true) => Ok(()),
                    Ok(false) => return person.line.bye(Goodbye::SignedOut, None).await,
                    Err(gone) => Err(gone),
                },
            },
            () = stopping.cancelled() => return person.line.bye(Goodbye::Shutdown, Some(2)).await,
        };
        if outcome.is_err() {
            return;
        }
    }
}

/// Waits for a valid ticket. None: the socket is closed, and the client was told why.
async fn authenticate(platform: &Platform, incoming: &mut Incoming, line: &Line, first: Utf8Bytes) -> Option<Caller> {
    let (mut tries, mut first) = (0, Some(first));
    loop {
        let text = match first.take() {
            Some(text) => text,
            None => match incoming.next().await? {
                Heard::Text(text) => text,
                Heard::Alive => continue,
            },
        };
        let Ok(FromClient::Auth { ticket }) = serde_json::from_str(&text) else {
            refuse(line, "unauthenticated", "send auth with a ticket first").await.ok()?;
            continue;
        };
        let session = match auth::redeem_ticket(platform, ticket).await {
            Ok(Some(session)) => platform.liveness.of(platform, session).await,
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        match session {
            // A person without a required second factor must not see anything yet.
            Ok(Some(found)) if !found.caller.second_factor_missing => return Some(found.caller),
            Ok(_) => {
                refuse(line, "unauthenticated", "the ticket is unknown, used or expired").await.ok()?;
                // Each attempt costs a database read; nobody mistypes a ticket so often.
                tries += 1;
                if tries == TICKETS {
                    line.bye(Goodbye::SignedOut, None).await;
                    return None;
                }
            }
            Err(_) => {
                line.bye(Goodbye::Unavailable, Some(5)).await;
                return None;
            }
        }
    }
}

async fn refuse(line: &Line, code: &str, detail: &str) -> Result<(), Gone> {
    line.send(&ToClient::error(code, detail)).await
}

/// One connected person.
struct Person<D> {
    platform: Platform,
    line: Line,
    seat: Seat,
    caller: Caller,
    viewer: Viewer,
    place: Option<Place>,
    /// The viewers that the client last received for this place.
    shown: Vec<Viewer>,
    desk: D,
}

impl<D: Desk> Person<D> {
    async fn begin(&mut self) -> Result<(), Gone> {
        self.desk.begin(At { caller: &self.caller, line: &self.line, seat: &mut self.seat }).await
    }

    async fn catch_up(&mut self) -> Result<(), Gone> {
        self.desk.catch_up(At { caller: &self.caller, line: &self.line, seat: &mut self.seat }).await
    }

    /// Handles a frame.
    async fn take(&mut self, text: &str) -> Result<(), Gone> {
        let seen =
            |entity: &str| Entity::of(entity).filter(|kind| kind.is_looked_at() && self.caller.may(kind.needs()));
        match serde_json::from_str(text) {
            Ok(FromClient::Viewing { entity, id, writing }) => match seen(&entity) {
                Some(kind) => {
                    self.viewer.writing = writing && id.is_some();
                    self.go(id.map(|id| (kind, id)));
                    // A client that reports its place gets the viewers, even if nothing changed.
                    self.shown.clear();
                    self.show().await
                }
                None => refuse(&self.line, "validation_failed", "this cannot be viewed").await,
            },
            Ok(FromClient::Ping {}) => {
                self.seat.watched();
                self.line.send(&ToClient::Pong {}).await
            }
            Ok(FromClient::Auth { .. }) => refuse(&self.line, "conflict", "this socket is already signed in").await,
            Err(_) => {
                let at = At { caller: &self.caller, line: &self.line, seat: &mut self.seat };
                if self.desk.take(at, text).await? {
                    return Ok(());
                }
                refuse(&self.line, "malformed_body", "this frame is unknown").await
            }
        }
    }

    fn go(&mut self, place: Option<Place>) {
        self.seat.turn_to(&self.caller, place.as_ref());
        self.platform.viewers.set(
            self.seat.id(),
            &self.viewer,
            self.place.as_ref(),
            place.as_ref(),
            (&self.platform.hub, &self.platform.bus),
        );
        self.place = place;
    }

    /// Passes on what concerns the person; false if their session has ended.
    async fn hear(&mut self, post: Post) -> Result<bool, Gone> {
        match post {
            Post::Event(event) => {
                let own = match *event {
                    Event::SessionChanged(_) => true,
                    Event::StaffChanged(person) => person == self.caller.staff_id,
                    _ => false,
                };
                if own && !self.look_again().await {
                    return Ok(false);
                }
                self.tell(&event).await?;
                if *event == Event::Everything {
                    self.catch_up().await?;
                }
            }
            Post::Word(word) => {
                self.desk.hear(At { caller: &self.caller, line: &self.line, seat: &mut self.seat }, &word).await?;
            }
            Post::Missed => {
                if !self.look_again().await {
                    return Ok(false);
                }
                self.tell(&Event::Everything).await?;
                self.catch_up().await?;
                self.show().await?;
            }
            Post::Person(caller) => {
                self.become_(*caller);
                self.begin().await?;
            }
            Post::Viewers => self.show().await?,
            Post::Ping => {
                self.line.ping().await?;
                self.desk.beat(At { caller: &self.caller, line: &self.line, seat: &mut self.seat }).await?;
                // A timer notices viewers who left without saying so.
                self.show().await?;
            }
            Post::SignedOut | Post::Silent => return Ok(false),
        }
        Ok(true)
    }

    /// Checks the permissions again, so that not even the next notice uses outdated ones. False if the session has
    /// ended.
    async fn look_again(&mut self) -> bool {
        match self.platform.liveness.of(&self.platform, self.caller.session_id).await {
            Ok(Some(live)) if !live.caller.second_factor_missing => self.become_(live.caller),
            Ok(_) => return false,
            // The database is unavailable; the check of all seats will catch up.
            Err(_) => {}
        }
        true
    }

    async fn tell(&self, event: &Event) -> Result<(), Gone> {
        match notice_for(event, &self.caller) {
            Some(notice) => self.line.send(&ToClient::from(notice)).await,
            None => Ok(()),
        }
    }

    /// Applies the person's new state. A place that they may no longer see is left.
    fn become_(&mut self, caller: Caller) {
        self.caller = caller;
        let place = self.place.filter(|(kind, _)| self.caller.may(kind.needs()));
        let viewer = Viewer::of(&self.caller, self.viewer.writing);
        if viewer == self.viewer && place == self.place {
            // The client has not reported its place again, so the place's timer keeps running.
            self.seat.turn_to(&self.caller, place.as_ref());
            return;
        }
        self.go(None);
        self.viewer = viewer;
        self.go(place);
    }

    /// Sends the other viewers, if they changed.
    async fn show(&mut self) -> Result<(), Gone> {
        let Some(place) = &self.place else { return Ok(()) };
        let here = self.platform.viewers.of(place);
        if here != self.shown {
            self.line
                .send(&ToClient::Viewing { entity: place.0.name().to_owned(), id: place.1, staff: here.clone() })
                .await?;
            self.shown = here;
        }
        Ok(())
    }
}

impl<D> Drop for Person<D> {
    fn drop(&mut self) {
        self.platform.viewers.set(
            self.seat.id(),
            &self.viewer,
            self.place.as_ref(),
            None,
            (&self.platform.hub, &self.platform.bus),
        );
    }
}
