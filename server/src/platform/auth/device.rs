//! Device names, and the mark of a browser that has signed in before.

use chrono::DateTime;
use database::entity::staff;
use serde::Serialize;
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::platform::Platform;
use crate::secrets::{Key, Purpose, hmac, new_token};

/// What a user agent reveals about a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Device {
    /// Such as `Firefox on Linux`.
    #[serde(rename = "device")]
    pub name: String,
    pub browser: String,
    pub os: String,
}

impl Device {
    /// Parses a user agent; unknown parts are named as such.
    pub fn of(user_agent: Option<&str>) -> Self {
        let known = user_agent.and_then(|text| woothee::parser::Parser::new().parse(text));
        let name =
            |text: &str| if text == "UNKNOWN" || text.is_empty() { "Unknown".to_owned() } else { text.to_owned() };
        let (browser, os) =
            known.map_or_else(|| ("Unknown".to_owned(), "Unknown".to_owned()), |it| (name(it.name), name(it.os)));
        let device = match (browser.as_str(), os.as_str()) {
            ("Unknown", "Unknown") => "Unknown device".to_owned(),
            ("Unknown", os) => os.to_owned(),
            (browser, "Unknown") => browser.to_owned(),
            (browser, os) => format!("{browser} on {os}"),
        };
        Self { name: device, browser, os }
    }
}

/// A mark for a browser that has just signed in to that account.
pub fn mark(platform: &Platform, person: Uuid) -> String {
    let name = format!("{}.{}", new_token(), platform.clock.now().timestamp_micros());
    let seal = seal(platform.keys.current(Purpose::KnownDevice).1, person, &name);
    format!("{name}.{seal}")
}

/// The identifier of a known browser, if the mark is genuine, belongs to that account, and was issued since the person
/// last signed out everywhere.
pub fn known<'m>(platform: &Platform, person: &staff::Model, mark: &'m str) -> Option<&'m str> {
    let (name, given) = mark.rsplit_once('.')?;
    let (_, at) = name.split_once('.')?;
    let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
    let ours = |key| bool::from(seal(key, person.id, name).as_bytes().ct_eq(given.as_bytes()));
    let counts = person.devices_from.is_none_or(|from| at > from);
    (counts && platform.keys.all(Purpose::KnownDevice).any(ours)).then_some(name)
}

fn seal(key: &Key, person: Uuid, name: &str) -> String {
    hex::encode(hmac(key, format!("{person}\n{name}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_have_names() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        assert_eq!(Device::of(Some(firefox)).name, "Firefox on Linux");
        assert_eq!(Device::of(None).name, "Unknown device");
    }
}
