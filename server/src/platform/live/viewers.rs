//! Who looks at what, as long as they say so every 20 seconds.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use uuid::Uuid;

use super::protocol::Viewer;

/// Two missed heartbeats and a little.
const STALE: Duration = Duration::from_secs(45);

/// Entity and id.
pub type Place = (String, Uuid);

/// The sockets at one place: whose they are, and when they last said so.
type Sockets = HashMap<Uuid, (Viewer, Instant)>;

/// All viewers of this node.
pub struct Viewers {
    places: Mutex<HashMap<Place, Sockets>>,
    changed: watch::Sender<u64>,
}

impl Viewers {
    pub fn new() -> Self {
        Self { places: Mutex::default(), changed: watch::Sender::new(0) }
    }

    /// A socket says where its person is: `socket` moves from one place to another, or to none.
    pub fn set(&self, socket: Uuid, viewer: &Viewer, from: Option<&Place>, to: Option<&Place>) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if from != to
            && let Some(from) = from
            && let Some(there) = places.get_mut(from)
        {
            there.remove(&socket);
            if there.is_empty() {
                places.remove(from);
            }
        }
        let fresh = to.is_some_and(|to| {
            places.entry(to.clone()).or_default().insert(socket, (viewer.clone(), Instant::now())).is_none()
        });
        drop(places);
        if fresh || from != to {
            self.changed.send_modify(|turn| *turn = turn.wrapping_add(1));
        }
    }

    /// Who is there, each person once, by name.
    pub fn of(&self, place: &Place) -> Vec<Viewer> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(there) = places.get_mut(place) else { return Vec::new() };
        there.retain(|_, (_, seen)| seen.elapsed() < STALE);
        let mut viewers: Vec<Viewer> = there.values().map(|(viewer, _)| viewer.clone()).collect();
        viewers.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        viewers.dedup();
        viewers
    }

    /// Wakes when anybody came or went.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

impl Default for Viewers {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_with_two_windows_is_there_once() {
        let viewers = Viewers::new();
        let anna = Viewer { id: Uuid::from_u128(1), name: "Anna".into() };
        let place = ("message".to_owned(), Uuid::from_u128(9));
        viewers.set(Uuid::from_u128(11), &anna, None, Some(&place));
        viewers.set(Uuid::from_u128(12), &anna, None, Some(&place));
        assert_eq!(viewers.of(&place), std::slice::from_ref(&anna));
        viewers.set(Uuid::from_u128(11), &anna, Some(&place), None);
        assert_eq!(viewers.of(&place), std::slice::from_ref(&anna));
        viewers.set(Uuid::from_u128(12), &anna, Some(&place), None);
        assert!(viewers.of(&place).is_empty());
    }
}
