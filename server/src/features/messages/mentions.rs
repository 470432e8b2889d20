//! Whom a note names.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::storage::folded;

/// The people whom a text names: `@` and a full name, or a first name that only one of them has. Case and
/// accents do not count. Several people of one name are all meant.
pub fn mentioned(text: &str, people: &[(Uuid, String)]) -> BTreeSet<Uuid> {
    let plain = |text: &str| folded(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let text = plain(text);
    let people: Vec<(Uuid, String)> = people.iter().map(|(id, name)| (*id, plain(name))).collect();
    let ats = text.match_indices('@').filter(|(at, _)| !ends_in_word(&text[..*at]));
    ats.flat_map(|(at, _)| named(&text[at + 1..], &people)).collect()
}

/// The people whose name the text begins with.
fn named(text: &str, people: &[(Uuid, String)]) -> Vec<Uuid> {
    let whole: Vec<&(Uuid, String)> = people.iter().filter(|(_, name)| begins(text, name)).collect();
    // "Ben Okafor" is not Ben.
    let longest = whole.iter().map(|(_, name)| name.len()).max();
    let mut found: Vec<Uuid> =
        whole.into_iter().filter(|(_, name)| Some(name.len()) == longest).map(|(id, _)| *id).collect();
    if found.is_empty() {
        let first = |name: &str| name.split_whitespace().next().is_some_and(|first| begins(text, first));
        found.extend(people.iter().filter(|(_, name)| first(name)).map(|(id, _)| *id));
        if found.len() > 1 {
            found.clear();
        }
    }
    found
}

/// True if the text begins with that name and not with a longer word.
fn begins(text: &str, name: &str) -> bool {
    let rest = (!name.is_empty()).then(|| text.strip_prefix(name)).flatten();
    // A hyphen goes on with a name before another letter.
    rest.is_some_and(|rest| !rest.trim_start_matches(['-', '_']).starts_with(char::is_alphanumeric))
}

/// An `@` after a letter belongs to an address.
fn ends_in_word(text: &str) -> bool {
    text.ends_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<u128> {
        let names =
            ["Ben Okafor", "Ben", "Anna Müller", "Anna Virtanen", "Chiara Russo", "Chiara Russo", " ", "Li Wei"];
        let people: Vec<(Uuid, String)> =
            names.iter().zip(1..).map(|(name, id)| (Uuid::from_u128(id), (*name).to_owned())).collect();
        mentioned(text, &people).into_iter().map(|id| id.as_u128()).collect()
    }

    #[test]
    fn a_full_name_is_one_person_and_the_longest_counts() {
        assert_eq!(found("@Ben Okafor, please"), [1]);
        assert_eq!(found("Ask @ben."), [2]);
        assert_eq!(found("@BEN OKAFOR and @anna müller"), [1, 3]);
        assert_eq!(found("(@Chiara Russo)"), [5, 6], "both have that name");
        assert_eq!(found("@anna muller, @ANNA MU\u{308}LLER and @Ben\n  Okafor's"), [1, 3]);
    }

    #[test]
    fn a_first_name_counts_if_only_one_person_has_it() {
        assert_eq!(found("@li can you?"), [8]);
        assert_eq!(found("@Anna can you?"), [] as [u128; 0]);
        assert_eq!(found("@Anna Virtanen"), [4]);
    }

    #[test]
    fn addresses_longer_words_and_names_without_a_sign_are_none() {
        for text in [
            "mail li@example.com",
            "@lisa",
            "@bens",
            "Li Wei",
            "@",
            "@ Li",
            "a@li",
            "7@li",
            "@Anna Müllers",
            "@li-na",
            "@li_2",
        ] {
            assert_eq!(found(text), [] as [u128; 0], "{text}");
        }
        assert_eq!(found("@@li"), [8]);
    }
}
