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
    help: "Passwords, sessions and limits. The defaults are good; changes take effect at once, for everyone.",
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
            "How long a token lasts before a new one is requested. Signing out takes effect at once in any case.",
        ),
        number("sessionDays", "Unused, if kept signed in", 1, 30, "days", 7)
            .help("People who chose to stay signed in are signed out when a device is unused for this long."),
        number("browserSessionHours", "Unused, otherwise", 1, 72, "hours", 12)
            .help("Without that choice, a session ends with the browser, or when it is unused for this long."),
        number("longestSessionDays", "Maximum", 1, 90, "days", 30)
            .help("After this time everyone signs in again, however much they used the device."),
    ];
    let lockout = [
        number("lockoutAccount", "Per account", 3, 20, "wrong passwords", 5)
            .help("This many in a row lock the account for unknown browsers."),
        number("lockoutDevice", "Per known browser", 3, 50, "wrong passwords", 10)
            .help("A browser that has signed in before is counted on its own."),
        number("lockoutAddress", "Per network address", 5, 1_000, "wrong passwords", 20)
            .help("Across all accounts. Many people can share an address, so do not set this too low."),
        number("lockoutMinutes", "Lock duration", 1, 1_440, "minutes", 15)
            .help("The first lock lasts this long; each further one twice as long, up to a day. The count resets once this much time has passed since the last lock or failure."),
    ];
    let limits = [
        limit("limitResetMail", "Password reset emails", 1, 100, "an hour", 3)
            .help("For one mailbox, and from one network address."),
        limit("limitRefresh", "Renewals of one session", 10, 1_000, "in 15 minutes", 60)
            .help("The same limit applies per network address to unknown tokens and to setting a password by link."),
        limit("limitPublicRead", "Public API reads", 10, 10_000, "a minute", 120)
            .help("From one network address: form tokens, conversation pages, passkey sign-ins."),
        limit("limitStaff", "Requests per person", 60, 100_000, "a minute", 600)
            .help("To the dashboard API."),
        limit("limitStrangerMail", "Emails a stranger can trigger", 1, 100, "an hour", 3)
            .help("To one mailbox: confirmations and password reset links together. Beyond it, messages are still accepted, but no confirmation goes out."),
        limit("limitTestMail", "Test emails", 1, 100, "an hour", 10).help("Per person."),
    ];
    let passwords = [number("passwordMinLength", "Minimum password length", 8, 64, "characters", 8)
        .help("Applies to passwords set from now on. There are no other rules, but common passwords are refused.")];
    let factors = [Key::new(
        &GROUP,
        "secondFactorRoles",
        "Required for",
        Kind::Choices { options: &ROLES },
        json!([]),
    )
    .help(
        "People with these roles must set up an authenticator app or passkey before they can do anything else. This takes \
         effect at once, also for those already signed in.",
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
        check.refuse("security.sessionDays", "invalid", "This cannot be longer than the maximum session length.");
    }
}
