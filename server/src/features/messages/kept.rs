//! What the inbox keeps in this process between two requests.

use std::collections::HashSet;

use database::entity::message_rules;

use super::figures::{Figures, Span, Standing};
use super::response_time::UsualAnswer;
use crate::cluster::{Bus, Event, Recent};

/// What was read for one request and serves those that follow.
pub struct Kept {
    pub(super) standing: Recent<(), Standing>,
    pub(super) figures: Recent<Vec<Span>, Figures>,
    pub(super) usual_answer: UsualAnswer,
    /// The keys of blocked addresses.
    pub(super) blocked: Recent<(), HashSet<String>>,
    /// The rules that are asked about new messages.
    pub(super) rules: Recent<(), Vec<message_rules::Model>>,
}

impl Kept {
    pub fn new(bus: &Bus) -> Self {
        let counted = |event: &Event| *event == Event::Counted;
        let blocked = |event: &Event| matches!(event, Event::Notice(it) if it.kind == super::blocked::CHANGED);
        let rules = |event: &Event| matches!(event, Event::Notice(it) if it.kind == super::rules::CHANGED);
        Self {
            standing: Recent::new(bus, counted),
            figures: Recent::new(bus, counted),
            usual_answer: UsualAnswer::default(),
            blocked: Recent::new(bus, blocked),
            rules: Recent::new(bus, rules),
        }
    }

    /// Forgets what nothing else tells to be stale: anything may have changed.
    pub fn forget(&self) {
        self.usual_answer.forget();
    }
}
