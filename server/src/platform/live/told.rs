//! Which notice an event causes for a person, by their permissions. A notice names what to load again and carries no
//! data.

use crate::cluster::{Event, Notice};
use crate::platform::auth::Caller;
use crate::platform::entity::Entity;
use crate::platform::permission::Permission;

/// The notice of an event for that person; none if it does not concern them, or if they may not see it.
pub fn notice_for(event: &Event, caller: &Caller) -> Option<Notice> {
    let notice =
        |kind: &'static str, entity: &'static str, id| Some(Notice { kind: kind.into(), entity: entity.into(), id });
    match event {
        Event::Notice(about) => may_know(caller, about).then(|| about.clone()),
        Event::Everything => notice("missed", "all", None),
        Event::SettingsChanged => notice("settings_changed", "settings", None),
        Event::StaffChanged(person) if *person == caller.staff_id || caller.may(Permission::Staff) => {
            notice("staff_changed", "staff", Some(*person))
        }
        Event::Notified(people) if people.contains(&caller.staff_id) => notice("notification", "notification", None),
        Event::StaffChanged(_)
        | Event::Notified(_)
        | Event::SessionChanged(_)
        | Event::TokensChanged(_)
        | Event::PreferencesChanged(_)
        | Event::Viewing(_)
        | Event::Chat(_)
        | Event::MailQueued
        | Event::Counted
        | Event::AuditWritten => None,
    }
}

/// A notice names an entity, so it requires the permission to see that kind. Kinds that this version does not know are
/// visible to nobody.
fn may_know(caller: &Caller, notice: &Notice) -> bool {
    Entity::of(&notice.entity).is_some_and(|kind| caller.may(kind.needs()))
}

#[cfg(test)]
mod tests {
    use database::entity::staff::Role;
    use uuid::Uuid;

    use super::*;

    const ME: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    /// The kind of notice for someone with these permissions.
    fn told(event: &Event, permissions: &[Permission]) -> Option<String> {
        let caller = Caller {
            staff_id: ME,
            session_id: Uuid::from_u128(3),
            token: None,
            name: "Ada".into(),
            email: "ada@example.com".into(),
            role: Role::Staff,
            permissions: permissions.iter().copied().collect(),
            second_factor_missing: false,
            proved_at: None,
        };
        notice_for(event, &caller).map(|notice| notice.kind.into_owned())
    }

    #[test]
    fn messages_are_told_to_who_may_see_them() {
        let event = Entity::Message.notice("message_created", Some(OTHER));
        assert_eq!(told(&event, &[Permission::Messages]).as_deref(), Some("message_created"));
        assert_eq!(told(&event, &[Permission::Staff, Permission::Audit]).as_deref(), None);
        let missed = Event::Everything;
        assert_eq!(told(&missed, &[]).as_deref(), Some("missed"));
    }

    #[test]
    fn changes_of_people_are_told_to_themselves_and_to_who_looks_after_people() {
        assert_eq!(told(&Event::StaffChanged(ME), &[]).as_deref(), Some("staff_changed"));
        assert_eq!(told(&Event::StaffChanged(OTHER), &[Permission::Messages]).as_deref(), None);
        assert_eq!(told(&Event::StaffChanged(OTHER), &[Permission::Staff]).as_deref(), Some("staff_changed"));
        assert_eq!(told(&Event::TokensChanged(ME), &[Permission::Staff]), None, "that changes nobody");
    }

    #[test]
    fn own_notices_are_told_to_oneself_alone_and_machinery_to_nobody() {
        assert_eq!(told(&Event::Notified([ME].into()), &[]).as_deref(), Some("notification"));
        assert_eq!(told(&Event::Notified([OTHER].into()), &[Permission::Staff]).as_deref(), None);
        assert_eq!(told(&Event::SettingsChanged, &[]).as_deref(), Some("settings_changed"));
        for event in [Event::MailQueued, Event::AuditWritten, Event::SessionChanged(ME)] {
            assert_eq!(told(&event, &[Permission::Messages, Permission::Staff]).as_deref(), None);
        }
    }
}
