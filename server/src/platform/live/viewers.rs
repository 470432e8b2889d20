//! Who is viewing what, as long as they report it every 20 seconds.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::hub::Hub;
use super::protocol::Viewer;
use super::topics::{Post, Topic};
use crate::cluster::{Bus, Event, Viewing};
use crate::platform::entity::Entity;

/// Two missed heartbeats and some margin.
const STALE: Duration = Duration::from_secs(45);

/// Entity and id.
pub type Place = (Entity, Uuid);

/// The sockets at one place.
type Sockets = HashMap<Uuid, Seen>;

/// Whose socket it is, and when it last reported.
struct Seen {
    viewer: Viewer,
    at: Instant,
    /// A socket of this node.
    here: bool,
}

/// All viewers: those of this node, and those of others as they report it.
pub struct Viewers {
    places: Mutex<HashMap<Place, Sockets>>,
}

impl Viewers {
    pub fn new() -> Self {
        Self { places: Mutex::default() }
    }

    /// Moves the person of a socket of this node from one place to another, or to none, and tells the other nodes.
    pub fn set(
        &self,
        socket: Uuid,
        viewer: &Viewer,
        from: Option<&Place>,
        to: Option<&Place>,
        (hub, bus): (&Hub, &Bus),
    ) {
        self.put(socket, viewer, from, to, true, hub);
        bus.tell_others(|| report(socket, viewer, from, to));
    }

    /// Takes note of what other nodes report, and tells a newcomer who is there already. If a node dies, its viewers are
    /// gone once they have not reported for a while.
    pub fn follow(&self, event: &Event, hub: &Hub, bus: &Bus) {
        let Event::Viewing(it) = event else { return };
        let place = |it: &Option<(String, Uuid)>| it.as_ref().and_then(|(name, id)| Some((Entity::of(name)?, *id)));
        let (from, to) = (place(&it.from), place(&it.to));
        let viewer = Viewer { id: it.person, name: it.name.clone(), writing: it.writing };
        self.put(it.socket, &viewer, from.as_ref(), to.as_ref(), false, hub);
        if let Some(to) = to.filter(|_| from != to) {
            for (socket, viewer) in self.here(&to) {
                // From there to there: such a report has no answer.
                bus.tell_others(|| report(socket, &viewer, Some(&to), Some(&to)));
            }
        }
    }

    /// The sockets of this node at a place.
    fn here(&self, place: &Place) -> Vec<(Uuid, Viewer)> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let there = places.get(place).into_iter().flatten();
        there.filter(|(_, seen)| seen.here).map(|(socket, seen)| (*socket, seen.viewer.clone())).collect()
    }

    fn put(&self, socket: Uuid, viewer: &Viewer, from: Option<&Place>, to: Option<&Place>, here: bool, hub: &Hub) {
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
            let seen = Seen { viewer: viewer.clone(), at: Instant::now(), here };
            let before = places.entry(*to).or_default().insert(socket, seen);
            before.is_none_or(|before| before.viewer != *viewer)
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
        there.retain(|_, seen| seen.at.elapsed() < STALE);
        let mut viewers: Vec<Viewer> = there.values().map(|seen| seen.viewer.clone()).collect();
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

/// What the other nodes are told of a socket.
fn report(socket: Uuid, viewer: &Viewer, from: Option<&Place>, to: Option<&Place>) -> Event {
    let named = |place: Option<&Place>| place.map(|(kind, id)| (kind.name().to_owned(), *id));
    Event::Viewing(Viewing {
        socket,
        person: viewer.id,
        name: viewer.name.clone(),
        writing: viewer.writing,
        from: named(from),
        to: named(to),
    })
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
        let (viewers, hub, bus) = (Viewers::new(), Hub::default(), Bus::in_process());
        let anna = Viewer { id: Uuid::from_u128(1), name: "Anna".into(), writing: false };
        let place = (Entity::Message, Uuid::from_u128(9));
        viewers.set(Uuid::from_u128(11), &anna, None, Some(&place), (&hub, &bus));
        viewers.set(Uuid::from_u128(12), &anna, None, Some(&place), (&hub, &bus));
        assert_eq!(viewers.of(&place), std::slice::from_ref(&anna));
        let renamed = Viewer { name: "Anna M.".into(), ..anna.clone() };
        viewers.set(Uuid::from_u128(11), &renamed, Some(&place), Some(&place), (&hub, &bus));
        assert_eq!(viewers.of(&place).len(), 1, "under whichever name");
        viewers.set(Uuid::from_u128(11), &renamed, Some(&place), None, (&hub, &bus));
        assert_eq!(viewers.of(&place), std::slice::from_ref(&anna));
        viewers.set(Uuid::from_u128(12), &anna, Some(&place), None, (&hub, &bus));
        assert!(viewers.of(&place).is_empty());
    }

    #[test]
    fn a_person_writes_if_they_do_so_in_any_window() {
        let (viewers, hub, bus) = (Viewers::new(), Hub::default(), Bus::in_process());
        let anna = Viewer { id: Uuid::from_u128(1), name: "Anna".into(), writing: false };
        let ben = Viewer { id: Uuid::from_u128(2), name: "Ben".into(), writing: false };
        let writing = Viewer { writing: true, ..anna.clone() };
        let place = (Entity::Message, Uuid::from_u128(9));
        for (socket, viewer) in [(11, &anna), (12, &writing), (13, &ben)] {
            viewers.set(Uuid::from_u128(socket), viewer, None, Some(&place), (&hub, &bus));
        }
        assert_eq!(viewers.of(&place), [writing, ben.clone()]);
        viewers.set(Uuid::from_u128(12), &anna, Some(&place), Some(&place), (&hub, &bus));
        assert_eq!(viewers.of(&place), [anna, ben]);
    }
}
