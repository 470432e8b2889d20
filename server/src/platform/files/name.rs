//! The name of a file: as its owner wrote it, without what could lead elsewhere or deceive.

use axum::http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use unicode_normalization::UnicodeNormalization as _;

use super::kind::Kind;

/// Letters of a name, without its extension.
const MOST: usize = 100;
/// What stays as it is in `filename*` (RFC 8187).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The name under which a file is kept: its letters, with an extension that agrees with what it is.
pub fn tidy(given: &str, kind: &Kind) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.nfc().filter(|letter| !is_unseen(*letter)).collect();
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut stem = words.trim_matches(['.', ' ']);
    let mut extension = None;
    let own = |end: &str| kind.extensions.iter().find(|it| it.eq_ignore_ascii_case(end));
    if let Some((before, end)) = stem.rsplit_once('.').filter(|(_, end)| is_extension(end)) {
        (stem, extension) = (before, own(end));
    }
    // A name can have an extension too many: `report.pdf.exe`.
    if extension.is_none()
        && let Some((before, Some(known))) = stem.rsplit_once('.').map(|(before, end)| (before, own(end)))
    {
        (stem, extension) = (before, Some(known));
    }
    let extension = extension.or(kind.extensions.first()).copied().unwrap_or("bin");
    let stem: String = stem.chars().take(MOST).collect();
    let stem = stem.trim_matches(['.', ' ']);
    let stem = if stem.is_empty() { "file" } else { stem };
    format!("{stem}.{extension}")
}

/// Letters that cannot be seen, or that turn around how others are read.
fn is_unseen(letter: char) -> bool {
    (letter.is_control() && !letter.is_whitespace())
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// True for the end of a name that says what the file is: `pdf`, but not the 2 of `version 1.2`.
fn is_extension(end: &str) -> bool {
    (1..=4).contains(&end.len())
        && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && end.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// How a browser treats it, and what it calls it: `Content-Disposition` (RFC 6266).
pub fn disposition(inline: bool, name: &str) -> HeaderValue {
    let how = if inline { "inline" } else { "attachment" };
    let plain = |letter: char| letter.is_ascii() && !letter.is_ascii_control() && !matches!(letter, '"' | '\\' | '%');
    let fallback: String = name.chars().map(|letter| if plain(letter) { letter } else { '_' }).collect();
    let encoded = utf8_percent_encode(name, ENCODED);
    HeaderValue::try_from(format!("{how}; filename=\"{fallback}\"; filename*=UTF-8''{encoded}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidied(given: &str, media: &str) -> String {
        tidy(given, Kind::of(media).expect("a type"))
    }

    #[test]
    fn a_name_keeps_its_letters_and_gets_the_extension_of_its_type() {
        for (given, media, expected) in [
            ("Angebot Müller.pdf", "application/pdf", "Angebot Müller.pdf"),
            ("отчёт.PDF", "application/pdf", "отчёт.pdf"),
            ("photo.jpeg", "image/jpeg", "photo.jpeg"),
            ("photo.png", "image/jpeg", "photo.jpg"),
            ("version 1.2", "application/pdf", "version 1.2.pdf"),
            ("report.pdf.exe", "application/pdf", "report.pdf"),
            ("run.bat", "text/plain", "run.txt"),
            ("notes.md", "text/plain", "notes.md"),
            ("J.Smith.png", "image/jpeg", "J.Smith.jpg"),
            ("archive.tar.gz", "application/zip", "archive.tar.zip"),
            ("", "image/png", "file.png"),
            (".htaccess", "text/plain", "htaccess.txt"),
            ("...", "text/plain", "file.txt"),
        ] {
            assert_eq!(tidied(given, media), expected, "{given}");
        }
    }

    #[test]
    fn nothing_in_a_name_leads_elsewhere_or_deceives() {
        for (given, expected) in [
            ("../../etc/passwd", "passwd.txt"),
            ("C:\\Users\\Anna\\list.txt", "list.txt"),
            ("a\r\nSet-Cookie: x.txt", "a Set-Cookie: x.txt"),
            ("a\0b\u{7f}.txt", "ab.txt"),
            ("harmless\u{202e}txt.exe", "harmlesstxt.txt"),
            ("  a \u{a0} b  .txt", "a b.txt"),
        ] {
            assert_eq!(tidied(given, "text/plain"), expected, "{given:?}");
        }
        assert_eq!(tidied(&"ä".repeat(500), "text/plain").chars().count(), MOST + 4);
        // As some systems write it: a letter and its dots apart.
        assert_eq!(tidied("u\u{308}.txt", "text/plain"), "ü.txt");
    }

    #[test]
    fn the_header_holds_any_name() {
        let header = |inline, name| disposition(inline, name).to_str().expect("ASCII").to_owned();
        assert_eq!(
            header(false, "Müller \"50%\".pdf"),
            "attachment; filename=\"M_ller _50__.pdf\"; filename*=UTF-8''M%C3%BCller%20%2250%25%22.pdf"
        );
        assert_eq!(header(true, "a.png"), "inline; filename=\"a.png\"; filename*=UTF-8''a.png");
    }
}
