//! The address of a page: it follows the title until visitors may know it, and then leads to the page for as long as
//! there is one.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::http::valid::Check;

/// Maximum characters.
const LONGEST: usize = 60;
/// Addresses at which nobody expects a text: people would take the page for a part of the program.
const RESERVED: [&str; 10] =
    ["admin", "api", "assets", "index", "login", "order", "pictures", "preview", "setup", "sign-in"];

/// Reports errors in an address that somebody typed.
pub fn check(check: &mut Check, slug: &str) {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(1..=LONGEST).contains(&slug.len())
        || !slug.bytes().all(letters)
        || slug.starts_with('-')
        || slug.ends_with('-')
    {
        let message = "Use 1 to 60 lowercase letters, digits and hyphens: this is part of an address.";
        check.refuse("slug", "invalid", message);
    } else if RESERVED.contains(&slug) {
        check.refuse("slug", "invalid", "This address is reserved. Choose another.");
    }
}

/// The address for a title: "Café & Garden" is at `cafe-garden`. With `number`, one beside others of the same title.
pub fn of_title(title: &str, number: usize) -> String {
    let mut slug = String::new();
    for letter in title.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        match letter.to_ascii_lowercase() {
            'ß' => slug.push_str("ss"),
            letter if letter.is_ascii_alphanumeric() => slug.push(letter),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(LONGEST - 5);
    let slug = slug.trim_end_matches('-');
    let slug = if slug.is_empty() { "page" } else { slug };
    if number < 2 && !RESERVED.contains(&slug) { slug.to_owned() } else { format!("{slug}-{}", number.max(2)) }
}

/// True if the address is one that [`of_title`] makes of the title.
pub fn follows(slug: &str, title: &str) -> bool {
    let plain = of_title(title, 0);
    let number = slug.strip_prefix(plain.as_str()).and_then(|rest| rest.strip_prefix('-'));
    slug == plain || number.is_some_and(|number| number.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn an_address_is_made_of_the_letters_of_a_title() {
        for (title, slug) in [
            ("How we work", "how-we-work"),
            ("  Café & Garten – Straße 5!", "cafe-garten-strasse-5"),
            ("../../etc/passwd", "etc-passwd"),
            ("日本語", "page"),
            ("Admin", "admin-2"),
            ("---", "page"),
        ] {
            assert_eq!(of_title(title, 0), slug, "{title}");
        }
        assert_eq!(of_title("How we work", 3), "how-we-work-3");
        let long = of_title(&"word ".repeat(40), 100);
        assert!(long.len() <= LONGEST && long.ends_with("-100"), "{long}");
        assert!(follows("how-we-work", "How we work") && follows("how-we-work-2", "How we work"));
        assert!(!follows("how-we-work-with-you", "How we work") && !follows("work", "How we work"));
    }

    #[test]
    fn an_address_is_part_of_a_url_and_none_of_the_program() {
        let refused = |slug: &str| {
            let mut it = Check::new();
            check(&mut it, slug);
            matches!(it.done(), Err(Error::Validation(errors)) if errors[0].field == "slug")
        };
        for bad in ["", "-a", "a-", "A", "a b", "../x", "a/b", "a.html", "ä", "a%2fb", "admin", "api", &"a".repeat(61)]
        {
            assert!(refused(bad), "{bad}");
        }
        for good in ["a", "how-we-work", "2026", &"a".repeat(60)] {
            assert!(!refused(good), "{good}");
        }
    }
}
