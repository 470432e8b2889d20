//! How lines are read and sent: bounded by number and by size, so that long lines and slow readers fill no memory.

use database::entity::chat_messages as lines;

/// Lines of one read.
pub const READ: u64 = 200;
/// Bytes that one socket holds of what was read.
const HELD: usize = 192_000;
/// Lines of one frame, and their bytes.
const FRAME: usize = 40;
const FRAME_BYTES: usize = 48_000;

/// About what a line is as JSON, without what its letters are escaped to.
fn weight(line: &lines::Model) -> usize {
    300 + line.content.len() + line.files.as_ref().and_then(|files| files.as_array()).map_or(0, |all| 400 * all.len())
}

/// How many of the lines fit into so many bytes; at least one.
fn fitting<'a>(all: impl Iterator<Item = &'a lines::Model>, bytes: usize) -> usize {
    let mut left = bytes;
    let fits = all.take_while(|line| {
        let fits = weight(line) <= left;
        left = left.saturating_sub(weight(line));
        fits
    });
    fits.count().max(1)
}

/// Lets go of the last lines if they are too many bytes together. True: these are all that there were.
pub fn hold_first(rows: &mut Vec<lines::Model>) -> bool {
    let (read, fit) = (rows.len(), fitting(rows.iter(), HELD));
    rows.truncate(fit);
    rows.len() == read && (read as u64) < READ
}

/// The same with the first ones.
pub fn hold_last(rows: &mut Vec<lines::Model>) {
    let fit = fitting(rows.iter().rev(), HELD);
    rows.drain(..rows.len().saturating_sub(fit));
}

/// The lines of each frame, in order.
pub fn frames(mut rows: &[lines::Model]) -> Vec<&[lines::Model]> {
    let mut all = Vec::new();
    while !rows.is_empty() {
        let (some, rest) = rows.split_at(fitting(rows.iter(), FRAME_BYTES).min(FRAME));
        all.push(some);
        rows = rest;
    }
    all
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use database::entity::chat_messages::Sender;
    use uuid::Uuid;

    use super::*;

    fn all(sizes: &[usize]) -> Vec<lines::Model> {
        let line = |(at, size): (usize, &usize)| lines::Model {
            id: Uuid::nil(),
            session_id: Uuid::nil(),
            seq: i64::try_from(at).expect("few") + 1,
            client_id: None,
            sender_type: Sender::Visitor,
            sender_id: None,
            content: "x".repeat(*size),
            event: None,
            created_at: DateTime::UNIX_EPOCH,
            read_at: None,
            redacted_at: None,
            search_text: String::new(),
            files: None,
        };
        sizes.iter().enumerate().map(line).collect()
    }

    fn seqs(rows: &[lines::Model]) -> Vec<i64> {
        rows.iter().map(|row| row.seq).collect()
    }

    #[test]
    fn short_lines_come_together_and_long_ones_in_several_frames() {
        assert!(frames(&[]).is_empty());
        assert_eq!(frames(&all(&[10; 100])).iter().map(|some| some.len()).collect::<Vec<_>>(), [40, 40, 20]);
        let long = all(&[16_000; 7]);
        let cut = frames(&long);
        assert_eq!(cut.iter().map(|some| some.len()).collect::<Vec<_>>(), [2, 2, 2, 1]);
        assert_eq!(seqs(&cut.concat()), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(frames(&all(&[90_000, 10])).len(), 2, "one that is too long goes alone");
        assert_eq!(frames(&all(&[47_700])).len(), 1);
    }

    #[test]
    fn what_is_too_much_is_read_again_later() {
        let mut few = all(&[10; 199]);
        assert!(hold_first(&mut few) && few.len() == 199);
        let mut full = all(&[10; 200]);
        assert!(!hold_first(&mut full) && full.len() == 200);
        let mut long = all(&[16_000; 20]);
        assert!(!hold_first(&mut long));
        assert_eq!(seqs(&long), (1..=11).collect::<Vec<_>>());
        let mut long = all(&[16_000; 20]);
        hold_last(&mut long);
        assert_eq!(seqs(&long), (10..=20).collect::<Vec<_>>());
        let mut one = all(&[900_000]);
        assert!(hold_first(&mut one) && one.len() == 1);
        hold_last(&mut one);
        assert_eq!(one.len(), 1);
        let mut none = all(&[]);
        assert!(hold_first(&mut none));
        hold_last(&mut none);
    }
}
