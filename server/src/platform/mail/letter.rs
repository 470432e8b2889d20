//! What every kind of mail has. The kinds themselves stand in the slices that send them.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::platform::settings::Snapshot;

/// The values of one kind of mail.
pub trait Letter: Serialize {
    /// Folder below `templates/email`.
    const TEMPLATE: &'static str;
    /// Subject and text, where the firm words this mail itself, from the values of the letter.
    const WORDS: Option<Words> = None;
    /// Who reads its values could come in by them: they stand sealed in the outbox.
    const SECRET: bool = false;

    /// One with awkward values: previews and tests render it.
    fn sample() -> Self;
}

/// Makes subject and text of a mail out of the settings.
pub type Words = fn(&Snapshot, &Value) -> (String, String);

/// A kind of mail, without the type of its values.
#[derive(Clone, Copy)]
pub struct LetterKind {
    pub template: &'static str,
    pub words: Option<Words>,
    /// The values of the sample.
    pub sample: fn() -> serde_json::Result<Value>,
}

impl LetterKind {
    pub const fn of<L: Letter>() -> Self {
        Self { template: L::TEMPLATE, words: L::WORDS, sample: || serde_json::to_value(L::sample()) }
    }
}

impl fmt::Debug for LetterKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("LetterKind").field(&self.template).finish()
    }
}
