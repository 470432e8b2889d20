//! Input validation: every broken rule is reported at once, per field, in words that help.
//!
//! Text is kept as written; only leading and trailing space is trimmed.

use std::borrow::Cow;

use email_address::{EmailAddress, Options};
use url::Host;

use crate::error::{Error, FieldError, Result};

/// Collects the errors of an input.
#[derive(Default)]
pub struct Check(Vec<FieldError>);

impl Check {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a broken rule.
    pub fn refuse(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), code: code.into(), message: message.into() });
    }

    /// A required line. `ask` says what is missing.
    pub fn line(&mut self, field: &str, value: &str, max: usize, ask: &str) -> String {
        let value = in_order(value).trim().to_owned();
        if value.chars().all(shows_nothing) {
            self.refuse(field, "required", ask);
        }
        self.one_line(field, &value);
        self.at_most(field, &value, max);
        value
    }

    /// An optional line; an empty one counts as missing.
    pub fn optional_line(&mut self, field: &str, value: Option<&str>, max: usize) -> Option<String> {
        let value = value.map(|value| in_order(value).trim().to_owned())?;
        if value.chars().all(shows_nothing) {
            return None;
        }
        self.one_line(field, &value);
        self.at_most(field, &value, max);
        Some(value)
    }

    /// Required text with line breaks.
    pub fn text(&mut self, field: &str, value: &str, max: usize, ask: &str) -> String {
        let value = value.trim();
        if value.chars().all(shows_nothing) {
            self.refuse(field, "required", ask);
        }
        if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.refuse(field, "invalid", "This contains characters that cannot be shown.");
        }
        self.at_most(field, value, max);
        value.to_owned()
    }

    /// A required email address (RFC 5321, without comments and display names).
    pub fn email(&mut self, field: &str, value: &str) -> String {
        let value = value.trim();
        if value.is_empty() {
            self.refuse(field, "required", "Enter an email address.");
        } else if !is_email(value) {
            self.refuse(
                field,
                "invalid",
                "This does not look like an email address. It needs a name, an @ and a domain, such as anna@example.com.",
            );
        }
        value.to_owned()
    }

    /// A new password: `shortest` to 128 characters, no composition rules (ASVS 6.2). Whether it is too common is
    /// checked where it is hashed.
    pub fn new_password(&mut self, field: &str, value: &str, shortest: usize) {
        let length = value.chars().count();
        if length < shortest {
            let message = format!("A password needs at least {shortest} characters. A short sentence works well.");
            self.refuse(field, "too_short", message);
        } else if length > 128 {
            self.refuse(field, "too_long", "A password can have at most 128 characters.");
        }
    }

    /// An error with everything that is wrong, or nothing.
    pub fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Validation(self.0)) }
    }

    fn one_line(&mut self, field: &str, value: &str) {
        if value.chars().any(char::is_control) {
            self.refuse(field, "invalid", "This must be a single line.");
        }
    }

    fn at_most(&mut self, field: &str, value: &str, max: usize) {
        let length = value.chars().count();
        if length > max {
            self.refuse(field, "too_long", format!("This can have at most {max} characters; it has {length}."));
        }
    }
}

