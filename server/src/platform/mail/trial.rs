//! Trying mails out: how one would look with other settings, and whether one arrives.

use std::borrow::Cow;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::TEST_MAIL;
use super::draft::{Mail, Rendered};
use crate::config::Transport;
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::http::{Data, Envelope, Json, Problem, RequestInfo};
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::auth::{Caller, demand, demand_in_person};
use crate::platform::entity::Entity;
use crate::platform::idempotency::{self, Claim};
use crate::platform::marks;
use crate::platform::permission::Permission;
use crate::platform::settings;
use crate::platform::slice::Facts;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(demand(Permission::Settings, routes!(preview_mail)))
        .routes(demand_in_person(Permission::Settings, routes!(test_mail)))
}

/// The name of a mail that the firm words itself, in the OpenAPI document. Which there are, the document is told by the
/// slices.
pub struct MailTemplate;

impl PartialSchema for MailTemplate {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).description(Some("An email that the firm words itself.")).into()
    }
}

impl ToSchema for MailTemplate {
    fn name() -> Cow<'static, str> {
        "MailTemplate".into()
    }
}

/// Which email, and settings that apply only to it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailTrial {
    #[schema(value_type = MailTemplate)]
    pub template: String,
    /// Setting keys with values that are not saved yet.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    pub values: Map<String, Value>,
}

/// An email as a client would get it, about a sample message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailPreview {
    pub from: String,
    pub reply_to: Option<String>,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// The result of a test email.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailTest {
    /// True if the next server accepted it, or if it was written to the folder.
    pub delivered: bool,
    /// `smtp`, `sendgrid`, or `folder` if no email leaves the machine.
    pub transport: String,
    pub recipient: String,
    /// Why it was not accepted, with the mail server's response.
    pub error: Option<String>,
}

/// Previews an email with settings that are not saved yet.
#[utoipa::path(post, path = "/api/admin/settings/mail/preview", tag = "settings", request_body = MailTrial,
    responses((status = 200, body = Envelope<MailPreview>), (status = 422, body = Problem)))]
async fn preview_mail(
    State(platform): State<Platform>,
    caller: Caller,
    Json(trial): Json<MailTrial>,
) -> Result<Data<MailPreview>> {
    let mail = rendered(&platform, &caller, &trial)?;
    Ok(Data(MailPreview {
        from: mail.from.to_string(),
        reply_to: mail.reply_to.map(|it| it.email.to_string()),
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
    }))
}

/// Sends such an email to the caller's own address, and returns the mail server's response.
#[utoipa::path(post, path = "/api/admin/settings/mail/test", tag = "settings", request_body = MailTrial,
    responses((status = 200, body = Envelope<MailTest>), (status = 422, body = Problem)))]
async fn test_mail(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Json(trial): Json<MailTrial>,
) -> Result<Data<MailTest>> {
    let mut mail = rendered(&platform, &caller, &trial)?;
    mail.subject = format!("[Test] {}", mail.subject);
    platform.limits.check(&TEST_MAIL, &Subject::Staff(caller.staff_id)).await?;
    let now = platform.clock.now();
    let outcome = platform.outbox.send_now(&mail, now).await;
    let transport = match platform.config.mail.transport() {
        Transport::Folder => "folder",
        Transport::Smtp => "smtp",
        Transport::SendGrid => "sendgrid",
    };
    let delivered = outcome.is_ok();
    let entry = Entry {
        actor: Some(caller.staff_id),
        action: "mail.tested",
        entity: (Entity::Mail, None),
        changes: Changes::none().fact("transport", transport).fact("delivered", delivered),
        from: &info,
    }
    .row(&platform.ids, now);
    let proof = platform.config.mail.way().filter(|_| delivered);
    let tested = Data(MailTest {
        delivered,
        transport: transport.to_owned(),
        recipient: caller.email,
        error: outcome.err().map(|error| error.in_words().chars().take(500).collect()),
    });
    let kept = claim.row(&tested)?;
    platform
        .storage
        .write((entry, proof, kept), move |tx, (entry, proof, kept)| {
            Box::pin(async move {
                idempotency::write(tx.conn(), kept.as_ref()).await?;
                if let Some(way) = proof {
                    marks::mark(tx.conn(), marks::FIRM, WORKS, &Value::from(way.clone()), now).await?;
                }
                tx.audit(entry.clone());
                Ok(())
            })
        })
        .await?;
    Ok(tested)
}

/// The mark of a test mail that left the machine; its value is the way that it took.
const WORKS: &str = "mail";

/// True when a test mail has left the machine the way that mails take now.
pub fn mail_works(facts: &Facts<'_>) -> bool {
    let way = facts.platform.config.mail.way();
    way.is_some() && facts.marks.get(WORKS).and_then(Value::as_str) == way.as_deref()
}

/// The mail, to the caller, with what is not saved yet.
fn rendered(platform: &Platform, caller: &Caller, trial: &MailTrial) -> Result<Rendered> {
    let settings = settings::draft(platform, &trial.values, |permission| caller.may(permission))?;
    let kind = platform
        .letter(&trial.template)
        .filter(|kind| kind.words.is_some())
        .ok_or_else(|| Error::field("template", "invalid", "The firm cannot change the text of this email."))?;
    let row = Mail::sample(platform, &caller.email, kind).row(platform)?;
    Rendered::of(platform, &settings, &row)
}
