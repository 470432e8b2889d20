//! `If-Match`: apply a change only to the version that the caller has seen.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;

use crate::error::{Error, Result};

/// The versions that the caller has seen, by RFC 9110 § 13.1.1; without the header, any version is accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IfMatch(Option<Seen>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    /// `*`: any version, as long as the entity exists.
    Anything,
    /// One of these tags, with their quotes. Weak tags never match, so they are omitted.
    OneOf(Vec<String>),
}

impl IfMatch {
    /// Returns an error unless the caller has seen `current`, the tag of the current version. Call it in the unit of
    /// the change, on the locked row.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`].
    pub fn check(&self, current: &str) -> Result<()> {
        match &self.0 {
            Some(Seen::OneOf(tags)) if !tags.iter().any(|tag| tag == current) => Err(Error::PreconditionFailed),
            _ => Ok(()),
        }
    }

    fn of(headers: &HeaderMap) -> Self {
        let lines: Vec<_> =
            headers.get_all(IF_MATCH).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
        if lines.is_empty() {
            return Self(None);
        }
        let text = lines.join(",");
        if text.trim() == "*" {
            return Self(Some(Seen::Anything));
        }
        // An unparsable header matches no version.
        Self(Some(Seen::OneOf(tags(&text).unwrap_or_default())))
    }
}

/// The strong tags of a list; none if it is not a list of tags.
fn tags(text: &str) -> Option<Vec<String>> {
    let mut strong = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(strong);
        }
        let (weak, tag) = rest.strip_prefix("W/").map_or((false, rest), |tag| (true, tag));
        let (tag, after) = tag.strip_prefix('"')?.split_once('"')?;
        if tag.contains(|c: char| c == ' ' || c.is_control()) {
            return None;
        }
        if !weak {
            strong.push(format!("\"{tag}\""));
        }
        rest = after.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(lines: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(IF_MATCH, line.parse().expect("a header value"));
        }
        IfMatch::of(&headers).check("\"a,b\"").is_ok()
    }

    #[test]
    fn only_a_strong_tag_of_the_list_matches() {
        for good in [&[][..], &["*"], &[" * "], &["\"a,b\""], &["\"x\" , \"a,b\""], &[", \"x\",,\"a,b\","]] {
            assert!(passes(good), "{good:?}");
        }
        assert!(passes(&["\"x\"", "\"a,b\""]), "two lines are one list");
        for bad in
            ["", "\"x\"", "a,b", "W/\"a,b\"", "w/\"a,b\"", "\"a,b", "\"a,b\" \"x\"", "*, \"a,b\"", "\"x\" \"a,b\""]
        {
            assert!(!passes(&[bad]), "{bad}");
        }
    }
}
