//! The kinds of entities that rows, notices, emails and audit entries refer to.
//!
//! Each kind is listed once, with the permission that its entities require. A kind without a rule does not compile, and
//! a name that this version does not know is visible to nobody.

use uuid::Uuid;

use super::auth::Caller;
use super::permission::Permission;
use crate::cluster::{Event, Notice};

/// A kind of entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    /// One message with its conversation.
    Message,
    /// The inbox: many messages at once.
    Inbox,
    CannedReply,
    /// A rule by which new messages are sorted.
    MessageRule,
    /// One session of chat with its lines.
    Chat,
    /// An email that is about nothing else.
    Mail,
    Staff,
    /// Sign-in attempts that lead to no account.
    SignIn,
    Settings,
    /// A page of the firm's own on its site.
    SitePage,
    ApiToken,
    Audit,
    Samples,
}

impl Entity {
    pub const ALL: [Self; 13] = [
        Self::Message,
        Self::Inbox,
        Self::CannedReply,
        Self::MessageRule,
        Self::Chat,
        Self::Mail,
        Self::Staff,
        Self::SignIn,
        Self::Settings,
        Self::SitePage,
        Self::ApiToken,
        Self::Audit,
        Self::Samples,
    ];

    /// Its name in the database, in frames and in URLs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Inbox => "messages",
            Self::CannedReply => "canned_reply",
            Self::MessageRule => "message_rule",
            Self::Chat => "chat",
            Self::Mail => "mail",
            Self::Staff => "staff",
            Self::SignIn => "auth",
            Self::Settings => "settings",
            Self::SitePage => "site_page",
            Self::ApiToken => "api_token",
            Self::Audit => "audit",
            Self::Samples => "demo",
        }
    }

    /// The kind with that name, if this version knows it.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The names of the kinds that the caller may see.
    pub fn names_for(caller: &Caller) -> Vec<&'static str> {
        Self::ALL.into_iter().filter(|kind| caller.may(kind.needs())).map(Self::name).collect()
    }

    /// The permission that is required to see such an entity.
    pub const fn needs(self) -> Permission {
        match self {
            Self::Message | Self::Inbox | Self::CannedReply | Self::MessageRule => Permission::Messages,
            Self::Chat => Permission::Chats,
            Self::Staff => Permission::Staff,
            Self::Mail | Self::Settings | Self::SitePage | Self::ApiToken | Self::Samples => Permission::Settings,
            Self::SignIn | Self::Audit => Permission::Audit,
        }
    }

    /// A live notice about such an entity, for everyone who may see it. `id`: which one; none: any of them.
    pub fn notice(self, kind: &'static str, id: Option<Uuid>) -> Event {
        Event::Notice(Notice { kind: kind.into(), entity: self.name().into(), id })
    }

    /// True if colleagues see each other's presence on it.
    pub const fn is_looked_at(self) -> bool {
        matches!(self, Self::Message | Self::Chat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_and_others_lead_nowhere() {
        for kind in Entity::ALL {
            assert_eq!(Entity::of(kind.name()), Some(kind));
        }
        assert_eq!(Entity::of("planet"), None);
    }

    #[test]
    fn a_thing_needs_the_right_of_its_page() {
        assert_eq!(Entity::Message.needs(), Permission::Messages);
        assert_eq!(Entity::Staff.needs(), Permission::Staff);
        assert_eq!(Entity::ApiToken.needs(), Permission::Settings);
        assert_eq!(Entity::Audit.needs(), Permission::Audit);
        assert!(Entity::Message.is_looked_at() && !Entity::Staff.is_looked_at());
    }
}
