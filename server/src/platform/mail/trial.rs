//! Trying mails out: how one would look with other settings, and whether one arrives.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::draft::{Mail, Rendered};
use super::letter::Letter;
use crate::app::App;
use crate::config::Transport;
use crate::error::{Error, Result};
use crate::features::onboarding;
use crate::http::rate_limit::{Limit, Subject};
use crate::http::{Claim, Data, Envelope, Json, Problem, RequestInfo, idempotency};
use crate::platform::audit::{Changes, Entry};
use crate::platform::auth::{Caller, demand, demand_in_person};
use crate::platform::permission::Permission;
use crate::platform::settings;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand(Permission::Settings, routes!(preview_mail)))
        .routes(demand_in_person(Permission::Settings, routes!(test_mail)))
}

/// A mail that the firm words itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailTemplate {
    ContactConfirmation,
    Reply,
}

/// Which mail, and settings that count for it only.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailTrial {
    pub template: MailTemplate,
    /// Keys of the settings with values that are not saved yet.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    pub values: Map<String, Value>,
}

/// A mail as a client would get it, about a made-up message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailPreview {
    pub from: String,
    pub reply_to: Option<String>,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// What came of a test mail.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailTest {
    /// True when the next server has taken it, or when it was written to the folder.
    pub delivered: bool,
    /// `smtp`, `sendgrid`, or `folder` where no mail leaves the machine.
    pub transport: String,
    pub recipient: String,
    /// What the mail server said, if it did not take it.
    pub error: Option<String>,
}

/// Shows a mail as it would be, with settings that are not saved yet.
#[utoipa::path(post, path = "/api/admin/settings/mail/preview", tag = "settings", request_body = MailTrial,
    responses((status = 200, body = Envelope<MailPreview>), (status = 422, body = Problem)))]
async fn preview_mail(
    State(app): State<App>,
    caller: Caller,
    Json(trial): Json<MailTrial>,
) -> Result<Data<MailPreview>> {
    let mail = rendered(&app, &caller, &trial)?;
    Ok(Data(MailPreview {
        from: mail.from.to_string(),
        reply_to: mail.reply_to.map(|it| it.email.to_string()),
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
    }))
}

/// Sends such a mail to the caller's own address, and says what the mail server said.
#[utoipa::path(post, path = "/api/admin/settings/mail/test", tag = "settings", request_body = MailTrial,
    responses((status = 200, body = Envelope<MailTest>), (status = 422, body = Problem)))]
async fn test_mail(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Json(trial): Json<MailTrial>,
) -> Result<Data<MailTest>> {
    let mail = rendered(&app, &caller, &trial)?;
    app.limits.check(Limit::TestMail, &Subject::Staff(caller.staff_id))?;
    let now = app.clock.now();
    let outcome = app.outbox.send_now(&mail, now).await;
    let transport = match app.config.mail.transport() {
        Transport::Folder => "folder",
        Transport::Smtp => "smtp",
        Transport::SendGrid => "sendgrid",
    };
    let delivered = outcome.is_ok();
    let entry = Entry {
        actor: Some(caller.staff_id),
        action: "mail.tested",
        entity: ("mail", None),
        changes: Changes::none().fact("transport", transport).fact("delivered", delivered),
        from: &info,
    }
    .row(&app.ids, now);
    let proof = app.config.mail.way().filter(|_| delivered);
    let tested = Data(MailTest {
        delivered,
        transport: transport.to_owned(),
        recipient: caller.email,
        error: outcome.err().map(|error| error.reason.chars().take(500).collect()),
    });
    let kept = claim.row(&tested)?;
    app.storage
        .write((entry, proof, kept), move |tx, (entry, proof, kept)| {
            Box::pin(async move {
                idempotency::write(tx.conn(), kept.as_ref()).await?;
                if let Some(way) = proof {
                    let (firm, name) = (onboarding::FIRM, onboarding::MAIL_WORKS);
                    onboarding::mark(tx.conn(), firm, name, &Value::from(way.clone()), now).await?;
                }
                tx.audit(entry.clone());
                Ok(())
            })
        })
        .await?;
    Ok(tested)
}

/// The mail, to the caller, with what is not saved yet.
fn rendered(app: &App, caller: &Caller, trial: &MailTrial) -> Result<Rendered> {
    let settings = settings::draft(app, &trial.values, |permission| caller.may(permission))?;
    let template = match trial.template {
        MailTemplate::ContactConfirmation => "contact_confirmation",
        MailTemplate::Reply => "reply",
    };
    let letter = Letter::samples()
        .into_iter()
        .find(|letter| letter.template() == template)
        .ok_or_else(|| Error::internal("a mail without a sample"))?;
    let row =
        Mail { to: &caller.email, letter: &letter, entity: None, thread: Vec::new(), automatic: true }.row(app)?;
    Rendered::of(app, &settings, &row)
}
