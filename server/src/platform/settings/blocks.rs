//! The blocks of a page: their order, and which are shown.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kind::{BlockChoice, read};
use crate::http::valid::Check;

/// One block of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Its name among the blocks of that page.
    pub block: String,
    pub shown: bool,
}

/// All blocks of a page, shown, in their default order.
pub fn every(known: &[BlockChoice]) -> Value {
    whole(known, &Value::Array(Vec::new()))
}

/// The list with every known block: one that is missing, such as one of a newer version, is shown at its default place,
/// behind the one before it. What cannot be parsed is unchanged.
pub(super) fn whole(known: &[BlockChoice], value: &Value) -> Value {
    let Ok(mut list) = serde_json::from_value::<Vec<Block>>(value.clone()) else { return value.clone() };
    let mut place = 0;
    for choice in known {
        let at = list.iter().position(|it| it.block == choice.value).unwrap_or_else(|| {
            list.insert(place, Block { block: choice.value.to_owned(), shown: true });
            place
        });
        place = at + 1;
    }
    serde_json::to_value(list).unwrap_or_default()
}

/// Reports blocks that the page does not have, or that are listed twice.
pub(super) fn check(check: &mut Check, field: &str, value: &Value, known: &[BlockChoice]) {
    let Some(list) = read::<Vec<Block>>(check, field, value) else { return };
    for (index, Block { block, .. }) in list.iter().enumerate() {
        let place = format!("{field}.{index}.block");
        if !known.iter().any(|choice| choice.value == block) {
            let names: Vec<&str> = known.iter().map(|choice| choice.value).collect();
            check.refuse(&place, "invalid", format!("This must be one of: {}.", names.join(", ")));
        } else if list[..index].iter().any(|other| other.block == *block) {
            check.refuse(&place, "taken", "This block is listed twice.");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KNOWN: [BlockChoice; 3] = [known("a"), known("b"), known("c")];

    const fn known(value: &'static str) -> BlockChoice {
        BlockChoice { value, label: "", texts: &[] }
    }

    fn names_of(value: &Value) -> String {
        let list: Vec<Block> = serde_json::from_value(value.clone()).expect("a list of blocks");
        list.iter().map(|it| if it.shown { it.block.to_uppercase() } else { it.block.clone() }).collect()
    }

    fn listed(names: &str) -> Value {
        let block = |name: char| json!({ "block": name.to_lowercase().to_string(), "shown": name.is_uppercase() });
        names.chars().map(block).collect()
    }

    #[test]
    fn a_missing_block_is_taken_at_its_default_place() {
        assert_eq!(names_of(&every(&KNOWN)), "ABC");
        for (stored, complete) in
            [("cab", "cab"), ("c", "ABc"), ("b", "AbC"), ("ca", "caB"), ("cb", "Acb"), ("", "ABC")]
        {
            assert_eq!(names_of(&whole(&KNOWN, &listed(stored))), complete, "{stored}");
        }
        assert_eq!(whole(&KNOWN, &json!({ "a": 1 })), json!({ "a": 1 }));
    }

    #[test]
    fn unknown_and_doubled_blocks_are_refused() {
        for (names, right) in [("cAb", true), ("A", true), ("", true), ("ax", false), ("aA", false)] {
            let mut found = Check::new();
            check(&mut found, "x", &listed(names), &KNOWN);
            assert_eq!(found.done().is_ok(), right, "{names}");
        }
    }
}
