//! SendGrid's HTTP API, version 3: `POST /v3/mail/send`.

use std::time::Duration;

use reqwest::Client;
use serde_json::{Map, Value, json};
use url::Url;

use super::draft::Rendered;
use super::fault::Fault;
use super::mailer::SendError;

/// Sends through SendGrid.
pub struct SendGrid {
    client: Client,
    endpoint: Url,
    key: String,
}

impl SendGrid {
    /// A client of the API at `base`.
    pub fn new(base: &Url, key: String) -> Result<Self, String> {
        let endpoint = base.join("/v3/mail/send").map_err(|error| error.to_string())?;
        #[expect(clippy::disallowed_methods, reason = "the one client of this process, with its time-out")]
        let client = Client::builder().timeout(Duration::from_secs(20)).build().map_err(|error| error.to_string())?;
        Ok(Self { client, endpoint, key })
    }

    /// Hands one mail over; 202 means that SendGrid has it.
    pub async fn send(&self, mail: &Rendered) -> Result<(), SendError> {
        let answer = self
            .client
            .post(self.endpoint.clone())
            .bearer_auth(&self.key)
            .json(&body(mail))
            .send()
            .await
            .map_err(|error| SendError::passing(Fault::of_http(&error), error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let reason = format!("SendGrid answered {status}: {}", answer.text().await.unwrap_or_default());
        // What is busy passes, and a wrong key is mended by the operator; everything else is about this mail.
        let fault = Fault::of_status(status);
        Err(SendError { permanent: fault == Fault::Rejected, reason, fault })
    }
}

fn body(mail: &Rendered) -> Value {
    let mut headers = Map::new();
    let mut header = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            headers.insert(name.to_owned(), json!(value));
        }
    };
    header("Message-ID", &Some(mail.message_id.clone()));
    header("In-Reply-To", &mail.in_reply_to);
    header("References", &mail.references);
    header("Auto-Submitted", &mail.auto_submitted.then(|| "auto-generated".to_owned()));
    let mut from = json!({ "email": mail.from.email.to_string() });
    if let Some(name) = &mail.from.name {
        from["name"] = json!(name);
    }
    let mut body = json!({
        "personalizations": [{ "to": [{ "email": mail.to.email.to_string() }] }],
        "from": from,
        "subject": mail.subject,
        "headers": headers,
        "content": [
            { "type": "text/plain", "value": mail.text },
            { "type": "text/html", "value": mail.html },
        ],
        "tracking_settings": { "click_tracking": { "enable": false }, "open_tracking": { "enable": false } },
    });
    if let Some(reply_to) = &mail.reply_to {
        body["reply_to"] = json!({ "email": reply_to.email.to_string() });
    }
    body
}
