//! Mail. A slice decides a [`Letter`] inside its unit of work; the outbox delivers it afterwards, by SMTP, SendGrid or
//! into a folder. None is lost; doubled is one only if the program dies in the moment of delivery, and then with
//! the same `Message-ID`.
//!
//! Table: `outbox`. Permissions: `messages` for mails that were given up, `settings` for previews and test mails. Event:
//! `mail_queued`. Notices: `mail_failed`, `mails_failed`. Jobs: `mail.clean_up`, `mail.report_failures`.

mod api;
mod draft;
mod fault;
mod letter;
mod look;
mod mailer;
mod outbox;
mod report;
mod retry;
mod sendgrid;
mod sentences;
mod smtp;
mod store;
mod trial;
mod trouble;

pub use draft::{Mail, message_id_of, send_noted};
pub use fault::Fault;
pub use letter::{Letter, LetterKind, Settled, Words};
pub use mailer::{Mailer, SendError};
pub use outbox::{Outbox, deliver_due, deliver_until_stopped};
pub use store::{
    MailState, delete_of_entities, failed_count, over_since, retry_of_entity, states, stop, take_of_entities,
    take_unsent,
};
pub use trial::MailTemplate;
pub use trouble::{MailTrouble, trouble};

use utoipa_axum::router::OpenApiRouter;

use crate::http::rate_limit::{Allowed, Limit};
use crate::jobs::Job;
use crate::platform::Platform;
use crate::platform::notices::{Default, Kind};
use crate::platform::permission::Permission;
use crate::platform::slice::{Brings, Readiness, Retention, Slice, Step};
use chrono::Duration;

/// A mail was given up. Whoever may see what it is about hears of it.
static MAIL_FAILED: Kind = Kind {
    name: "mail_failed",
    needs: &[Permission::Messages, Permission::Staff, Permission::Settings],
    app: Default::On,
    mail: Default::Never,
};

/// Mails were given up since the last report, which comes at most once a day.
static MAILS_FAILED: Kind =
    Kind { name: "mails_failed", needs: &[Permission::Settings], app: Default::Never, mail: Default::On };

/// Test mails of one person.
static TEST_MAIL: Limit =
    Limit { name: "test_mail", window: 3_600, allowed: Allowed::BySetting("security.limitTestMail") };

/// What this part brings.
pub const SLICE: Slice<Platform> = Slice {
    api: routes,
    jobs: &[
        Job { name: "mail.clean_up", every: Duration::hours(24), run: |it| Box::pin(outbox::clean_up(it)) },
        Job {
            name: "mail.report_failures",
            every: Duration::minutes(10),
            run: |it| Box::pin(report::report_failures(it)),
        },
    ],
    readiness: &[
        Readiness {
            name: "mailQueue",
            help: "`ok`, or `behind` if an email has waited for ten minutes. Emails wait in the database while the \
                   mail server is down, so everything else keeps working.",
            check: |it| Box::pin(async move { Ok(if outbox::is_behind(it).await? { "behind" } else { "ok" }.into()) }),
        },
        Readiness {
            name: "mailTrouble",
            help: "`none`, or since when email has not been leaving, and why, such as `since 2026-01-31T09:00:00Z: the mail server \
                   does not answer`.",
            check: |it| Box::pin(async move { Ok(trouble::in_words(trouble(it).await?.as_ref())) }),
        },
    ],
    brings: Brings {
        limits: &[&TEST_MAIL],
        sentences: sentences::sentences,
        notices: &[&MAIL_FAILED, &MAILS_FAILED],
        letters: &[LetterKind::of::<report::MailsFailed>()],
        retention: &[Retention {
            key: "privacy.mailDays",
            before: |settings, now| Some(settings.privacy.mails_before(now)),
            count: |conn, before, limit| Box::pin(async move { Ok(store::count_before(conn, before, limit).await?) }),
        }],
        steps: &[Step {
            name: "mail",
            place: 40,
            needs: Permission::Settings,
            link: "/settings/mail",
            reviewable: false,
            done: trial::mail_works,
        }],
        ..Brings::NOTHING
    },
    ..Slice::new("mail")
};

fn routes() -> OpenApiRouter<Platform> {
    api::routes().merge(trial::routes())
}
