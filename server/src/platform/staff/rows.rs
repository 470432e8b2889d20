//! Reads a list of people from CSV, whatever program wrote it: delimiters, quotes, a byte order mark, and cells that a
//! spreadsheet would evaluate.

use csv::{ReaderBuilder, Trim};

use crate::error::{Error, Result};

/// Maximum number of people in one file; each of them gets an email.
pub const MOST: usize = 500;

/// One row as it is in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Line in the file, starting at 1.
    pub line: u64,
    pub name: String,
    pub email: String,
    pub role: String,
    /// Names separated by spaces, `|`, `+` or `/`; empty: the preset of the role.
    pub permissions: String,
}

/// The position of each known column.
struct Columns {
    name: usize,
    email: usize,
    role: Option<usize>,
    permissions: Option<usize>,
}

/// The rows below the header. Errors in the file as a whole are reported on `file`.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>> {
    let text = decode(bytes)?;
    let (text, skipped) = without_hint(text);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(text))
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut columns = None;
    let mut lines = Lines::default();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| refuse("This file cannot be read as CSV."))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let Some(columns) = &columns else {
            columns = Some(Columns::of(&record)?);
            continue;
        };
        if rows.len() == MOST {
            return Err(refuse(&format!("A file can have at most {MOST} people. Split it.")));
        }
        let begin = record.position().map_or(0, csv::Position::byte);
        rows.push(columns.row(&record, skipped + lines.at(text, begin)));
    }
    if rows.is_empty() {
        return Err(refuse(
            "This file contains no people. After a header line with name and email, each line is one person.",
        ));
    }
    Ok(rows)
}

/// Counts lines up to an advancing position. (The reader's own count lags behind if lines end with CR LF.)
#[derive(Default)]
struct Lines {
    passed: usize,
    breaks: u64,
}

impl Lines {
    /// The line, from 1, of what is at or after `begin`.
    fn at(&mut self, text: &str, begin: u64) -> u64 {
        let bytes = text.as_bytes();
        let begin = usize::try_from(begin).unwrap_or(usize::MAX).min(bytes.len());
        let blank = bytes[begin..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let end = begin + blank;
        for byte in &bytes[self.passed.min(end)..end] {
            self.breaks += u64::from(*byte == b'\n');
        }
        self.passed = end;
        self.breaks + 1
    }
}

fn decode(bytes: &[u8]) -> Result<&str> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || bytes.contains(&0) {
        return Err(refuse("This is not UTF-8 text. Save the sheet as “CSV UTF-8”."));
    }
    let text =
        std::str::from_utf8(bytes).map_err(|_| refuse("This is not UTF-8 text. Save the sheet as “CSV UTF-8”."))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Some programs declare their delimiter in a separate line: `sep=;`.
fn without_hint(text: &str) -> (&str, u64) {
    match text.split_once('\n') {
        Some((first, rest)) if first.trim_end().len() == 5 && first.starts_with("sep=") => (rest, 1),
        _ => (text, 0),
    }
}

/// The most frequent of `,` `;` and tab in the header, outside of quotes.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |wanted: char| {
        let mut quoted = false;
        let outside = |c: &char| {
            quoted ^= *c == '"';
            !quoted && *c == wanted
        };
        head.chars().filter(outside).count()
    };
    [(b',', count(',')), (b';', count(';')), (b'\t', count('\t'))]
        .into_iter()
        .rev()
        .max_by_key(|(_, number)| *number)
        .map_or(b',', |(delimiter, _)| delimiter)
}

impl Columns {
    fn of(head: &csv::StringRecord) -> Result<Self> {
        let place = |names: &[&str]| head.iter().position(|cell| names.contains(&cell.to_lowercase().as_str()));
        let columns = Self {
            name: place(&["name"]).unwrap_or(usize::MAX),
            email: place(&["email", "e-mail", "mail"]).unwrap_or(usize::MAX),
            role: place(&["role"]),
            permissions: place(&["permissions", "rights"]),
        };
        if columns.name == usize::MAX || columns.email == usize::MAX {
            return Err(refuse(
                "The first line must name the columns: name and email, and optionally role and permissions.",
            ));
        }
        Ok(columns)
    }

    fn row(&self, record: &csv::StringRecord, line: u64) -> Row {
        let cell = |at: usize| record.get(at).unwrap_or_default().to_owned();
        Row {
            line,
            name: cell(self.name),
            email: cell(self.email),
            role: self.role.map(cell).unwrap_or_default(),
            permissions: self.permissions.map(cell).unwrap_or_default(),
        }
    }
}

fn refuse(message: &str) -> Error {
    Error::field("file", "invalid", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u64, String, String, String)> {
        read(text.as_bytes()).expect("read").into_iter().map(|row| (row.line, row.name, row.email, row.role)).collect()
    }

    fn row(line: u64, name: &str, email: &str, role: &str) -> (u64, String, String, String) {
        (line, name.to_owned(), email.to_owned(), role.to_owned())
    }

    #[test]
    fn lists_of_all_programs_are_read() {
        let ada = [row(2, "Ada", "ada@example.com", "staff")];
        assert_eq!(rows("name,email,role\nAda,ada@example.com,staff\n"), ada);
        assert_eq!(rows("\u{feff}Name;E-Mail;Role\r\nAda;ada@example.com;staff\r\n"), ada);
        assert_eq!(rows("role\temail\tname\nstaff\tada@example.com\t Ada \n"), ada);
        assert_eq!(rows("sep=;\nname;email\n\nAda;ada@example.com\n"), [row(4, "Ada", "ada@example.com", "")]);
    }

    #[test]
    fn quotes_hold_delimiters_and_line_breaks_together() {
        let text = "name,email\n\"Okafor, \"\"Ben\"\"\",ben@example.com\n\"Two\nlines\",x@example.com\nCleo\n";
        let read = rows(text);
        assert_eq!(read[0], row(2, "Okafor, \"Ben\"", "ben@example.com", ""));
        assert_eq!((read[1].1.as_str(), read[2].0), ("Two\nlines", 5));
        assert_eq!(read[2], row(5, "Cleo", "", ""), "a short row is one with gaps");
        assert_eq!(rows("name,\"x;y;z\",email\nA,b,c@example.com").len(), 1, "a delimiter in quotes does not count");
    }

    #[test]
    fn files_that_are_none_are_refused_as_a_whole() {
        for bytes in
            [&b""[..], b"name,email\n", b"Ada,ada@example.com\n", b"\xff\xfen\0a\0", b"name,email\nJ\xf6rg,j@x.de\n"]
        {
            let Err(Error::Validation(errors)) = read(bytes) else { panic!("{bytes:?}") };
            assert_eq!(errors[0].field, "file");
        }
        let many = format!("name,email\n{}", "A,a@example.com\n".repeat(MOST + 1));
        assert!(read(many.as_bytes()).is_err());
    }
}
