//! The inbox: from a visitor's message to an answer, and back.
//!
//! Tables: `messages`, `message_replies`, `message_notes`, `message_tags`, `tag_colours`, `message_rules`,
//! `saved_filters`, `canned_replies`, `blocked_senders`, `undo_operations`. Counts: `messages_*` (`tally.rs`).
//! Permission: `messages`. Notices: `message_created`, `message_changed`, `message_replied`, `client_replied`,
//! `senders_changed`, `rules_changed`, `filters_changed`, `tags_changed`.
//! Mails: contact notice and confirmation, reply, notice of a client's reply, of an assignment and of a mention, weekly
//! list of spam.
//! Jobs: `messages.bring_back`, `messages.forget_undo`, `messages.clean_up`, `messages.spam_report`.

mod api;
mod arrival;
mod blocked;
mod bulk;
mod canned;
mod change;
mod clean_up;
mod contact;
mod delete;
mod expiry;
mod export;
mod figures;
mod files;
mod filter;
mod find;
mod form_token;
mod found;
mod from_elsewhere;
mod hand_over;
mod kept;
mod labels;
mod later;
mod letters;
mod limits;
mod lines;
mod mentions;
mod notices;
mod public;
mod reads;
mod recount;
mod replies;
mod response_time;
mod rules;
mod saved_filters;
mod search;
mod sentences;
mod settings;
mod spam;
mod spam_report;
mod status;
mod store;
mod tags;
mod tally;
mod tell;
mod thread;
mod thread_token;
mod undelivered;
mod undo;
mod view;
mod withdraw;

pub use arrival::{Arrival, arrived};
pub use contact::{ContactForm, Received, submit};
pub use expiry::{delete as delete_messages, with_sender};
pub use figures::{Counts, Figures, Standing, figures, standing};
pub use files::{client_file, file_limits};
pub use filter::Filter;
pub use find::latest;
pub use form_token::issue as issue_form_token;
pub use from_elsewhere::{Given, take_over};
pub use kept::Kept;
pub use labels::checked_tags;
pub use lines::settle;
pub use mentions::mentioned;
pub use reads::mark_unread;
pub use recount::recount;
pub use response_time::{ResponseTime, usual_answer};
pub use store::{any, release};
pub use tally::added as count_added;
pub use thread::{ClientThread, ThreadEntry, answer_as_client, client_thread};
pub use view::{MessageSummary, summaries};

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::jobs::Job;
use crate::platform::entity::Entity;
use crate::platform::mail::LetterKind;
use crate::platform::permission::Permission;
use crate::platform::slice::{Brings, Names, Slice, Work};
use chrono::Duration;

/// What this slice brings.
pub const SLICE: Slice<App> = Slice {
    api: routes,
    jobs: &[
        Job { name: "messages.bring_back", every: Duration::minutes(1), run: |it| Box::pin(later::bring_back(it)) },
        Job { name: "messages.forget_undo", every: Duration::minutes(1), run: |it| Box::pin(undo::forget(it)) },
        Job { name: "messages.clean_up", every: Duration::hours(1), run: |it| Box::pin(clean_up::clean_up(it)) },
        Job { name: "messages.spam_report", every: Duration::hours(1), run: |it| Box::pin(spam_report::send(it)) },
    ],
    brings: Brings {
        words: &[search::WORDS],
        limits: limits::ALL,
        bodies: files::BODIES,
        files: &[files::FILES],
        settings: settings::SECTIONS,
        letters: &[
            LetterKind::of::<letters::ContactNotice>(),
            LetterKind::of::<letters::ContactConfirmation>(),
            LetterKind::of::<letters::Reply>(),
            LetterKind::of::<letters::ClientReplyNotice>(),
            LetterKind::of::<letters::MessageAssigned>(),
            LetterKind::of::<letters::MessageMentioned>(),
            LetterKind::of::<letters::SpamReport>(),
        ],
        sentences: sentences::sentences,
        names: &[Names {
            of: Entity::Message,
            find: |conn, ids| Box::pin(async move { Ok(store::client_names(conn, ids).await?) }),
        }],
        notices: &[
            &notices::MESSAGE_CREATED,
            &notices::CLIENT_REPLIED,
            &notices::MESSAGE_ASSIGNED,
            &notices::MESSAGE_MENTIONED,
            &notices::MESSAGE_RETURNED,
        ],
        retention: &expiry::RETENTION,
        work: Some(Work {
            of: "messages",
            needs: Permission::Messages,
            open: |conn, person| Box::pin(hand_over::open_work(conn, person)),
            hand_over: |tx, act, from, to| Box::pin(hand_over::hand_over(tx, act, from, to)),
            tell: |tx, act, moved, to| Box::pin(tell::of_assignment(tx, act, moved, to)),
        }),
        ..Brings::NOTHING
    },
    ..Slice::new("messages")
};

fn routes() -> OpenApiRouter<App> {
    public::routes()
        .merge(files::routes())
        .merge(api::routes())
        .merge(replies::routes())
        .merge(labels::routes())
        .merge(reads::routes())
        .merge(bulk::routes())
        .merge(delete::routes())
        .merge(canned::routes())
        .merge(rules::routes())
        .merge(saved_filters::routes())
        .merge(tags::routes())
        .merge(blocked::routes())
        .merge(export::routes())
}
