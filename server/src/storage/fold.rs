//! Folding: one form of text for comparing and searching, computed here and not by an engine,
//! because the engines disagree on case and accents.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use url::Host;

/// Lower case, without accents, compatibility forms joined: `Äpfel` and `APFEL` are one, and so are `Straße` and `STRASSE`.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match spelled(letter) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(letter),
        }
    }
    folded
}

/// How those type a letter who lack it on their keyboard; it has no accent that could go.
fn spelled(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        _ => return None,
    })
}

/// The form in which an e-mail address is unique. The part before `@` keeps its accents: `josé` and
/// `jose` are two mailboxes. The domain is what the name system is asked for (IDNA, UTS 46), however it is spelled.
pub fn email_key(email: &str) -> String {
    let folded: String = email.trim().nfc().flat_map(char::to_lowercase).collect();
    match folded.rsplit_once('@').map(|(name, domain)| (name, Host::parse(domain))) {
        Some((name, Ok(Host::Domain(domain)))) => format!("{name}@{domain}"),
        _ => folded,
    }
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
/// At most eight count. A phone number is one word, however it is written.
pub fn search_terms(query: &str) -> Vec<String> {
    match phone_digits(query) {
        Some(digits) => vec![digits],
        None => words(query).take(8).collect(),
    }
}

/// The digits of what can only be a phone number: what stands for it in the search column, beside its parts.
pub fn phone_digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).take(20).collect();
    let is_phone = |letter: char| letter.is_ascii_digit() || " +-/.()".contains(letter);
    (digits.len() >= 5 && text.chars().all(is_phone)).then_some(digits)
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
        assert_eq!(search_text(["Straße, Łódź, Søren"]), " strasse lodz soren ");
        assert_eq!(search_terms("STRASSE"), search_terms("straße"));
    }

    #[test]
    fn a_phone_number_is_found_however_it_is_written() {
        assert_eq!(search_terms("123-456 78"), ["12345678"]);
        assert_eq!(search_terms("+49 (30) 1234/5"), ["493012345"]);
        assert_eq!(search_terms("2026 plan"), ["2026", "plan"]);
        assert_eq!(search_terms("12 34"), ["12", "34"], "too short for one");
        assert_eq!(phone_digits("call 12345678"), None);
    }

    #[test]
    fn an_address_is_unique_whatever_its_case() {
        assert_eq!(email_key(" Anna@Example.COM "), "anna@example.com");
        assert_ne!(email_key("josé@example.com"), email_key("jose@example.com"));
        for spelling in ["bomb@ｘample.test", "bomb@xＡmple.test", "bomb@ⓧample.test", "BOMB@xample.test"] {
            assert_eq!(email_key(spelling), "bomb@xample.test", "{spelling}");
        }
        assert_eq!(email_key("anna@Müller.de"), "anna@xn--mller-kva.de");
        assert_eq!(email_key("anna@192.0.2.1"), "anna@192.0.2.1");
        assert_eq!(email_key("anna"), "anna");
    }
}
