//! Who may do what in which state of a session: one table.

use chrono::{DateTime, Duration, Utc};
use database::entity::chat_messages::Happened;
use database::entity::chat_sessions::Status;
use uuid::Uuid;

use crate::platform::files::MOST;

/// What a line must be, for whoever sent another.
pub const LINE: &str = "a message has 1 to 4,000 characters or 1 to 5 files, its clientId 1 to 64 characters";
/// For how long after its end a line of the visitor reopens a session.
const REOPENS: Duration = Duration::hours(24);

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    pub status: Status,
    /// Who has it, if it is active; who had it last, if it is closed.
    pub holder: Option<Uuid>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// Who does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// `by_link`: from the page of the mailed link.
    Visitor {
        by_link: bool,
    },
    Staff(Uuid),
    /// The program, when time has passed.
    Time,
}

/// What they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Write a line.
    Say,
    Claim,
    Release,
    /// Give it to somebody: whoever has it, or anybody while it waits.
    Transfer(Uuid),
    /// Give it to somebody, also if a colleague has it. What gives it by itself only takes it from the queue.
    Assign(Uuid),
    Close,
    Reopen,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A colleague has it.
    Taken,
    /// It is over.
    Closed,
    /// Such a person cannot do that at all.
    Never,
}

/// Where it stands then, and what has happened. Nothing has if it stands as before. The first line that fits decides.
#[expect(clippy::match_same_arms, reason = "a table: a line for each person, deed and state")]
pub fn after(stand: Stand, by: By, deed: Deed, now: DateTime<Utc>) -> Result<(Stand, Option<Happened>), Refusal> {
    let same = Ok((stand, None));
    let waiting = Stand { status: Status::Waiting, holder: None, ended_at: None };
    let active = |holder| Stand { status: Status::Active, holder: Some(holder), ended_at: None };
    let closed = Stand { status: Status::Closed, ended_at: Some(now), ..stand };
    match (by, deed, stand.status) {
        (By::Visitor { .. }, Deed::Say, Status::Waiting | Status::Active) => same,
        (By::Visitor { by_link }, Deed::Say, Status::Closed) => {
            if by_link || stand.ended_at.is_none_or(|ended| now - ended < REOPENS) {
                Ok((waiting, Some(Happened::Reopened)))
            } else {
                Err(Refusal::Closed)
            }
        }
        (By::Visitor { .. }, Deed::Close, Status::Closed) => same,
        (By::Visitor { .. }, Deed::Close, _) => Ok((closed, Some(Happened::ClosedByVisitor))),
        (By::Staff(_), Deed::Close, Status::Closed) => same,
        (By::Staff(me), Deed::Close, Status::Active) if stand.holder != Some(me) => Err(Refusal::Taken),
        (By::Staff(_), Deed::Close, _) => Ok((closed, Some(Happened::ClosedByStaff))),
        (By::Staff(me), Deed::Reopen, Status::Closed) => Ok((active(me), Some(Happened::Reopened))),
        (By::Staff(_), Deed::Reopen, _) => same,
        (By::Staff(_), _, Status::Closed) => Err(Refusal::Closed),
        (By::Staff(me), Deed::Say | Deed::Claim, Status::Waiting) => Ok((active(me), Some(Happened::Claimed))),
        (By::Staff(me), Deed::Say | Deed::Claim, Status::Active) if stand.holder == Some(me) => same,
        (By::Staff(_), Deed::Say | Deed::Claim, Status::Active) => Err(Refusal::Taken),
        (By::Staff(_), Deed::Release, Status::Waiting) => same,
        (By::Staff(me), Deed::Release, Status::Active) if stand.holder == Some(me) => {
            Ok((waiting, Some(Happened::Released)))
        }
        (By::Staff(_), Deed::Release, Status::Active) => Err(Refusal::Taken),
        (By::Staff(me), Deed::Transfer(_), Status::Active) if stand.holder != Some(me) => Err(Refusal::Taken),
        (By::Staff(_), Deed::Transfer(to) | Deed::Assign(to), Status::Active) if stand.holder == Some(to) => same,
        (By::Staff(_), Deed::Transfer(to) | Deed::Assign(to), _) => Ok((active(to), Some(Happened::Transferred))),
        (By::Time, Deed::Close, Status::Closed) => same,
        (By::Time, Deed::Close, _) => Ok((closed, Some(Happened::ClosedBySilence))),
        (By::Time, Deed::Release, Status::Active) => Ok((waiting, Some(Happened::Requeued))),
        (By::Time, Deed::Release, _) => same,
        (By::Time, Deed::Assign(to), Status::Waiting) => Ok((active(to), Some(Happened::Given))),
        (By::Time, Deed::Assign(_), Status::Active) => same,
        (By::Visitor { .. } | By::Time, ..) => Err(Refusal::Never),
    }
}

