//! Which rules a new message meets, and what they make of it.

use database::entity::message_rules::{Hours, Model};
use database::entity::messages::Status;
use uuid::Uuid;

use crate::features::messages::labels::TAGS;
use crate::storage::phrase;

/// What is known of a message when it comes.
pub struct Arrival<'a> {
    /// Every address of the service that the client asks about; empty: none.
    pub services: Vec<String>,
    /// Its folded words, as [`crate::storage::search_text`] makes them.
    pub words: &'a str,
    /// Whether the firm is open; none: it has no opening hours.
    pub open: Option<bool>,
}

/// What the rules make of a message. The first rule that assigns decides to whom, and the first that sets a status decides
/// which; tags of all rules are added.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Sorting {
    /// To whom, and the name of the rule that says so.
    pub assign_to: Option<(Uuid, String)>,
    pub status: Option<Status>,
    pub tags: Vec<String>,
    /// The names of the rules that did something.
    pub rules: Vec<String>,
}

/// Asks the rules in order.
pub fn sort(rules: &[Model], arrival: &Arrival<'_>) -> Sorting {
    let mut made = Sorting::default();
    for rule in rules.iter().filter(|rule| meets(rule, arrival)) {
        let before = made.clone();
        made.assign_to = made.assign_to.or_else(|| rule.assign_to.map(|person| (person, rule.name.clone())));
        made.status = made.status.or(rule.status);
        made.tags.extend(rule.tags.lines().map(str::to_owned));
        made.tags.sort_unstable();
        made.tags.dedup();
        made.tags.truncate(TAGS);
        if made != before {
            made.rules.push(rule.name.clone());
        }
    }
    made
}

/// True if a message meets every condition of a rule.
fn meets(rule: &Model, arrival: &Arrival<'_>) -> bool {
    let service = rule.service.as_ref().is_none_or(|slug| arrival.services.contains(slug));
    let words = rule.words.is_empty() || rule.words.lines().any(|phrase| says(arrival.words, phrase));
    let hours = match rule.hours {
        None => true,
        Some(Hours::Open) => arrival.open == Some(true),
        // A firm without opening hours is never closed.
        Some(Hours::Closed) => arrival.open == Some(false),
    };
    service && words && hours
}

