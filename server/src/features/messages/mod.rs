//! The inbox: from a visitor's message to an answer, and back.
//!
//! Tables: `messages`, `message_replies`, `message_notes`, `message_tags`, `canned_replies`, `undo_operations`. Counts:
//! `messages_*` (`tally.rs`).
//! Permission: `messages`. Notices: `message_created`, `message_changed`, `message_replied`, `client_replied`.
//! Mails: contact notice and confirmation, reply, notice of a client's reply and of an assignment. Job: `messages.clean_up`.

mod api;
mod bulk;
mod canned;
mod change;
mod clean_up;
mod contact;
mod expiry;
mod export;
mod figures;
mod filter;
mod find;
mod form_token;
mod hand_over;
mod labels;
mod public;
mod recount;
mod replies;
mod response_time;
mod spam;
mod store;
mod tally;
mod tell;
mod thread;
mod thread_token;
mod undo;
mod view;

pub use change::Author;
pub use clean_up::clean_up;
pub use contact::{ContactForm, Received, submit};
pub use expiry::{count as count_expiring, delete as delete_messages, finished, spam, with_sender};
pub use figures::{Counts, Figures, SharedFigures, figures};
pub use filter::Filter;
pub use find::latest;
pub use form_token::issue as issue_form_token;
pub use hand_over::{hand_over, open_work};
pub use recount::recount;
pub use response_time::{ResponseTime, UsualAnswer, usual_answer};
pub use store::{client_names, release};
pub use tally::added as count_added;
pub use thread::{ClientThread, ThreadEntry, answer_as_client, client_thread};
pub use view::{MessageSummary, summaries};

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<App> {
    public::routes()
        .merge(api::routes())
        .merge(replies::routes())
        .merge(labels::routes())
        .merge(bulk::routes())
        .merge(canned::routes())
        .merge(export::routes())
}
