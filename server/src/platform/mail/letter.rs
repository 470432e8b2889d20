//! What every kind of mail has. The kinds themselves stand in the slices that send them.

use std::fmt;

use database::entity::outbox;
use serde::Serialize;
use serde_json::Value;

use crate::error::Result;
use crate::platform::Platform;
use crate::platform::settings::Snapshot;
use crate::storage::{BoxFuture, Tx};

/// Stands in samples for the public URL.
pub const SAMPLE_URL: &str = "http://localhost:5500";

/// The values of one kind of mail.
pub trait Letter: Serialize {
    /// Folder below `templates/email`.
    const TEMPLATE: &'static str;
    /// Subject and text, where the firm words this mail itself, from the values of the letter.
    const WORDS: Option<Words> = None;
    /// Who reads its values could come in by them: they stand sealed in the outbox.
    const SECRET: bool = false;
    /// What its slice does when such a mail is delivered or given up.
    const SETTLED: Option<Settled> = None;

    /// One with awkward values: previews and tests render it.
    fn sample() -> Self;
}

/// Makes subject and text of a mail out of the settings.
pub type Words = fn(&Snapshot, &Value) -> (String, String);

/// Takes note of what became of a mail, in the unit that does: true if the next server has it, false if it was given up.
pub type Settled = for<'t> fn(&'t Tx<'t>, &'t Platform, &'t outbox::Model, bool) -> BoxFuture<'t, Result<()>>;

/// A kind of mail, without the type of its values.
#[derive(Clone, Copy)]
pub struct LetterKind {
    pub template: &'static str,
    pub words: Option<Words>,
    pub settled: Option<Settled>,
    /// The values of the sample.
    pub sample: fn() -> serde_json::Result<Value>,
}

impl LetterKind {
    pub const fn of<L: Letter>() -> Self {
        let sample = || serde_json::to_value(L::sample());
        Self { template: L::TEMPLATE, words: L::WORDS, settled: L::SETTLED, sample }
    }
}

impl fmt::Debug for LetterKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("LetterKind").field(&self.template).finish()
    }
}
