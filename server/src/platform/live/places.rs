//! How many sockets are open: those of strangers from one network address, and all of this node.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::{Resource, getrlimit};

use crate::error::{Error, Exceeded, Result};
use crate::http::AddressKey;

/// Sockets of one address that are not known to be those of staff. Offices and mobile networks share addresses.
const OF_ADDRESS: u32 = 100;
/// Of the files that this process can open, sockets take three quarters: the rest is for requests and the database.
const SHARE: (usize, usize) = (3, 4);

/// The places of a node.
pub struct Places {
    /// On the whole node.
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_address: HashMap<AddressKey, u32>,
}

impl Default for Places {
    fn default() -> Self {
        let files = getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok());
        Self::of(files.map_or(usize::MAX, |files| files / SHARE.1 * SHARE.0))
    }
}

impl Places {
    fn of(most: usize) -> Self {
        Self { most, taken: Mutex::default() }
    }

    /// Takes a place. `counted`: not more than some of that address.
    ///
    /// # Errors
    /// 429 if that address has enough, 503 if the node has.
    pub fn take(self: &Arc<Self>, address: AddressKey, counted: bool) -> Result<Place> {
        let mut taken = self.taken();
        if taken.all >= self.most {
            return Err(Error::Unavailable { retry_after: 10 });
        }
        if counted {
            let of_address = taken.by_address.entry(address).or_default();
            if *of_address >= OF_ADDRESS {
                return Err(Error::RateLimited(Exceeded { limit: OF_ADDRESS, window: 60, retry_after: 60 }));
            }
            *of_address += 1;
        }
        taken.all += 1;
        drop(taken);
        Ok(Place { places: Arc::clone(self), address: Mutex::new(counted.then_some(address)) })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one socket; dropping it frees it.
pub struct Place {
    places: Arc<Places>,
    address: Mutex<Option<AddressKey>>,
}

impl Place {
    /// The socket is that of a person of the staff: it counts for no address any more.
    pub fn of_staff(&self) {
        let address = self.address.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(address) = address else { return };
        if let Entry::Occupied(mut known) = self.places.taken().by_address.entry(address) {
            *known.get_mut() -= 1;
            if *known.get() == 0 {
                known.remove();
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.of_staff();
        self.places.taken().all -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> AddressKey {
        std::net::IpAddr::from([192, 0, 2, last]).into()
    }

    #[test]
    fn one_address_has_some_and_leaves_the_rest_to_others() {
        let places = Arc::new(Places::of(1_000));
        let mut held: Vec<Place> = (0..100).map(|_| places.take(address(1), true).expect("a place")).collect();
        assert!(matches!(places.take(address(1), true), Err(Error::RateLimited(_))));
        assert!(places.take(address(2), true).is_ok());
        held.pop();
        assert!(places.take(address(1), true).is_ok());
        // Whoever signs in makes room for the strangers behind the same address.
        held[0].of_staff();
        held.push(places.take(address(1), true).expect("a place"));
        assert!(places.take(address(1), false).is_ok(), "a load test");
        drop(held);
        assert!(places.taken().by_address.is_empty() && places.taken().all == 0);
    }

    #[test]
    fn a_node_has_as_many_as_it_can_serve() {
        let places = Arc::new(Places::of(2));
        let first = places.take(address(1), false).expect("a place");
        let _second = places.take(address(2), true).expect("a place");
        assert!(matches!(places.take(address(3), true), Err(Error::Unavailable { .. })));
        drop(first);
        assert!(places.take(address(3), true).is_ok());
    }
}
