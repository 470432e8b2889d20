//! Kinds of notices, and their channels. The slices that send them declare the kinds.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::platform::permission::Permission;

/// A kind of notice.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name in the database, in notices and in the API. Unique.
    pub name: &'static str,
    /// A person needs one of these permissions to get it at all, besides the permission for its entity; empty: none.
    pub needs: &'static [Permission],
    /// In the dashboard, unless the person has chosen.
    pub app: Default,
    /// By email, unless the person has chosen. Off if the firm's mailbox gets one anyway, or if many can arrive at
    /// once.
    pub mail: Default,
}

/// A notification channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NotificationChannel)]
pub enum Channel {
    App,
    Mail,
}

/// Whether a channel is used unless the person has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default {
    On,
    Off,
    /// On, but only while the person is not in the dashboard.
    Away,
    /// Always: someone who took over an account must not be able to silence it.
    Always,
    /// Never.
    Never,
}

impl Kind {
    /// True if someone with these permissions may get it.
    pub fn may_reach(&self, has: impl Fn(Permission) -> bool) -> bool {
        self.needs.is_empty() || self.needs.iter().any(|needed| has(*needed))
    }

    pub fn default_for(&self, channel: Channel) -> Default {
        match channel {
            Channel::App => self.app,
            Channel::Mail => self.mail,
        }
    }

    /// Whether the person wants it, given their choice.
    pub fn is_on(&self, channel: Channel, chosen: Option<bool>) -> bool {
        match self.default_for(channel) {
            Default::Always => true,
            Default::Never => false,
            Default::On | Default::Away => chosen.unwrap_or(true),
            Default::Off => chosen.unwrap_or(false),
        }
    }

    /// Whether it is sent, given the person's choice; `watching`: they are in the dashboard.
    pub fn goes_out(&self, channel: Channel, chosen: Option<bool>, watching: impl FnOnce() -> bool) -> bool {
        self.is_on(channel, chosen) && (self.default_for(channel) != Default::Away || !watching())
    }
}

impl Channel {
    pub const ALL: [Self; 2] = [Self::App, Self::Mail];

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Mail => "mail",
        }
    }
}

/// The name of a [`Kind`] in the OpenAPI document. Which names there are, the document is told by the slices.
pub struct NotificationEvent;

impl PartialSchema for NotificationEvent {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("An event that people can be notified about."))
            .into()
    }
}

impl ToSchema for NotificationEvent {
    fn name() -> Cow<'static, str> {
        "NotificationEvent".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_counts_where_there_is_one() {
        let kind = |app, mail| Kind { name: "x", needs: &[], app, mail };
        let device = kind(Default::On, Default::Always);
        assert!(device.is_on(Channel::Mail, Some(false)), "nobody can silence it");
        assert!(!kind(Default::On, Default::Never).is_on(Channel::Mail, Some(true)));
        assert!(device.is_on(Channel::App, None) && !device.is_on(Channel::App, Some(false)));
        let off = kind(Default::On, Default::Off);
        assert!(off.is_on(Channel::Mail, Some(true)) && !off.is_on(Channel::Mail, None));
        let away = kind(Default::On, Default::Away);
        assert!(away.is_on(Channel::Mail, None) && !away.is_on(Channel::Mail, Some(false)));
    }

    #[test]
    fn what_is_for_those_who_are_away_waits_for_nobody_else() {
        let kind = Kind { name: "x", needs: &[], app: Default::On, mail: Default::Away };
        let goes_out = |channel, chosen, watching| kind.goes_out(channel, chosen, || watching);
        assert!(goes_out(Channel::Mail, None, false) && !goes_out(Channel::Mail, None, true));
        assert!(!goes_out(Channel::Mail, Some(true), true) && !goes_out(Channel::Mail, Some(false), false));
        assert!(goes_out(Channel::App, None, true) && !goes_out(Channel::App, Some(false), false));
    }

    #[test]
    fn names_of_channels_are_those_of_the_api() {
        for channel in Channel::ALL {
            assert_eq!(serde_json::to_value(channel).expect("a name"), channel.name());
        }
    }
}
