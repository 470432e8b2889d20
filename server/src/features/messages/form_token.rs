//! The token in a form: when it was drawn, sealed, so that a program that answers at once can be told from a person.

use chrono::{DateTime, Duration, Utc};
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::secrets::{Purpose, hmac};

/// Nobody fills the form in faster.
const FASTEST: Duration = Duration::seconds(2);
/// A form that stood open for longer counts as drawn by nobody.
const OLDEST: Duration = Duration::hours(24);

/// What a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    /// Long enough ago for a person.
    InTime,
    /// A moment ago.
    TooFast,
    /// No token, one of somebody else, or one of yesterday.
    Unknown,
}

/// A token for a form that is drawn now.
pub fn issue(app: &App) -> String {
    let at = app.clock.now().timestamp_millis();
    let seal = seal(app.keys.current(Purpose::FormToken).1, at);
    format!("{at}.{seal}")
}

/// Reads a token.
pub fn read(app: &App, token: Option<&str>) -> Drawn {
    let Some((at, given)) = token.and_then(|token| token.split_once('.')) else { return Drawn::Unknown };
    let Ok(at) = at.parse::<i64>() else { return Drawn::Unknown };
    if !app.keys.all(Purpose::FormToken).any(|key| bool::from(seal(key, at).as_bytes().ct_eq(given.as_bytes()))) {
        return Drawn::Unknown;
    }
    DateTime::from_timestamp_millis(at).map_or(Drawn::Unknown, |drawn| judge(drawn, app.clock.now()))
}

fn judge(drawn: DateTime<Utc>, now: DateTime<Utc>) -> Drawn {
    match now - drawn {
        age if age > OLDEST => Drawn::Unknown,
        age if age < FASTEST => Drawn::TooFast,
        _ => Drawn::InTime,
    }
}

fn seal(key: &[u8], at: i64) -> String {
    hex::encode(&hmac(key, at.to_string().as_bytes())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_needs_time() {
        let drawn = DateTime::<Utc>::UNIX_EPOCH;
        assert_eq!(judge(drawn, drawn + Duration::milliseconds(1_999)), Drawn::TooFast);
        assert_eq!(judge(drawn, drawn + Duration::seconds(2)), Drawn::InTime);
        assert_eq!(judge(drawn, drawn + Duration::hours(25)), Drawn::Unknown);
    }
}
