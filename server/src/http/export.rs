//! Files that a client downloads: how their cells are written, and the headers that make a file of an answer.

use std::io::Seek as _;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use tokio_util::io::ReaderStream;

use crate::error::{Error, Result};

/// Tells spreadsheet programs that the text is UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Rows as CSV (RFC 4180). No cell of them is taken for a formula.
pub fn csv_lines<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Writing into memory does not fail, and every row has the same length.
        let _ = writer.write_record(row.map(|cell| harmless(&cell)));
    }
    writer.into_inner().unwrap_or_default()
}

/// A cell that no spreadsheet program takes for a formula.
pub fn harmless(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// True for a cell that a spreadsheet program may take for a formula (OWASP, CSV injection).
pub fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// An answer that a browser saves under that name. `total` is the number of rows that come, for a progress bar.
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

/// The same of a file on the disk, whose size the client learns before its content comes.
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
        let row = ["a \"b\", c\nd".to_owned(), "-1".to_owned(), String::new()];
        assert_eq!(String::from_utf8_lossy(&csv_lines([row].into_iter())), "\"a \"\"b\"\", c\nd\",'-1,\r\n");
    }
}