/// Removes bidirectional control characters (UAX 9: embeddings, overrides, isolates). A stranger's text appears in
/// subjects and headings beside our own words, and must not reorder them.
pub fn in_order(text: &str) -> String {
    text.chars().filter(|letter| !matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')).collect()
}

/// True for a letter of which a reader sees nothing: space, and the main default-ignorable ones (UAX 44).
fn shows_nothing(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// True for an address that can receive email. Question marks are excluded: in a link, a mail program interprets what
/// follows them, such as a blind copy.
pub fn is_email(text: &str) -> bool {
    let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
    text.len() <= 254
        && !text.contains(['"', '\\', '?'])
        && !text.rsplit('@').next().is_some_and(|domain| domain.contains('%'))
        && EmailAddress::parse_with_options(text, options).is_ok()
}

/// An address that every mail server accepts: its domain in ASCII (RFC 5891). The rest is unchanged.
pub fn mailable(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    if domain.is_ascii() {
        return Some(address.to_owned());
    }
    match Host::parse(domain).ok()? {
        Host::Domain(ascii) => Some(format!("{local}@{ascii}")),
        _ => None,
    }
}

/// True if every mail server accepts the part before the @. We send only from such addresses.
pub fn has_plain_name(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(name, _)| name.is_ascii())
}

/// The error for input of the wrong type, from serde's message.
pub fn wrong_shape(path: &str, cause: &str) -> Error {
    let parent = if path == "." { "" } else { path };
    let quoted = || cause.split('`').nth(1).unwrap_or_default();
    let below = |name: &str| {
        if parent.is_empty() {
            name.to_owned()
        } else if parent == name || parent.ends_with(&format!(".{name}")) {
            parent.to_owned()
        } else {
            format!("{parent}.{name}")
        }
    };
    let (field, code, message): (String, &'static str, Cow<'static, str>) = if cause.starts_with("missing field") {
        (below(quoted()), "required", "This is required.".into())
    } else if cause.starts_with("unknown field") {
        (below(quoted()), "unknown", "This field does not exist.".into())
    } else if cause.starts_with("duplicate field") {
        (below(quoted()), "invalid", "This appears twice.".into())
    } else {
        let expected =
            cause.rsplit_once("expected ").map(|(_, tail)| in_words(tail.split(" at line").next().unwrap_or(tail)));
        let message = expected.map_or("This has the wrong form.".into(), |it| format!("This must be {it}.").into());
        (parent.to_owned(), "invalid", message)
    };
    Error::field(field, code, message)
}

/// What serde expected, without internal names.
fn in_words(expected: &str) -> &str {
    if expected.starts_with("struct ") || expected == "a map" {
        "an object"
    } else if expected.starts_with("a sequence") {
        "a list"
    } else if matches!(expected, "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64") {
        "a whole number"
    } else {
        expected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_not_there() {
        for nothing in ["", " ", "\u{200b}\u{200b}", "\u{feff}\u{3164}", "\u{2800} \u{ad}"] {
            let mut check = Check::new();
            check.line("name", nothing, 10, "Who?");
            check.text("message", nothing, 10, "What?");
            assert_eq!(check.optional_line("phone", Some(nothing), 10), None);
            let Err(Error::Validation(errors)) = check.done() else { panic!("{nothing:?} is taken") };
            assert_eq!(errors.iter().map(|it| it.code.as_ref()).collect::<Vec<_>>(), ["required"; 2], "{nothing:?}");
        }
        let mut check = Check::new();
        // Joiners belong into words of Persian, and into emoji.
        assert_eq!(check.line("name", "می\u{200c}خواهم", 20, "Who?"), "می\u{200c}خواهم");
        assert!(check.done().is_ok());
    }

    #[test]
    fn addresses_are_told_from_other_text() {
        for good in ["anna@example.com", "a.b+c@sub.example.co.uk", "jürgen@exämple.de"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "anna",
            "anna@",
            "@example.com",
            "anna@example",
            "a b@example.com",
            "Anna <a@example.com>",
            "a@b.c\r\nBcc: x@y.z",
            "a?bcc=eve@example.com",
            "anna@exam%70le.com",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn a_domain_of_any_script_becomes_ascii() {
        let mailable = |text| super::mailable(text).unwrap_or_default();
        assert_eq!(mailable("info@Müller.de"), "info@xn--mller-kva.de");
        assert_eq!(mailable("jürgen@exämple.de"), "jürgen@xn--exmple-cua.de");
        assert_eq!(mailable("Anna@Example.com"), "Anna@Example.com");
        assert_eq!(mailable("anna@müller example.de"), "");
    }

    #[test]
    fn every_broken_rule_is_reported_and_text_stays_as_written() {
        let mut check = Check::new();
        assert_eq!(check.line("name", "  5 < 6  ", 10, "?"), "5 < 6");
        assert_eq!(check.line("name", "\u{202e} an\u{202e}na \u{2067}x\u{2069}", 10, "?"), "anna x");
        check.line("company", "a\r\nBcc: b", 10, "?");
        check.text("message", " ", 10, "Write something.");
        check.email("email", "nobody");
        let Err(Error::Validation(errors)) = check.done() else { panic!("three rules are broken") };
        let found: Vec<_> = errors.iter().map(|error| (error.field.as_str(), &*error.code)).collect();
        assert_eq!(found, [("company", "invalid"), ("message", "required"), ("email", "invalid")]);
    }

    #[test]
    fn a_wrong_shape_names_its_field() {
        let Error::Validation(errors) = wrong_shape(".", "missing field `email`") else { panic!() };
        assert_eq!((errors[0].field.as_str(), &*errors[0].code), ("email", "required"));
        let Error::Validation(errors) =
            wrong_shape("firm.name", "invalid type: integer `1`, expected a string at line 1")
        else {
            panic!()
        };
        assert_eq!((errors[0].field.as_str(), errors[0].message.as_str()), ("firm.name", "This must be a string."));
    }
}
