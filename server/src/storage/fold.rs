//! Folding: one form of text for comparing and searching, computed here because the engines disagree on case and
//! accents.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use url::Host;

/// Lower case, without accents, in compatibility form: `Äpfel` and `APFEL` fold to the same text, and so do `Straße`
/// and `STRASSE`.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match spelled(letter) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(letter),
        }
    }
    folded
}

/// The usual spelling of a letter on a keyboard that lacks it; such letters have no accent to remove.
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

/// The form in which an email address is unique. The part before `@` keeps its accents: `josé` and `jose` are two
/// mailboxes. The domain is the one used in DNS lookups (IDNA, UTS 46), however it is spelled.
pub fn email_key(email: &str) -> String {
    let folded: String = email.trim().nfc().flat_map(char::to_lowercase).collect();
    match folded.rsplit_once('@').map(|(name, domain)| (name, Host::parse(domain))) {
        Some((name, Ok(Host::Domain(domain)))) => format!("{name}@{domain}"),
        _ => folded,
    }
}

/// The folded words of the texts, each with a space before and after: the content of the search column. A number
/// written in parts adds one word starting at each part, so that a phone number is found with its country code and
/// without.
pub fn search_text<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut joined = String::from(" ");
    let mut add = |word: &str| {
        joined.push_str(word);
        joined.push(' ');
    };
    for text in texts {
        words(text).for_each(|word| add(&word));
        for number in numbers(text) {
            let ends = (0..number.parts.len().min(STARTS)).map(|from| number.digits_from(from));
            ends.filter(|digits| digits.len() >= NUMBER).for_each(|digits| add(&digits));
        }
    }
    joined
}

/// The folded search terms; each must be the beginning of a word in the text. At most eight count. A number is one
/// term, however it is written.
pub fn search_terms(query: &str) -> Vec<String> {
    let mut plain = String::with_capacity(query.len());
    let mut after = 0;
    for number in numbers(query) {
        plain.push_str(&query[after..number.begin]);
        plain.push(' ');
        plain.push_str(&number.digits_from(0));
        plain.push(' ');
        after = number.end;
    }
    plain.push_str(&query[after..]);
    words(&plain).take(8).collect()
}

/// The folded words of a text with a space between them: how they stand in [`search_text`].
pub fn phrase(text: &str) -> String {
    words(text).collect::<Vec<_>>().join(" ")
}

/// Minimum digits of a number with its own words: dates, amounts and phone numbers have them.
const NUMBER: usize = 5;

/// Digits after which the next part begins another number: no number that people dial has more. Without an end, a text
/// of single digits would cost as much as its length squared.
const LONGEST: usize = 20;
/// Parts of a number that begin a word of their own.
const STARTS: usize = 8;

/// A number that people write in parts: `+49 (0)30 1234-567`, `2026-11-29`, `12.500`.
struct Number<'a> {
    parts: Vec<&'a str>,
    /// Its position in the text.
    begin: usize,
    end: usize,
}

impl Number<'_> {
    /// Its digits from one part on, without leading zeros: those are trunk or international prefixes, or meaningless.
    fn digits_from(&self, part: usize) -> String {
        let digits = self.parts[part..].iter().flat_map(|part| part.chars());
        digits.skip_while(|digit| *digit == '0').take(LONGEST).collect()
    }

    fn length(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }
}

/// The numbers of a text that are long enough.
fn numbers(text: &str) -> Vec<Number<'_>> {
    let (mut found, mut open): (Vec<Number<'_>>, Option<Number<'_>>) = (Vec::new(), None);
    let mut rest = 0;
    while let Some(at) = text[rest..].find(|letter: char| letter.is_ascii_digit()) {
        let begin = rest + at;
        let length = text[begin..].find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len() - begin);
        let (digits, end) = (&text[begin..begin + length], begin + length);
        let between = open.as_ref().map(|number| &text[number.end..begin]);
        let near = between.is_some_and(|it| it.len() <= 3 && it.chars().all(|letter| " +-/.()".contains(letter)));
        let goes_on = near && open.as_ref().is_some_and(|number| number.length() < LONGEST);
        if !goes_on {
            found.extend(open.take());
        }
        let number = open.get_or_insert(Number { parts: Vec::new(), begin, end });
        // The zero of `+49 (0)30` is dialled only within the country.
        if !(digits == "0" && text[..begin].ends_with('(') && text[end..].starts_with(')')) {
            number.parts.push(digits);
        }
        number.end = end;
        rest = end;
    }
    found.extend(open);
    found.retain(|number| number.length() >= NUMBER);
    found
}

fn words(text: &str) -> impl Iterator<Item = String> {
    folded(text)
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
    fn digits_without_end_cost_no_more_than_words() {
        for unit in ["1-", "1 ", "+49 ", "1."] {
            let text = unit.repeat(20_000 / unit.len());
            let began = std::time::Instant::now();
            let known = search_text([text.as_str()]);
            assert!(known.len() < 12 * text.len(), "{unit}: {}", known.len());
            assert!(began.elapsed() < std::time::Duration::from_secs(2), "{unit}: {:?}", began.elapsed());
        }
    }

    #[test]
    fn case_and_accents_do_not_matter_to_search() {
        assert_eq!(search_text(["Äpfel & Söhne", "5 < 6"]), " apfel sohne 5 6 ");
        assert_eq!(search_terms("  ÄPF "), ["apf"]);
        assert_eq!(search_text(["Straße, Łódź, Søren"]), " strasse lodz soren ");
        assert_eq!(search_terms("STRASSE"), search_terms("straße"));
    }

    #[test]
    fn a_number_is_found_however_it_is_written() {
        let found = |text: &str, query: &str| {
            let words = search_text([text]);
            search_terms(query).iter().all(|term| words.contains(&format!(" {term}")))
        };
        for (text, query) in [
            ("123-456 78", "12345678"),
            ("12345678", "123 456-78"),
            ("We met on 2026-11-29, for 12.500 Euro", "2026-11-29"),
            ("We met on 2026-11-29, for 12.500 Euro", "met 12.500 euro"),
            ("Tel 089 / 555 66 77", "0895556677"),
            ("Tel 089 / 555 66 77", "089 / 555"),
            ("+49 (0)30 / 12 34-567", "+49 30 1234567"),
            ("+49 (0)30 / 12 34-567", "0301234567"),
            ("+49 30 7654321", "030 7654321"),
            ("+49 30 7654321", "7654321"),
            ("plan 7 of 2026", "plan 7"),
            ("room 12 34", "12 34"),
        ] {
            assert!(found(text, query), "{query} in {text}: {:?} {}", search_terms(query), search_text([text]));
        }
        assert!(!found("12345678", "12345679") && !found("12 34", "1234"));
        assert_eq!(search_text(["12 34"]), " 12 34 ");
        assert_eq!(search_terms("12 34"), ["12", "34"], "too short for one");
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
