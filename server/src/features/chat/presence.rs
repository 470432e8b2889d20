//! Which visitors have the site open, as their sockets report it on this node and on others.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

/// Sockets report every 30 s; those of a node that died are gone after this.
const STALE: Duration = Duration::from_secs(75);

/// Address and title of a page.
pub type Page = (String, Option<String>);

struct Seen {
    page: Option<Page>,
    at: Instant,
}

/// The sockets of each session.
#[derive(Default)]
pub struct Presences(Mutex<HashMap<Uuid, HashMap<Uuid, Seen>>>);

impl Presences {
    /// Takes note of a socket; true if something about the session is new.
    pub fn put(&self, session: Uuid, socket: Uuid, on: bool, page: Option<&Page>) -> bool {
        let mut all = self.all();
        if !on {
            let Some(sockets) = all.get_mut(&session) else { return false };
            sockets.remove(&socket);
            let gone = sockets.is_empty();
            if gone {
                all.remove(&session);
            }
            return gone;
        }
        let sockets = all.entry(session).or_default();
        let first = !sockets.values().any(is_fresh);
        let before = sockets.insert(socket, Seen { page: page.cloned(), at: Instant::now() });
        first || before.is_none_or(|seen| seen.page.as_ref() != page)
    }

    /// True if the visitor has the site open somewhere.
    pub fn is_online(&self, session: Uuid) -> bool {
        self.all().get(&session).is_some_and(|sockets| sockets.values().any(is_fresh))
    }

    /// Forgets the sockets that have not reported for a while.
    pub fn sweep(&self) {
        self.all().retain(|_, sockets| {
            sockets.retain(|_, seen| is_fresh(seen));
            !sockets.is_empty()
        });
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Uuid, HashMap<Uuid, Seen>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_fresh(seen: &Seen) -> bool {
    seen.at.elapsed() < STALE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_is_there_with_any_of_their_tabs() {
        let (all, session) = (Presences::default(), Uuid::from_u128(1));
        let (one, two) = (Uuid::from_u128(2), Uuid::from_u128(3));
        assert!(all.put(session, one, true, None) && !all.put(session, one, true, None));
        assert!(all.put(session, two, true, Some(&("/".into(), None))), "on another page");
        assert!(!all.put(session, one, false, None) && all.is_online(session));
        assert!(all.put(session, two, false, None) && !all.is_online(session));
        assert!(!all.put(session, two, false, None));
    }
}
