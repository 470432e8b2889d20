//! Where a message holds the words of a search, if the row of a list does not show it anyway.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::entity::messages::{self, LineKind};
use database::entity::{message_notes, message_replies};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::find::EXCERPT;
use super::view::{LastLine, MessageSummary, Person};
use crate::storage::search_text;

/// Lines of all threads of a page that are looked at, the newest ones.
const LINES: u64 = 100;
/// The beginning of a line that is looked at, in characters.
const START: &str = "substr(content, 1, 4000)";
/// Words before the one that was found, which say what it is about.
const BEFORE: usize = 6;

/// A line of a thread.
struct Line {
    message: Uuid,
    kind: LineKind,
    by: Option<Uuid>,
    content: String,
    at: DateTime<Utc>,
}

/// Sets `found` of the rows that do not show every term.
pub async fn mark(
    conn: &impl ConnectionTrait,
    rows: &mut [MessageSummary],
    terms: &[String],
    names: &HashMap<Uuid, String>,
) -> Result<(), DbErr> {
    let hidden: HashMap<Uuid, Vec<&str>> =
        rows.iter().map(|row| (row.id, missing(row, terms))).filter(|(_, terms)| !terms.is_empty()).collect();
    if hidden.is_empty() {
        return Ok(());
    }
    let mut best: HashMap<Uuid, (usize, Line)> = HashMap::new();
    for line in lines(conn, hidden.keys().copied().collect()).await? {
        let held = held(&line.content, &hidden[&line.message]);
        // Newest lines come first, and stay where another one holds no more.
        if held > best.get(&line.message).map_or(0, |(before, _)| *before) {
            best.insert(line.message, (held, line));
        }
    }
    for row in rows {
        row.found = best.remove(&row.id).map(|(_, line)| LastLine {
            excerpt: around(&line.content, &hidden[&row.id]),
            author: line.by.and_then(|id| names.get(&id).map(|name| Person { id, name: name.clone() })),
            kind: line.kind,
            created_at: line.at,
        });
    }
    Ok(())
}

/// The terms that a row does not show.
fn missing<'t>(row: &MessageSummary, terms: &'t [String]) -> Vec<&'t str> {
    let company = row.company.as_deref().unwrap_or_default();
    let shown = search_text([row.name.as_str(), &row.email, company, &row.last_line.excerpt]);
    terms.iter().map(String::as_str).filter(|term| !holds(&shown, term)).collect()
}

/// True if a word of a folded text begins with the term, or has it inside where words have no spaces between them.
fn holds(folded: &str, term: &str) -> bool {
    folded.contains(&format!(" {term}")) || (!term.is_ascii() && folded.contains(term))
}

/// How many of the terms a text holds.
fn held(text: &str, terms: &[&str]) -> usize {
    let folded = search_text([text]);
    terms.iter().filter(|term| holds(&folded, term)).count()
}

/// The part of a text around the first word that holds a term, in one line.
fn around(text: &str, terms: &[&str]) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().position(|word| held(word, terms) > 0).unwrap_or(0);
    let from = at.saturating_sub(BEFORE);
    let before = if from > 0 { "… " } else { "" };
    format!("{before}{}", words[from..].join(" ")).chars().take(usize::from(EXCERPT)).collect()
}

/// The lines of these messages, the newest first and each message itself last.
async fn lines(conn: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<Vec<Line>, DbErr> {
    use message_notes::Column as Note;
    use message_replies::Column as Reply;
    use messages::Column as Message;
    let replies: Vec<(Uuid, Option<Uuid>, String, DateTime<Utc>)> = message_replies::Entity::find()
        .select_only()
        .columns([Reply::MessageId, Reply::StaffId])
        .column_as(Expr::cust(START), "start")
        .column(Reply::CreatedAt)
        .filter(Reply::MessageId.is_in(ids.iter().copied()))
        .order_by_desc(Reply::Id)
        .limit(LINES)
        .into_tuple()
        .all(conn)
        .await?;
    let notes: Vec<(Uuid, Uuid, String, DateTime<Utc>)> = message_notes::Entity::find()
        .select_only()
        .columns([Note::MessageId, Note::StaffId])
        .column_as(Expr::cust(START), "start")
        .column(Note::CreatedAt)
        .filter(Note::MessageId.is_in(ids.iter().copied()))
        .order_by_desc(Note::Id)
        .limit(LINES)
        .into_tuple()
        .all(conn)
        .await?;
    let first: Vec<(Uuid, String, DateTime<Utc>)> = messages::Entity::find()
        .select_only()
        .columns([Message::Id, Message::Message, Message::CreatedAt])
        .filter(Message::Id.is_in(ids))
        .into_tuple()
        .all(conn)
        .await?;
    let kind = |by: Option<Uuid>| if by.is_some() { LineKind::Reply } else { LineKind::Client };
    let mut all: Vec<Line> = replies
        .into_iter()
        .map(|(message, by, content, at)| Line { message, kind: kind(by), by, content, at })
        .chain(notes.into_iter().map(|(message, by, content, at)| Line {
            message,
            kind: LineKind::Note,
            by: Some(by),
            content,
            at,
        }))
        .chain(first.into_iter().map(|(message, content, at)| Line {
            message,
            kind: LineKind::Client,
            by: None,
            content,
            at,
        }))
        .collect();
    all.sort_by_key(|line| std::cmp::Reverse(line.at));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_begins_a_few_words_before_the_one_that_was_found() {
        let text = "One two three four five\nsix seven eight Straße nine";
        assert_eq!(around(text, &["strasse"]), "… three four five six seven eight Straße nine");
        assert_eq!(around(text, &["four"]), "One two three four five six seven eight Straße nine");
        assert_eq!(around(text, &["seven"]), text.replace('\n', " "), "six words before are all there are");
        assert_eq!(around(text, &["eight"]), "… two three four five six seven eight Straße nine");
        assert_eq!(around(&"word ".repeat(100), &["word"]).chars().count(), 200);
    }

    #[test]
    fn a_term_is_the_beginning_of_a_word_or_a_part_of_one_without_spaces() {
        let holds = |text: &str, term: &str| holds(&search_text([text]), term);
        assert!(holds("Our Rechnung", "rech") && !holds("Our Rechnung", "nung"));
        assert!(holds("東京で会いましょう", "会い") && holds("مرحبا بالعالم", "مرحبا"));
        assert_eq!(held("an invoice for the server", &["inv", "serv", "ice"]), 2);
    }
}
