//! File downloads: how cells are written, and the headers that make a response a file.

use std::io::Seek as _;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use tokio_util::io::ReaderStream;

use crate::error::{Error, Result};

/// Tells spreadsheet programs that the text is UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Rows as CSV (RFC 4180). No cell can be taken for a formula.
pub fn csv_lines<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Writing into memory cannot fail, and every row has the same length.
        let _ = writer.write_record(row.map(|cell| harmless(&cell)));
    }
    writer.into_inner().unwrap_or_default()
}

/// Makes a cell safe: no spreadsheet program takes it, or a part of it, for a formula. Where a semicolon separates
/// cells, one cell becomes several, and a line within it starts a row.
pub fn harmless(cell: &str) -> String {
    if is_phone(cell) {
        return cell.to_owned();
    }
    let mut out = String::with_capacity(cell.len() + 1);
    if is_formula(cell) {
        out.push('\'');
    }
    let mut rest = cell;
    while let Some(end) = rest.find([';', '\t', '\n', '\r']) {
        let (part, after) = rest.split_at(end + 1);
        out.push_str(part);
        let ends = after.starts_with([';', '\t', '\n', '\r']);
        if !ends && is_formula(after) && !is_list_item(after) {
            out.push('\'');
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// True if a spreadsheet program may take the cell for a formula (OWASP, CSV injection): such programs skip invisible
/// characters and accept East Asian full-width forms.
pub fn is_formula(cell: &str) -> bool {
    // A quote too: at the start of a cell, it closes with the next one.
    let unseen = |letter: char| {
        letter.is_whitespace() || matches!(letter, '"' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
    };
    let shown = cell.trim_start_matches(unseen);
    cell.starts_with(['\t', '\r']) || shown.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// A phone number is harmless even if a program evaluates it.
fn is_phone(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let rest = cell.strip_prefix('+').unwrap_or_default();
    digits >= 5 && rest.chars().all(|it| it.is_ascii_digit() || matches!(it, ' ' | '(' | ')' | '/' | '.' | '-'))
}

/// A line such as `- and this`, which people write and no program evaluates.
fn is_list_item(line: &str) -> bool {
    let Some(text) = line.trim_start().strip_prefix("- ").or_else(|| line.trim_start().strip_prefix("+ ")) else {
        return false;
    };
    // A word, and not the name of a function or of another program.
    let after = text.trim_start_matches(char::is_alphanumeric);
    text.starts_with(char::is_alphabetic) && !after.starts_with(['(', '|', '!', '.']) && !line.contains('|')
}

/// A response that a browser saves under `name`. `total` is the number of rows, for a progress bar.
pub fn file(body: Body, media: &'static str, name: &str, total: u64) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert("x-total-count", total.into());
    if let Ok(name) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    response
}

/// The same for a file on disk, whose size is sent before its content.
///
/// # Errors
/// The file cannot be read.
pub fn file_on_disk(mut from: std::fs::File, media: &'static str, name: &str, total: u64) -> Result<Response> {
    from.rewind().map_err(Error::internal)?;
    let size = from.metadata().map_err(Error::internal)?.len();
    let stream = ReaderStream::with_capacity(tokio::fs::File::from_std(from), 64 * 1024);
    let mut response = file(Body::from_stream(stream), media, name, total);
    response.headers_mut().insert(CONTENT_LENGTH, size.into());
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralised_and_quotes_doubled() {
        assert_eq!(harmless("=1+1"), "'=1+1");
        assert_eq!(harmless("@SUM(A1)"), "'@SUM(A1)");
        assert!(["=1+1", "+1", "-1", "@SUM(A1)"].into_iter().all(is_formula) && !is_formula("Anna-Lena"));
        assert_eq!(harmless("5 < 6"), "5 < 6");
        for (cell, expected) in [
            ("x;=cmd|' /C calc'!A0", "x;'=cmd|' /C calc'!A0"),
            ("one\n=1+1\r\n-2+3", "one\n'=1+1\r\n'-2+3"),
            ("＝1+1", "'＝1+1"),
            ("\u{feff}=1+1", "'\u{feff}=1+1"),
            (" \u{200b}@SUM(A1)", "' \u{200b}@SUM(A1)"),
            ("We need\n- a site\n- a shop; quickly", "We need\n- a site\n- a shop; quickly"),
            ("x;\"=1+1;y", "x;'\"=1+1;y"),
            ("\"=1+1", "'\"=1+1"),
            ("hello;+ 1+cmd|' /C calc'!A0", "hello;'+ 1+cmd|' /C calc'!A0"),
            ("a\n- HYPERLINK(\"http://x\")", "a\n'- HYPERLINK(\"http://x\")"),
            ("+49 30 1234-5", "+49 30 1234-5"),
            ("+49 (0)30/1234", "+49 (0)30/1234"),
            ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
            ("+1", "'+1"),
        ] {
            assert_eq!(harmless(cell), expected, "{cell}");
        }
        let row = ["a \"b\", c\nd".to_owned(), "-1".to_owned(), String::new()];
        assert_eq!(String::from_utf8_lossy(&csv_lines([row].into_iter())), "\"a \"\"b\"\", c\nd\",'-1,\r\n");
    }
}
