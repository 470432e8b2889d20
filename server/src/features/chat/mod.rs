//! Live chat: a visitor writes on the site, and a person replies from the dashboard.
//!
//! Tables: `chat_sessions`, `chat_messages`, `chat_notes`, `chat_tags`, `chat_availability`, `chat_blocks`. Permission:
//! `chats`. Files: of sessions. Socket: `/ws/chat`, with the frames of `frames.rs`. Events: `Chat`. Notices: `chat_waiting`, `chat_assigned`,
//! `chat_mentioned`. Mails: a reply to a visitor who has left, a copy of the conversation, a mention.
//! Jobs: `chat.care`, `chat.clean_up`.
//! The rows are the stream: `acts.rs` writes lines and numbers them, `stream.rs` reads them for all sockets of this node,
//! `visitor.rs` and `desk.rs` are the two ends.

mod acts;
mod api;
mod assignment;
mod care;
mod copy;
mod delete;
mod desk;
mod detail;
mod edits;
mod elsewhere;
mod export;
mod files;
mod find;
mod frames;
mod hand_over;
mod handled;
mod letters;
mod limits;
mod notices;
mod pace;
mod past;
mod portions;
mod presence;
mod public;
mod refuse;
mod rules;
mod sentences;
mod settings;
mod shapes;
mod socket;
mod store;
mod stream;
mod token;
mod transcript;
mod view;
mod visitor;
mod visitor_acts;

pub use care::delete as delete_chats;
pub use elsewhere::{connects, is_on, reader, websites};
pub use find::waiting;
pub use hand_over::release;
pub use past::Past;
pub use stream::{Kept, follow};

use chrono::Duration;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::http::Attached;
use crate::jobs::Job;
use crate::platform::entity::Entity;
use crate::platform::files::LARGEST;
use crate::platform::mail::LetterKind;
use crate::platform::permission::Permission;
use crate::platform::slice::{Brings, Names, Slice, Step, Work};

/// What this slice brings.
pub const SLICE: Slice<App> = Slice {
    api: routes,
    pages: socket::routes,
    jobs: &[
        Job { name: "chat.care", every: Duration::minutes(1), run: |it| Box::pin(care::look_after(it)) },
        Job { name: "chat.clean_up", every: Duration::hours(1), run: |it| Box::pin(care::clean_up(it)) },
    ],
    brings: Brings {
        bodies: &[("/api/chat/files", Attached::body(LARGEST))],
        files: &[files::FILES],
        words: &[find::WORDS],
        limits: limits::ALL,
        settings: settings::SECTIONS,
        frames: &frames::FRAMES,
        letters: &[
            LetterKind::of::<letters::ChatReply>(),
            LetterKind::of::<letters::ChatCopy>(),
            LetterKind::of::<letters::ChatMentioned>(),
            LetterKind::of::<letters::ChatWaiting>(),
        ],
        sentences: sentences::sentences,
        names: &[Names { of: Entity::Chat, find: |conn, ids| Box::pin(hand_over::names(conn, ids)) }],
        notices: &[&notices::CHAT_WAITING, &notices::CHAT_ASSIGNED, &notices::CHAT_MENTIONED],
        retention: &care::RETENTION,
        work: Some(Work {
            of: "chats",
            needs: Permission::Chats,
            open: |conn, person| Box::pin(hand_over::open_work(conn, person)),
            hand_over: |tx, act, from, to| Box::pin(hand_over::hand_over(tx, act, from, to)),
            tell: |tx, act, moved, to| Box::pin(hand_over::tell(tx, act, moved, to)),
        }),
        steps: &[Step {
            name: "chat",
            place: 35,
            needs: Permission::Settings,
            link: "/settings/chat",
            reviewable: true,
            done: |it| it.settings.part::<settings::Chat>().is_their_own(),
        }],
    },
    ..Slice::new("chat")
};

fn routes() -> OpenApiRouter<App> {
    public::routes()
        .merge(files::routes())
        .merge(api::routes())
        .merge(delete::routes())
        .merge(export::routes())
        .merge(detail::routes())
}
