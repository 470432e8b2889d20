//! What a file is, by its bytes: the few types that can be sent, and nothing else.
//!
//! What a client claims does not count, and the name only tells a table from another text. Whatever a browser could run
//! is refused, and so are programs and documents with macros.

use memchr::memmem;

/// A type that can be sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    pub media: &'static str,
    /// Its extensions, the usual one first.
    pub extensions: &'static [&'static str],
}

const JPEG: Kind = Kind { media: "image/jpeg", extensions: &["jpg", "jpeg"] };
const PNG: Kind = Kind { media: "image/png", extensions: &["png"] };
const WEBP: Kind = Kind { media: "image/webp", extensions: &["webp"] };
const GIF: Kind = Kind { media: "image/gif", extensions: &["gif"] };
const PDF: Kind = Kind { media: "application/pdf", extensions: &["pdf"] };
const TEXT: Kind = Kind { media: "text/plain", extensions: &["txt", "log", "md"] };
const CSV: Kind = Kind { media: "text/csv", extensions: &["csv"] };
const DOCX: Kind =
    Kind { media: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", extensions: &["docx"] };
const XLSX: Kind =
    Kind { media: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", extensions: &["xlsx"] };
const PPTX: Kind =
    Kind { media: "application/vnd.openxmlformats-officedocument.presentationml.presentation", extensions: &["pptx"] };
const ODT: Kind = Kind { media: "application/vnd.oasis.opendocument.text", extensions: &["odt"] };
const ODS: Kind = Kind { media: "application/vnd.oasis.opendocument.spreadsheet", extensions: &["ods"] };
const ZIP: Kind = Kind { media: "application/zip", extensions: &["zip"] };

/// All types.
pub static KINDS: [Kind; 13] = [JPEG, PNG, WEBP, GIF, PDF, TEXT, CSV, DOCX, XLSX, PPTX, ODT, ODS, ZIP];

/// Bytes at the start of a text in which a browser could look for markup.
const START: usize = 1_024;
/// The record at the end of an archive, with the longest comment.
const ARCHIVE_END: usize = 22 + 65_535;

impl Kind {
    /// The type with that name.
    pub fn of(media: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.media == media)
    }

    /// True for pictures that are drawn again; every other type is only for saving.
    pub fn is_drawn(&self) -> bool {
        [JPEG, PNG, WEBP].contains(self)
    }

    /// What the bytes are; none if that cannot be sent.
    pub fn detect(bytes: &[u8], name: &str) -> Option<&'static Self> {
        let kind = match bytes {
            [0xff, 0xd8, 0xff, ..] => JPEG,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => PNG,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => WEBP,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => GIF,
            [b'%', b'P', b'D', b'F', b'-', ..] => PDF,
            [b'P', b'K', 3, 4, ..] => of_archive(bytes)?,
            _ if is_text(bytes) => {
                let is_table = name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("csv"));
                if is_table { CSV } else { TEXT }
            }
            _ => return None,
        };
        Self::of(kind.media)
    }
}

/// True for UTF-8 that is neither markup nor a script.
fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let start = text.as_bytes()[..text.len().min(START)].to_ascii_lowercase();
    let markup = ["<!doctype", "<html", "<head", "<body", "<script", "<svg", "<iframe", "<?php"];
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        && !text.starts_with('<')
        && !text.starts_with("#!")
        && !markup.iter().any(|word| memmem::find(&start, word.as_bytes()).is_some())
}

/// What an archive is, by the names in its directory.
fn of_archive(bytes: &[u8]) -> Option<Kind> {
    let names = names_in(bytes)?;
    let has = |name: &str| names.contains(&name.as_bytes());
    // Programs for Java and Android, and documents that contain macros.
    if has("META-INF/MANIFEST.MF") || names.iter().any(|name| name.to_ascii_lowercase().ends_with(b"vbaproject.bin")) {
        return None;
    }
    if has("[Content_Types].xml") {
        let documents = [("word/document.xml", DOCX), ("xl/workbook.xml", XLSX), ("ppt/presentation.xml", PPTX)];
        if let Some((_, kind)) = documents.into_iter().find(|(part, _)| has(part)) {
            return Some(kind);
        }
    }
    // The first entry of an OpenDocument file is not compressed and says what it is.
    if bytes.get(30..38) == Some(b"mimetype") {
        let length = usize::try_from(number(bytes, 18, 4)?).ok()?;
        let extra = usize::try_from(number(bytes, 28, 2)?).ok()?;
        let media = bytes.get(38 + extra..)?.get(..length)?;
        if let Some(kind) = [ODT, ODS].into_iter().find(|kind| kind.media.as_bytes() == media) {
            return Some(kind);
        }
    }
    Some(ZIP)
}

