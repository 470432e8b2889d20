//! Who is viewing what, as long as they report it every 20 seconds.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::hub::{Hub, Post, Topic};
use super::protocol::Viewer;
use crate::platform::entity::Entity;

/// Two missed heartbeats and some margin.
const STALE: Duration = Duration::from_secs(45);

/// Entity and id.
pub type Place = (Entity, Uuid);

/// The sockets at one place: whose they are, and when they last reported.
type Sockets = HashMap<Uuid, (Viewer, Instant)>;

/// All viewers of this node.
pub struct Viewers {
    places: Mutex<HashMap<Place, Sockets>>,
}

impl Viewers {
    pub fn new() -> Self {
        Self { places: Mutex::default() }
    }

    /// Moves a socket's person from one place to another, or to none.
    pub fn set(&self, socket: Uuid, viewer: &Viewer, from: Option<&Place>, to: Option<&Place>, hub: &Hub) {
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
        let changed = to.is_some_and(|to| {
            let before = places.entry(*to).or_default().insert(socket, (viewer.clone(), Instant::now()));
            before.is_none_or(|(before, _)| before != *viewer)
        });
        drop(places);
        if changed || from != to {
            let places = from.into_iter().chain(to).map(|place| Topic::Place(*place));
            hub.post(&places.collect::<Vec<_>>(), &Post::Viewers);
        }
    }

    /// The viewers of a place, each person once, by name; they write if they do so in any of their windows.
    pub fn of(&self, place: &Place) -> Vec<Viewer> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(there) = places.get_mut(place) else { return Vec::new() };
        there.retain(|_, (_, seen)| seen.elapsed() < STALE);
        let mut viewers: Vec<Viewer> = there.values().map(|(viewer, _)| viewer.clone()).collect();
        viewers.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        let writers: HashSet<Uuid> = viewers.iter().filter(|viewer| viewer.writing).map(|viewer| viewer.id).collect();
        // For a moment after a rename, one window still has the old name.
        let mut met = HashSet::new();
        viewers.retain(|viewer| met.insert(viewer.id));
        for viewer in &mut viewers {
            viewer.writing = writers.contains(&viewer.id);
        }
        viewers
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
        let (viewers, hub) = (Viewers::new(), Hub::default());
        let anna = Viewer { id: Uuid::from_u128(1), name: "Anna".into(), writing: false };
        let place = (Entity::Message, Uuid::from_u128(9));
        viewers.set(Uuid::from_u128(11), &anna, None, Some(&place), &hub);
        viewers.set(Uuid::from_u128(12), &anna, None, Some(&place), &hub);
        assert_eq!(viewers.of(&place), std::slice::from_ref(&anna));
        let renamed = Viewer { name: "Anna M.".into(), ..anna.clone() };
        viewers.set(Uuid::from_u128(11), &renamed, Some(&place), Some(&place), &hub);
        assert_eq!(viewers.of(&place).len(), 1, "under whichever name");
        viewers.set(Uuid::from_u128(11), &renamed, Some(&place), None, &hub);
        assert_eq!(viewers.of(&place), std::slice::from_ref(&anna));
        viewers.set(Uuid::from_u128(12), &anna, Some(&place), None, &hub);
        assert!(viewers.of(&place).is_empty());
    }

    #[test]
    fn a_person_writes_if_they_do_so_in_any_window() {
        let (viewers, hub) = (Viewers::new(), Hub::default());
        let anna = Viewer { id: Uuid::from_u128(1), name: "Anna".into(), writing: false };
        let ben = Viewer { id: Uuid::from_u128(2), name: "Ben".into(), writing: false };
        let writing = Viewer { writing: true, ..anna.clone() };
        let place = (Entity::Message, Uuid::from_u128(9));
        for (socket, viewer) in [(11, &anna), (12, &writing), (13, &ben)] {
            viewers.set(Uuid::from_u128(socket), viewer, None, Some(&place), &hub);
        }
        assert_eq!(viewers.of(&place), [writing, ben.clone()]);
        viewers.set(Uuid::from_u128(12), &anna, Some(&place), Some(&place), &hub);
        assert_eq!(viewers.of(&place), [anna, ben]);
    }
}
