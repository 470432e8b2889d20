//! What seats subscribe to, and what they are told.

use std::any::Any;
use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;

use super::viewers::Place;
use crate::cluster::Event;
use crate::platform::auth::Caller;
use crate::platform::entity::Entity;

/// What a seat subscribes to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Topic {
    Everybody,
    Person(Uuid),
    Session(Uuid),
    /// Entities of this kind.
    Kind(Entity),
    /// One entity.
    Thing(Entity, Uuid),
    /// Other viewers of this place.
    Place(Place),
}

/// What a slice tells the seats of its topics. Only the slice knows what is in it.
pub type Word = Arc<dyn Any + Send + Sync>;

/// A message to a seat.
#[derive(Debug, Clone)]
pub enum Post {
    Event(Arc<Event>),
    Word(Word),
    /// The person or their permissions changed.
    Person(Box<Caller>),
    /// More happened than the mailbox holds.
    Missed,
    /// Somebody came to the place or left it.
    Viewers,
    Ping,
    /// The session has ended.
    SignedOut,
    /// Nothing was received for too long.
    Silent,
}

/// The topics that concern a person.
pub(super) fn topics_of(caller: &Caller) -> HashSet<Topic> {
    let kinds = Entity::ALL.into_iter().filter(|kind| caller.may(kind.needs())).map(Topic::Kind);
    let own = [Topic::Everybody, Topic::Person(caller.staff_id), Topic::Session(caller.session_id)];
    own.into_iter().chain(kinds).collect()
}

/// The topics that an event concerns. What it tells a person is decided on delivery, by their permissions at that time.
pub(super) fn topics_for(event: &Event) -> Vec<Topic> {
    match event {
        Event::Notice(notice) => Entity::of(&notice.entity).map(Topic::Kind).into_iter().collect(),
        Event::Everything | Event::SettingsChanged => vec![Topic::Everybody],
        Event::SessionChanged(session) => vec![Topic::Session(*session)],
        Event::StaffChanged(person) => vec![Topic::Person(*person), Topic::Kind(Entity::Staff)],
        Event::Notified(people) => people.iter().copied().map(Topic::Person).collect(),
        Event::TokensChanged(_)
        | Event::PreferencesChanged(_)
        | Event::Viewing(_)
        | Event::Chat(_)
        | Event::Counted
        | Event::MailQueued
        | Event::AuditWritten => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Notice;

    #[test]
    fn an_event_wakes_whom_it_concerns() {
        let (ada, ben) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(topics_for(&Entity::Message.notice("message_created", None)), [Topic::Kind(Entity::Message)]);
        assert_eq!(topics_for(&Event::StaffChanged(ada)), [Topic::Person(ada), Topic::Kind(Entity::Staff)]);
        assert_eq!(topics_for(&Event::Notified([ada, ben].into())), [Topic::Person(ada), Topic::Person(ben)]);
        assert_eq!(topics_for(&Event::SessionChanged(ada)), [Topic::Session(ada)]);
        assert_eq!(topics_for(&Event::SettingsChanged), [Topic::Everybody]);
        assert_eq!(topics_for(&Event::Everything), [Topic::Everybody]);
        let unknown = Event::Notice(Notice { kind: "planet_risen".into(), entity: "planet".into(), id: None });
        for event in [Event::MailQueued, Event::AuditWritten, Event::PreferencesChanged(ada), unknown] {
            assert_eq!(topics_for(&event), [], "{event:?}");
        }
    }
}
