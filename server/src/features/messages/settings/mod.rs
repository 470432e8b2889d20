//! What a firm decides about messages. The keys stand in groups of the platform, a file for each.

mod files;
mod keeping;
mod sending;
mod telling;
mod texts;

pub use files::Files;
pub use keeping::Keeping;
pub use sending::{LONGEST as LONGEST_HOLD, Sending};
pub use telling::Telling;
pub use texts::{ClientTexts, Text};

use super::limits::LimitKeys;
use crate::platform::settings::Section;

/// All of it.
pub const SECTIONS: &[Section] = &[
    Section::of::<ClientTexts>(),
    Section::of::<Sending>(),
    Section::of::<Files>(),
    Section::of::<Telling>(),
    Section::of::<Keeping>(),
    Section::of::<LimitKeys>(),
];