/// The names in the directory of a ZIP archive (APPNOTE 4.3.12 and 4.3.16); none if it has no directory.
fn names_in(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let tail = bytes.len().saturating_sub(ARCHIVE_END);
    let end = tail + memmem::rfind(&bytes[tail..], b"PK\x05\x06")?;
    let mut at = usize::try_from(number(bytes, end + 16, 4)?).ok()?;
    let mut names = Vec::new();
    while bytes.get(at..at + 4) == Some(b"PK\x01\x02") {
        let length = |offset: usize| number(bytes, at + offset, 2).and_then(|it| usize::try_from(it).ok());
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        names.push(bytes.get(at + 46..at + 46 + name)?);
        at += 46 + name + extra + comment;
    }
    (!names.is_empty()).then_some(names)
}

/// A number of some bytes, the lowest first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let digits = bytes.get(at..at.checked_add(length)?)?;
    Some(digits.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use zip::write::SimpleFileOptions;

    use super::*;

    fn media(bytes: &[u8], name: &str) -> Option<&'static str> {
        Kind::detect(bytes, name).map(|kind| kind.media)
    }

    fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut zip = zip::ZipWriter::new(Cursor::new(&mut bytes));
        for (name, content) in entries {
            let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            zip.start_file(*name, stored).expect("an entry");
            zip.write_all(content.as_bytes()).expect("memory");
        }
        zip.finish().expect("an archive");
        bytes
    }

    #[test]
    fn bytes_decide_and_the_name_does_not() {
        assert_eq!(media(b"\xff\xd8\xff\xe0JFIF", "a.pdf"), Some("image/jpeg"));
        assert_eq!(media(b"\x89PNG\r\n\x1a\n....", "invoice.pdf"), Some("image/png"));
        assert_eq!(media(b"RIFF\0\0\0\0WEBPVP8 ", "a"), Some("image/webp"));
        assert_eq!(media(b"GIF89a\x01\0", "a"), Some("image/gif"));
        assert_eq!(media(b"%PDF-1.7\n%\xe2\xe3", "a.png"), Some("application/pdf"));
        assert_eq!(media("Grüße\r\n\tAnna".as_bytes(), "a.png"), Some("text/plain"));
        assert_eq!(media(b"a;b\n1;2\n", "List.CSV"), Some("text/csv"));
        assert_eq!(media(b"BMW and MZ are no programs", "a"), Some("text/plain"));
        assert_eq!(media(b"1 < 2, and 3 > 2", "a"), Some("text/plain"));
    }

    #[test]
    fn what_could_run_is_refused_whatever_it_is_called() {
        for bytes in [
            &b"<!DOCTYPE html><p>x"[..],
            b"\xef\xbb\xbf  <html>",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            b"<?xml version=\"1.0\"?>",
            b"hello <ScRiPt>alert(1)</script>",
            b"#!/bin/sh\nrm -rf /",
            b"MZ\x90\0\x03\0\0\0",
            b"\x7fELF\x02\x01\x01\0",
            b"\xca\xfe\xba\xbe\0\0\0\x41",
            b"text with a \0 in it",
            b"\xff\xfeU\0T\0F\0",
            b"PK\x03\x04 but no archive",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        ] {
            assert_eq!(media(bytes, "a.png"), None, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn archives_are_told_apart_by_what_is_in_them() {
        let office = |part| archive(&[("[Content_Types].xml", "<Types/>"), (part, "<x/>")]);
        assert_eq!(media(&office("word/document.xml"), "a.zip"), Some(DOCX.media));
        assert_eq!(media(&office("xl/workbook.xml"), "a"), Some(XLSX.media));
        assert_eq!(media(&office("ppt/presentation.xml"), "a"), Some(PPTX.media));
        for kind in [ODT, ODS] {
            assert_eq!(media(&archive(&[("mimetype", kind.media), ("content.xml", "<x/>")]), "a"), Some(kind.media));
        }
        assert_eq!(media(&archive(&[("holiday.jpg", "x")]), "a.docx"), Some("application/zip"));
        let macros = [("[Content_Types].xml", ""), ("word/document.xml", ""), ("word/vbaProject.bin", "")];
        assert_eq!(media(&archive(&macros), "a.docx"), None);
        assert_eq!(media(&archive(&[("META-INF/MANIFEST.MF", "Main-Class: A")]), "a.zip"), None);
    }

    #[test]
    fn a_broken_archive_is_none_and_no_trouble() {
        let whole = archive(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<x/>")]);
        for end in 0..whole.len() {
            let _ = media(&whole[..end], "a");
        }
        for at in 0..whole.len() {
            let mut bent = whole.clone();
            bent[at] = 0xff;
            let _ = media(&bent, "a");
        }
    }
}
