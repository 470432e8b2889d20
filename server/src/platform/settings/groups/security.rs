//! Sign-in rules, session lengths, and rate limits.

use chrono::Duration;
use database::entity::staff::Role;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::kind::{Choice, Kind};
use super::super::registry::{Group, Key};
use crate::http::valid::Check;
use crate::platform::permission::Permission;

pub const GROUP: Group = Group {
    id: "security",
    label: "Security",
    help: "Passwords, sessions and limits. The defaults are good; changes count at once, for everybody.",
    needs: Permission::Staff,
    place: 80,
    sensitive: true,
};

const ROLES: [Choice; 3] = [
    Choice { value: "admin", label: "Admins" },
    Choice { value: "manager", label: "Managers" },
    Choice { value: "staff", label: "Staff" },
];

/// Access control settings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Security {
    /// Minimum length of a new password.
    pub password_min_length: usize,
    /// Roles that must sign in with a second factor, or set one up first.
    pub second_factor_roles: Vec<Role>,
    access_minutes: u32,
    session_days: u32,
    browser_session_hours: u32,
    longest_session_days: u32,
    lockout_account: i32,
    lockout_device: i32,
    lockout_address: i32,
    lockout_minutes: u32,
}

/// How many wrong passwords lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lockout {
    /// Per account.
    pub account: i32,
    /// Per account, from a browser that has signed in to it before.
    pub device: i32,
    /// Per address, over all accounts.
    pub address: i32,
    /// Length of the first lock; each further one is twice as long.
    pub wait: Duration,
}

impl Security {
    /// How long an access token is valid.
    pub fn access_lifetime(&self) -> Duration {
        Duration::minutes(self.access_minutes.into())
    }

    /// How long a session stays valid without use.
    pub fn sliding(&self, remember: bool) -> Duration {
        if remember {
            Duration::days(self.session_days.into())
        } else {
            Duration::hours(self.browser_session_hours.into())
        }
    }

    /// Maximum length of a session, whatever its activity.
    pub fn longest_session(&self) -> Duration {
        Duration::days(self.longest_session_days.into())
    }

    /// How many wrong passwords lock.
    pub fn lockout(&self) -> Lockout {
        Lockout {
            account: self.lockout_account,
            device: self.lockout_device,
            address: self.lockout_address,
            wait: Duration::minutes(self.lockout_minutes.into()),
        }
    }
}

/// The keys of the group.
pub fn keys() -> Vec<Key> {
    let number = |name: &str, label, min, max, unit, default: u64| {
        Key::new(&GROUP, name, label, Kind::Integer { min, max, unit }, json!(default))
    };
    let sessions = [
        number("accessMinutes", "Access token", 5, 60, "minutes", 15).help(
            "A program or page asks for a new one after this time. A sign-out counts at once, whatever stands here.",
        ),
        number("sessionDays", "Without use, kept signed in", 1, 30, "days", 7)
            .help("Whoever chose to stay signed in is signed out when the device was not used for so long."),
        number("browserSessionHours", "Without use, otherwise", 1, 72, "hours", 12).help(
            "Without that choice a session ends with the browser, and at the latest when it was not used for so long.",
        ),
        number("longestSessionDays", "At most", 1, 90, "days", 30)
            .help("After this time everybody signs in again, however much the device was used."),
    ];
    let lockout = [
        number("lockoutAccount", "For one account", 3, 20, "wrong passwords", 5)
            .help("So many in a row lock the account for browsers that are not known to it."),
        number("lockoutDevice", "For a known browser", 3, 50, "wrong passwords", 10)
            .help("A browser that has signed in before counts for itself alone."),
        number("lockoutAddress", "For one network address", 5, 1_000, "wrong passwords", 20)
            .help("Over all accounts. Many people may share an address, so this must not be small."),
        number("lockoutMinutes", "Wait", 1, 1_440, "minutes", 15)
            .help("Each full allowance of failures locks: the first time for so long, then twice as long as the time before, a day at most. The count is forgotten one wait after the last lock or failure."),
    ];
    let limits = [
        limit("limitResetMail", "Mails to reset a password", 1, 100, "an hour", 3)
            .help("For one mailbox, and from one address."),
        limit("limitRefresh", "Renewals of one session", 10, 1_000, "in 15 minutes", 60)
            .help("Unknown tokens, and setting a password by link, count the same for one address."),
        limit("limitPublicRead", "Reads of the public interface", 10, 10_000, "a minute", 120)
            .help("From one address: form tokens, conversation pages, sign-ins by passkey."),
        limit("limitStaff", "Requests of one person", 60, 100_000, "a minute", 600)
            .help("To the dashboard's interface."),
        limit("limitStrangerMail", "Mails that a stranger can cause", 1, 100, "an hour", 3)
            .help("To one mailbox: confirmations and links to reset a password together. Beyond it a message is taken, and no confirmation goes out."),
        limit("limitTestMail", "Test mails", 1, 100, "an hour", 10).help("For one person."),
    ];
    let passwords = [number("passwordMinLength", "Shortest password", 8, 64, "characters", 8).help(
        "Counts for passwords that are set from now on. There are no other rules, but common passwords are refused.",
    )];
    let factors = [Key::new(
        &GROUP,
        "secondFactorRoles",
        "Needed for",
        Kind::Choices { options: &ROLES },
        json!([]),
    )
    .help(
        "Whoever has such a role and no authenticator app or passkey sets one up before anything else opens. It counts \
         at once, for those who are signed in too.",
    )];
    let under = |section: &'static str| move |key: Key| key.under(section);
    (passwords.into_iter().map(under("Passwords")))
        .chain(factors.into_iter().map(under("Second factor")))
        .chain(sessions.into_iter().map(under("How long a session lasts")))
        .chain(lockout.into_iter().map(under("Wrong passwords")))
        .chain(limits)
        .collect()
}

/// A key for a rate limit.
pub fn limit(name: &str, label: &'static str, min: u64, max: u64, unit: &'static str, default: u64) -> Key {
    Key::new(&GROUP, name, label, Kind::Integer { min, max, unit }, json!(default)).under("Limits")
}

/// The time without use cannot exceed the maximum length of a session.
pub(in super::super) fn check_together(check: &mut Check, values: &Map<String, Value>) {
    let days = |name: &str| values.get(name).and_then(Value::as_u64).unwrap_or_default();
    if days("security.sessionDays") > days("security.longestSessionDays") {
        check.refuse("security.sessionDays", "invalid", "This must not be more than sessions may last at most.");
    }
}
