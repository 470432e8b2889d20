//! Mail. A slice decides a [`Letter`] inside its unit of work; the outbox delivers it afterwards, by SMTP, SendGrid or
//! into a folder. None is lost; doubled is one only if the program dies in the moment of delivery, and then with
//! the same `Message-ID`.
//!
//! Table: `outbox`. Permissions: `messages` for mails that were given up, `settings` for previews and test mails. Event:
//! `mail_queued`. Notice: `mail_failed`. Job: `mail.clean_up`.

mod api;
mod draft;
mod letter;
mod mailer;
mod outbox;
mod retry;
mod sendgrid;
mod store;
mod trial;

pub use draft::{Mail, message_id_of};
pub use letter::{Letter, NoticeOfMessage, Quoted, StaffName};
pub use mailer::{Mailer, SendError};
pub use outbox::{Outbox, clean_up, deliver_due, deliver_until_stopped, is_behind};
pub use store::{MailState, count_before, delete_of_entities, failed_count, over_since, retry_of_entity, states};

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The routes of this slice.
pub fn routes() -> OpenApiRouter<App> {
    api::routes().merge(trial::routes())
}