/// True if a message has the words of a phrase, one after the other. With `*` at its end, the last one may go on. Letters
/// without case belong to scripts that put words together without spaces, or prefixes to them: such a phrase is found
/// inside of words too.
fn says(words: &str, wanted: &str) -> bool {
    let phrase = phrase(wanted);
    if phrase.is_empty() {
        return false;
    }
    if phrase.chars().any(|letter| letter.is_alphabetic() && !letter.is_lowercase() && !letter.is_uppercase()) {
        return words.contains(&phrase);
    }
    let end = if wanted.trim_end().ends_with('*') { "" } else { " " };
    words.contains(&format!(" {phrase}{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::search_text;

    const BEN: Uuid = Uuid::from_u128(1);
    const CLEO: Uuid = Uuid::from_u128(2);

    fn rule(name: &str) -> Model {
        Model {
            id: Uuid::nil(),
            position: 0,
            name: name.to_owned(),
            is_active: true,
            service: None,
            words: String::new(),
            hours: None,
            assign_to: None,
            tags: String::new(),
            status: None,
            updated_by: None,
            updated_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    fn meets_text(rule: &Model, text: &str) -> bool {
        meets(rule, &Arrival { services: Vec::new(), words: &search_text([text]), open: None })
    }

    #[test]
    fn a_rule_without_conditions_meets_every_message() {
        assert!(meets_text(&rule("all"), ""));
    }

    #[test]
    fn one_phrase_is_enough_and_stands_as_it_is_written() {
        let rule = Model { words: "unpaid invoice\nrechnung*\n2026-1188".to_owned(), ..rule("money") };
        for text in ["An UNPAID   Invoice!", "Eine Rechnung kam", "Zwei Rechnungen", "Order 2026-1188."] {
            assert!(meets_text(&rule, text), "{text}");
        }
        for text in ["The invoice is unpaid", "unpaid invoices", "unpaid", "Abrechnung", "1188-2026", ""] {
            assert!(!meets_text(&rule, text), "{text}");
        }
        // A phrase without a word in it is in no message.
        assert!(!meets_text(&Model { words: "…*".to_owned(), ..rule.clone() }, "…"));
        let japanese = Model { words: "会い".to_owned(), ..rule.clone() };
        assert!(meets_text(&japanese, "東京で会いましょう") && !meets_text(&japanese, "東京"));
        let greek = Model { words: "σπαμ".to_owned(), ..rule };
        assert!(meets_text(&greek, "Δεν είναι ΣΠΑΜ") && !meets_text(&greek, "αντισπαμ"));
    }

    #[test]
    fn a_service_is_met_at_every_address_it_had() {
        let rule = Model { service: Some("web".to_owned()), ..rule("web") };
        let of = |services: &[&str]| {
            let services = services.iter().map(|&slug| slug.to_owned()).collect();
            meets(&rule, &Arrival { services, words: " ", open: None })
        };
        assert!(of(&["websites", "web"]));
        assert!(!of(&["cloud"]));
        assert!(!of(&[]));
    }

    #[test]
    fn hours_are_open_or_closed_and_a_firm_without_any_is_neither() {
        let of = |hours, open| {
            let rule = Model { hours, ..rule("hours") };
            meets(&rule, &Arrival { services: Vec::new(), words: " ", open })
        };
        let meets: Vec<bool> = [None, Some(Hours::Open), Some(Hours::Closed)]
            .into_iter()
            .flat_map(|hours| [Some(true), Some(false), None].map(|open| of(hours, open)))
            .collect();
        assert_eq!(meets, [true, true, true, true, false, false, false, true, false]);
    }

    #[test]
    fn every_condition_counts() {
        let rule = Model {
            service: Some("web".to_owned()),
            words: "shop".to_owned(),
            hours: Some(Hours::Open),
            ..rule("all")
        };
        let of = |service: &str, words: &str, open| {
            meets(&rule, &Arrival { services: vec![service.to_owned()], words, open: Some(open) })
        };
        assert!(of("web", " shop ", true));
        assert!(!of("cloud", " shop ", true));
        assert!(!of("web", " ship ", true));
        assert!(!of("web", " shop ", false));
    }

    #[test]
    fn the_first_that_decides_decides_and_tags_add_up() {
        let rules = [
            Model { tags: "b\na".to_owned(), ..rule("tags") },
            Model { assign_to: Some(BEN), ..rule("to Ben") },
            Model { assign_to: Some(CLEO), status: Some(Status::Archived), tags: "c".to_owned(), ..rule("to Cleo") },
            Model { status: Some(Status::Spam), tags: "a".to_owned(), ..rule("nothing new") },
            Model { words: "elsewhere".to_owned(), tags: "d".to_owned(), ..rule("not met") },
        ];
        let made = sort(&rules, &Arrival { services: Vec::new(), words: " ", open: None });
        assert_eq!(
            made,
            Sorting {
                assign_to: Some((BEN, "to Ben".to_owned())),
                status: Some(Status::Archived),
                tags: ["a", "b", "c"].map(str::to_owned).to_vec(),
                rules: ["tags", "to Ben", "to Cleo"].map(str::to_owned).to_vec(),
            }
        );
        let many = |from: usize| (from..from + TAGS).map(|n| format!("{n:02}")).collect::<Vec<_>>();
        let rules = [0, 10].map(|from| Model { tags: many(from).join("\n"), ..rule("many") });
        assert_eq!(sort(&rules, &Arrival { services: Vec::new(), words: " ", open: None }).tags, many(0));
        assert_eq!(sort(&[], &Arrival { services: Vec::new(), words: " ", open: None }), Sorting::default());
    }
}
