//! Recently read data, shared by all readers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::{Bus, Event, Events, Heard};

/// How long an entry stays fresh. Changes by another node become visible after this time.
const KEPT: Duration = Duration::from_secs(1);

/// A value that is read once for all readers within a second, and again as soon as this process has changed it. Of
/// concurrent readers, one loads it and the others wait.
pub struct Recent<K, T> {
    state: Mutex<State<K, T>>,
    ends: fn(&Event) -> bool,
}

struct State<K, T> {
    events: Events,
    known: Option<Known<K, T>>,
}

struct Known<K, T> {
    of: K,
    until: Instant,
    value: Arc<T>,
}

impl<K: PartialEq, T> Recent<K, T> {
    /// An empty cache; `ends` says which events make it stale.
    pub fn new(bus: &Bus, ends: fn(&Event) -> bool) -> Self {
        Self { state: Mutex::new(State { events: bus.subscribe(), known: None }), ends }
    }

    /// The cached value for `key`, or the result of `read`.
    ///
    /// # Errors
    /// Those of `read`; nothing is cached then.
    pub async fn get<E>(&self, key: K, read: impl AsyncFnOnce(&K) -> Result<T, E>) -> Result<Arc<T>, E> {
        let mut state = self.state.lock().await;
        // Events during the load are handled at the next call.
        state.hear(self.ends);
        if let Some(known) = state.known.as_ref().filter(|known| known.of == key && known.until > Instant::now()) {
            return Ok(Arc::clone(&known.value));
        }
        let value = Arc::new(read(&key).await?);
        state.known = Some(Known { of: key, until: Instant::now() + KEPT, value: Arc::clone(&value) });
        Ok(value)
    }
}

impl<K, T> State<K, T> {
    fn hear(&mut self, ends: fn(&Event) -> bool) {
        while let Some(heard) = self.events.waiting() {
            match heard {
                Heard::Event(event) if !ends(&event) => {}
                Heard::Event(_) | Heard::Missed => self.known = None,
                Heard::Closed => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[derive(Default)]
    struct Source(AtomicU32);

    impl Source {
        /// How often it was loaded.
        fn read(&self) -> u32 {
            self.0.fetch_add(1, Ordering::Relaxed) + 1
        }
    }

    #[tokio::test]
    async fn it_is_read_once_until_something_ends_it() {
        let (bus, source) = (Bus::in_process(), Source::default());
        let recent = Recent::new(&bus, |event| *event == Event::Counted);
        let get = async |key: u8| *recent.get(key, async |_| Ok::<_, ()>(source.read())).await.unwrap();
        assert_eq!((get(1).await, get(1).await), (1, 1));
        bus.publish(Event::MailQueued);
        assert_eq!(get(1).await, 1, "that is about something else");
        bus.publish(Event::Counted);
        bus.publish(Event::MailQueued);
        assert_eq!((get(1).await, get(1).await), (2, 2));
        assert_eq!(get(2).await, 3, "another key");
        for _ in 0..2_000 {
            bus.publish(Event::MailQueued);
        }
        assert_eq!((get(2).await, get(2).await), (4, 4), "events were missed, so anything may have happened");
    }

    #[tokio::test]
    async fn what_is_kept_ends_by_itself_and_a_failure_is_not_kept() {
        let (bus, source) = (Bus::in_process(), Source::default());
        let recent = Recent::new(&bus, |_| false);
        assert_eq!(recent.get(1, async |_| Err::<u32, ()>(())).await, Err(()));
        let get = async || *recent.get(1, async |_| Ok::<_, ()>(source.read())).await.unwrap();
        assert_eq!(get().await, 1);
        recent.state.lock().await.known.as_mut().unwrap().until = Instant::now();
        assert_eq!(get().await, 2);
    }

    #[tokio::test]
    async fn what_happens_during_a_read_ends_what_it_gave() {
        let (bus, source) = (Bus::in_process(), Source::default());
        let recent = Recent::new(&bus, |event| *event == Event::Counted);
        let during = async |_: &u8| {
            bus.publish(Event::Counted);
            Ok::<_, ()>(source.read())
        };
        assert_eq!(*recent.get(1, during).await.unwrap(), 1);
        assert_eq!(*recent.get(1, async |_| Ok::<_, ()>(source.read())).await.unwrap(), 2);
    }
}
