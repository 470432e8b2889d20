//! The token in a form: its id, sealed. The id says when the form was drawn, so that a program that answers at once can be
//! told from a person, and files can be uploaded for it before there is a message.

use chrono::{DateTime, Duration, Utc};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::app::App;
use crate::ids::time_of;
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
    let form = app.ids.next(app.clock.now());
    let seal = seal(app.keys.current(Purpose::FormToken).1, form);
    format!("{}.{seal}", form.simple())
}

/// Reads a token.
pub fn read(app: &App, token: Option<&str>) -> Drawn {
    sealed(app, token).map_or(Drawn::Unknown, |form| judge(time_of(form), app.clock.now()))
}

/// The id of the form with that token; none: it is unknown.
pub fn form(app: &App, token: Option<&str>) -> Option<Uuid> {
    sealed(app, token).filter(|form| judge(time_of(*form), app.clock.now()) != Drawn::Unknown)
}

fn sealed(app: &App, token: Option<&str>) -> Option<Uuid> {
    let (form, given) = token?.split_once('.')?;
    let form = Uuid::try_parse(form).ok()?;
    let mut keys = app.keys.all(Purpose::FormToken);
    keys.any(|key| seal(key, form).as_bytes().ct_eq(given.as_bytes()).into()).then_some(form)
}

fn judge(drawn: DateTime<Utc>, now: DateTime<Utc>) -> Drawn {
    match now - drawn {
        age if age > OLDEST => Drawn::Unknown,
        age if age < FASTEST => Drawn::TooFast,
        _ => Drawn::InTime,
    }
}

fn seal(key: &[u8], form: Uuid) -> String {
    hex::encode(&hmac(key, form.as_bytes())[..16])
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
