//! File downloads: tables as CSV or XLSX, how cells are written, and the headers that make a response a file.
//!
//! CSV is streamed page by page; a workbook is made on the disk and sent from there.

use std::io::Seek as _;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::stream;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::io::ReaderStream;
use utoipa::IntoParams;

use crate::error::{Error, Result};

/// Tells spreadsheet programs that the text is UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";
/// Rows of a workbook: it is made before its first byte is sent, and nobody should wait for longer. CSV has no limit.
const LARGEST_WORKBOOK: u64 = 100_000;

/// The form of the file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatQuery {
    /// `csv` (the default) or `xlsx`.
    #[serde(default)]
    format: Option<String>,
}

impl FormatQuery {
    /// # Errors
    /// 422 for another form.
    pub fn read(&self) -> Result<Form> {
        match self.format.as_deref() {
            None | Some("csv") => Ok(Form::Csv),
            Some("xlsx") => Ok(Form::Xlsx),
            Some(_) => Err(Error::field("format", "invalid", "This must be csv or xlsx.")),
        }
    }
}

/// The forms of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    Csv,
    Xlsx,
}

impl Form {
    /// # Errors
    /// 422 for more rows than a workbook can have.
    pub fn may_hold(self, rows: u64) -> Result<()> {
        if self == Self::Csv || rows <= LARGEST_WORKBOOK {
            return Ok(());
        }
        let message =
            format!("A workbook can have at most {LARGEST_WORKBOOK} rows; this has {rows}. Use CSV, or filter.");
        Err(Error::field("format", "too_long", message))
    }

    fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A column: its name in CSV, and its title in a workbook, which people read. Times of a workbook have no zone, so their
/// titles name it.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    name: &'static str,
    title: &'static str,
    kind: Kind,
    is_wide: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Time,
    Number,
}

impl Column {
    pub const fn text(name: &'static str, title: &'static str) -> Self {
        Self { name, title, kind: Kind::Text, is_wide: false }
    }

    /// A time as [`time`] writes it, or nothing.
    pub const fn time(name: &'static str, title: &'static str) -> Self {
        Self { name, title, kind: Kind::Time, is_wide: false }
    }

    /// A number, or nothing.
    pub const fn number(name: &'static str, title: &'static str) -> Self {
        Self { name, title, kind: Kind::Number, is_wide: false }
    }

    /// It holds long texts.
    #[must_use]
    pub const fn wide(mut self) -> Self {
        self.is_wide = true;
        self
    }

    fn write(&self, sheet: &mut Worksheet, at: (u32, u16), cell: &str, day: &Format) -> Result<(), XlsxError> {
        let (row, column) = at;
        match self.kind {
            Kind::Time | Kind::Number if cell.is_empty() => Ok(()),
            Kind::Time => {
                let time = ExcelDateTime::parse_from_str(cell)?;
                sheet.write_datetime_with_format(row, column, time, day).map(drop)
            }
            Kind::Number => sheet.write_number(row, column, cell.parse::<f64>().unwrap_or_default()).map(drop),
            // A string cell is never a formula. Excel takes 32,767 characters.
            Kind::Text => sheet.write_string(row, column, cell.chars().take(32_000).collect::<String>()).map(drop),
        }
    }
}

/// A time as a cell.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The rows of an export, read a page at a time.
pub trait Table<const N: usize>: Send + Sized + 'static {
    /// The name of the sheet in a workbook.
    const SHEET: &'static str;
    const COLUMNS: [Column; N];

    /// The next page, empty after the last one.
    ///
    /// # Errors
    /// The database is unavailable, or whoever asked may not see it any more.
    fn next(&mut self) -> impl Future<Output = Result<Vec<[String; N]>>> + Send;
}

/// A table as a file; `name` is that of the file without its ending.
///
/// # Errors
/// The table cannot be read, or the workbook not be written.
pub async fn table<const N: usize, T: Table<N>>(table: T, form: Form, name: &str, total: u64) -> Result<Response> {
    match form {
        Form::Csv => Ok(file(csv(table), form.media(), &format!("{name}.csv"), total)),
        Form::Xlsx => file_on_disk(xlsx(table).await?, form.media(), &format!("{name}.xlsx"), total),
    }
}

/// A stream that holds one page at a time.
fn csv<const N: usize, T: Table<N>>(mut table: T) -> Body {
    let (chunks, received) = mpsc::channel::<Result<Bytes, Error>>(2);
    tokio::spawn(async move {
        let mut head = BYTE_ORDER_MARK.as_bytes().to_vec();
        head.extend(csv_lines([T::COLUMNS.map(|column| column.name.to_owned())].into_iter()));
        let mut chunk = Bytes::from(head);
        loop {
            if chunks.send(Ok(chunk)).await.is_err() {
                return;
            }
            let page = match table.next().await {
                Ok(page) => page,
                // The connection breaks, so that nobody takes half a file for the whole.
                Err(error) => return drop(chunks.send(Err(error)).await),
            };
            if page.is_empty() {
                return;
            }
            chunk = Bytes::from(csv_lines(page.into_iter()));
        }
    });
    Body::from_stream(stream::unfold(received, |mut received| async {
        received.recv().await.map(|chunk| (chunk, received))
    }))
}

/// A workbook, in a file without a name. Its format wants all rows before the first byte of the file.
async fn xlsx<const N: usize, T: Table<N>>(mut table: T) -> Result<std::fs::File> {
    let mut workbook = Workbook::new();
    let failed = |error: XlsxError| Error::internal(error);
    let sheet = workbook.add_worksheet_with_constant_memory().map_err(failed)?;
    let [bold, day] = [Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd hh:mm")];
    sheet.set_name(T::SHEET).map_err(failed)?;
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    for (place, column) in (0u16..).zip(T::COLUMNS) {
        sheet.set_column_width(place, if column.is_wide { 60 } else { 18 }).map_err(failed)?;
        sheet.write_string_with_format(0, place, column.title, &bold).map_err(failed)?;
    }
    let mut row = 0u32;
    loop {
        let page = table.next().await?;
        if page.is_empty() {
            break;
        }
        for line in page {
            row += 1;
            for ((place, column), cell) in (0u16..).zip(T::COLUMNS).zip(line) {
                column.write(sheet, (row, place), &cell, &day).map_err(failed)?;
            }
        }
    }
    // Packing takes all of a core.
    let pack = move || {
        let file = tempfile::tempfile().map_err(Error::internal)?;
        workbook.save_to_writer(std::io::BufWriter::new(&file)).map_err(failed)?;
        Ok(file)
    };
    tokio::task::spawn_blocking(pack).await.map_err(Error::internal)?
}

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
fn harmless(cell: &str) -> String {
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
fn file_on_disk(mut from: std::fs::File, media: &'static str, name: &str, total: u64) -> Result<Response> {
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