/// True for a text that can be a line, sent with that many files.
pub fn is_line(content: &str, files: usize) -> bool {
    (files > 0 || !content.trim().is_empty())
        && files <= MOST
        && content.chars().count() <= 4_000
        && !content.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// True for a name that a client can give a line.
pub fn is_client_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEOPLE: [Uuid; 3] = [Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3)];

    fn start() -> Stand {
        Stand { status: Status::Waiting, holder: None, ended_at: None }
    }

    /// Random choices that a seed repeats (splitmix64).
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, end: u64) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = self.0;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (word ^ (word >> 31)) % end
        }

        fn person(&mut self) -> Uuid {
            PEOPLE[usize::try_from(self.below(3)).expect("a small number")]
        }

        fn by(&mut self) -> By {
            match self.below(5) {
                0 => By::Visitor { by_link: false },
                1 => By::Visitor { by_link: true },
                2 => By::Time,
                _ => By::Staff(self.person()),
            }
        }

        fn deed(&mut self) -> Deed {
            match self.below(7) {
                0 => Deed::Say,
                1 => Deed::Claim,
                2 => Deed::Release,
                3 => Deed::Transfer(self.person()),
                4 => Deed::Assign(self.person()),
                5 => Deed::Close,
                _ => Deed::Reopen,
            }
        }
    }

    /// The rules once more, as one would tell them: who has it, or why nobody has.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Model {
        Queue,
        With(Uuid),
        Over(DateTime<Utc>),
    }

    /// None: refused.
    fn told(model: Model, by: By, deed: Deed, now: DateTime<Utc>) -> Option<Model> {
        use Model::{Over, Queue, With};
        let me = if let By::Staff(me) = by { Some(me) } else { None };
        let mine = me.is_some_and(|me| model == With(me));
        Some(match (deed, me) {
            (Deed::Close, _) if matches!(model, Over(_)) => model,
            (Deed::Close, Some(_)) if !mine && model != Queue => return None,
            (Deed::Close, _) => Over(now),
            (Deed::Say, None) if by == By::Time => return None,
            (Deed::Say, None) => match model {
                Over(since) if by == (By::Visitor { by_link: false }) && now - since >= REOPENS => return None,
                Over(_) => Queue,
                open => open,
            },
            (Deed::Release, None) if by == By::Time => match model {
                With(_) => Queue,
                other => other,
            },
            (Deed::Assign(to), None) if by == By::Time => match model {
                Queue => With(to),
                With(_) => model,
                Over(_) => return None,
            },
            (_, None) => return None,
            (Deed::Reopen, Some(me)) => match model {
                Over(_) => With(me),
                open => open,
            },
            (_, Some(_)) if matches!(model, Over(_)) => return None,
            (Deed::Assign(to), Some(_)) => With(to),
            (_, Some(_)) if !mine && model != Queue => return None,
            (Deed::Say | Deed::Claim, Some(me)) => With(me),
            (Deed::Transfer(to), Some(_)) => With(to),
            (Deed::Release, Some(_)) => Queue,
        })
    }

    #[test]
    fn the_table_says_what_the_model_says() {
        for seed in 0..500 {
            let mut dice = Dice(seed);
            let mut now = DateTime::UNIX_EPOCH;
            let (mut stand, mut model) = (start(), Model::Queue);
            for _ in 0..60 {
                let (by, deed) = (dice.by(), dice.deed());
                now += Duration::hours(i64::try_from(dice.below(30)).expect("a small number"));
                match (after(stand, by, deed, now), told(model, by, deed, now)) {
                    (Ok((next, happened)), Some(expected)) => {
                        assert_eq!(
                            happened.is_none(),
                            next == stand,
                            "what happens is said: {by:?} {deed:?}, seed {seed}"
                        );
                        (stand, model) = (next, expected);
                    }
                    (Err(_), None) => {}
                    other => panic!("{by:?} {deed:?} in {stand:?}: {other:?}, seed {seed}"),
                }
                let seen = match (stand.status, stand.holder, stand.ended_at) {
                    (Status::Waiting, None, None) => Model::Queue,
                    (Status::Active, Some(who), None) => Model::With(who),
                    (Status::Closed, _, Some(at)) => Model::Over(at),
                    other => panic!("no such stand: {other:?}, seed {seed}"),
                };
                assert_eq!(seen, model, "seed {seed}");
            }
        }
    }

    #[test]
    fn a_line_has_words_and_a_name_shows() {
        assert!(is_line("Hello\nthere", 0) && is_line(&"a".repeat(4_000), 5) && is_line("", 1));
        for wrong in ["", " \n", "a\u{0}b", &"ä".repeat(4_001)] {
            assert!(!is_line(wrong, 0), "{wrong:?}");
        }
        assert!(is_client_id("a") && is_client_id(&"x".repeat(64)));
        assert!(!is_client_id("") && !is_client_id(&"x".repeat(65)) && !is_client_id("a b") && !is_client_id("ä"));
    }
}
