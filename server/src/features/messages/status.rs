//! Which statuses mean what.

use database::entity::messages::Status;

/// Messages that somebody still has to look after: a replied one may need another reply.
pub const IN_HAND: [Status; 3] = [Status::New, Status::InProgress, Status::Replied];

/// True while the firm has to act: such a message can be snoozed, and its client may be waiting.
pub const fn is_open(status: Status) -> bool {
    matches!(status, Status::New | Status::InProgress)
}
