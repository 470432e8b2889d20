//! Folding: one form of text for comparing and searching, computed here and not by an engine,
//! because the engines disagree on case and accents.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without accents, compatibility forms joined: `Äpfel` and `APFEL` are one.
fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The form in which an e-mail address is unique. The part before `@` keeps its accents: `josé` and
/// `jose` are two mailboxes.
pub fn email_key(email: &str) -> String {
    email.trim().nfc().flat_map(char::to_lowercase).collect()
}

/// The words of the texts, folded, each with a space before and after: what the search column holds.
pub fn search_text<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut joined = String::from(" ");
    for text in texts {
        for word in words(text) {
            joined.push_str(&word);
            joined.push(' ');
        }
    }
    joined
}

/// The words that somebody looks for, folded; each must be the beginning of a word in the text.
/// At most eight count.
pub fn search_terms(query: &str) -> Vec<String> {
    words(query).take(8).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(64).collect())
        .collect::<Vec<String>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_do_not_matter_to_search() {
        assert_eq!(search_text(["Äpfel & Söhne", "5 < 6"]), " apfel sohne 5 6 ");
        assert_eq!(search_terms("  ÄPF "), ["apf"]);
    }

    #[test]
    fn an_address_is_unique_whatever_its_case() {
        assert_eq!(email_key(" Anna@Example.COM "), "anna@example.com");
        assert_ne!(email_key("josé@example.com"), email_key("jose@example.com"));
    }
}
