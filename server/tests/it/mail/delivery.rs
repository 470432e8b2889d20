//! Email: every letter renders, an outage delays, a refusal is shown.

use chrono::{Duration, SecondsFormat};
use database::entity::outbox::{self, State};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tekvwarho::platform::mail::{Mail, deliver_due};
use tekvwarho::platform::permission::Permission;
use tokio::net::TcpListener;
use uuid::Uuid;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Signed, TestApp, mail_server};

async fn states(t: &TestApp) -> Vec<(State, i32)> {
    outbox::Entity::find()
        .all(t.app.storage.read())
        .await
        .unwrap()
        .into_iter()
        .map(|mail| (mail.state, mail.attempts))
        .collect()
}

/// The same values, with what would break out of a template that does not escape in every text that people write.
fn awkward(values: Value) -> Value {
    match values {
        Value::String(text)
            if !text.starts_with("http") && text.contains(|it: char| it == ' ' || it.is_uppercase()) =>
        {
            json!(format!("{text} 5 < 6 & \"quoted\" <b>bold</b>"))
        }
        Value::Array(all) => all.into_iter().map(awkward).collect(),
        Value::Object(all) => all.into_iter().map(|(name, one)| (name, awkward(one))).collect(),
        other => other,
    }
}

#[tokio::test]
async fn every_letter_renders_with_escaped_values() {
    let t = TestApp::new().await;
    let kinds = t.app.brings.iter().flat_map(|part| part.letters);
    let rows: Vec<outbox::Model> = kinds
        .map(|kind| {
            let row = Mail::sample(&t.app, "anna@example.com", kind).row(&t.app).unwrap();
            outbox::Model { payload: awkward(row.payload), ..row }
        })
        .collect();
    let count = rows.len();
    assert!(count > 10, "{count}");
    t.app
        .storage
        .write(rows, |tx, rows| {
            Box::pin(async move {
                for row in rows {
                    tx.mail(row.clone());
                }
                Ok(())
            })
        })
        .await
        .unwrap();
    let mails = t.mails().await;
    assert_eq!(mails.len(), count);
    for mail in &mails {
        let (text, html) = mail.split_once("Content-Type: text/html").unwrap();
        assert!(text.contains("Tekvwarho IT Solutions GmbH") && html.contains("</html>"), "{mail}");
        assert!(!mail.contains("{{") && !html.contains("<b>bold</b>"), "{mail}");
    }
    assert!(mails.iter().any(|mail| mail.contains("5 < 6") && mail.contains("5 &lt; 6")));
}

#[tokio::test]
async fn a_mail_server_that_is_down_delays_mails_and_loses_none() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("smtp://{address}");
    let t = TestApp::with(&["--smtp-url", &url]).await;
    t.send_message(json!({})).await;
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    assert_eq!(states(&t).await, [(State::Pending, 1), (State::Pending, 1)]);
    // Not due yet: nothing is tried.
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    assert_eq!(states(&t).await, [(State::Pending, 1), (State::Pending, 1)]);
    let ready = async |part: &str| t.get("/api/health/ready").await.status(200).data()[part].clone();
    assert_eq!((ready("mailQueue").await, ready("mailTrouble").await), (json!("ok"), json!("none")));
    let since = t.clock.now();
    t.clock.advance(Duration::minutes(3));
    let words = format!(
        "since {}: nothing listens at the address of the mail server",
        since.to_rfc3339_opts(SecondsFormat::Secs, true)
    );
    assert_eq!((ready("mailQueue").await, ready("mailTrouble").await), (json!("ok"), json!(words)));
    let ada = t.admin().await;
    let trouble = async |who: &Signed| t.get_as(who, "/api/admin/dashboard").await.data()["mailTrouble"].clone();
    let shown = trouble(&ada).await;
    assert_eq!((&shown["reason"], &shown["waiting"]), (&json!("not_listening"), &json!(2)), "{shown}");
    let otto = t.sign_in(&t.person_with("Otto", &[Permission::Audit]).await).await;
    assert_eq!(trouble(&otto).await, Value::Null, "it is nothing of theirs");
    t.clock.advance(Duration::minutes(8));
    assert_eq!(ready("mailQueue").await, "behind");
    let server = tokio::spawn(mail_server::of(TcpListener::bind(address).await.unwrap(), 2, "250 ok"));
    t.clock.advance(Duration::seconds(20));
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    assert_eq!(states(&t).await, [(State::Sent, 2), (State::Sent, 2)]);
    assert_eq!((ready("mailQueue").await, ready("mailTrouble").await), (json!("ok"), json!("none")));
    assert_eq!(trouble(&ada).await, Value::Null);
    let mails = server.await.unwrap();
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().any(|mail| mail.contains("To: anna@example.com")));
}

#[tokio::test]
async fn what_waited_for_the_mail_server_leaves_once_it_takes_mail_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let t = TestApp::with(&["--smtp-url", &format!("smtp://{address}")]).await;
    t.send_message(json!({})).await;
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    assert_eq!(states(&t).await, [(State::Pending, 1); 2]);
    let server = tokio::spawn(mail_server::of(TcpListener::bind(address).await.unwrap(), 4, "250 ok"));
    t.send_message(json!({ "email": "boris@example.com" })).await;
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    assert!(states(&t).await.iter().all(|(state, _)| *state == State::Sent), "nobody waits for the next attempt");
    assert_eq!(server.await.unwrap().len(), 4);
}

/// The program with a mail server that accepts some emails and responds to each with the same verdict.
async fn with_server(expected: usize, verdict: &'static str) -> (TestApp, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(mail_server::of(listener, expected, verdict));
    (TestApp::with(&["--smtp-url", &url]).await, server)
}

#[tokio::test]
async fn a_refused_mail_is_given_up_shown_and_can_be_sent_again() {
    let (t, server) = with_server(2, "550 no such user").await;
    let ada = t.admin().await;
    t.send_message(json!({})).await;
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    server.await.unwrap();
    assert_eq!(states(&t).await, [(State::Failed, 1), (State::Failed, 1)]);
    let failed = t.get_as(&ada, "/api/admin/mail/failed").await.data();
    assert_eq!(failed.as_array().unwrap().len(), 2);
    assert!(failed[0]["lastError"].as_str().unwrap().contains("no such user"));
    let subjects: Vec<&str> = failed.as_array().unwrap().iter().map(|mail| mail["subject"].as_str().unwrap()).collect();
    assert!(subjects.contains(&"Your message to Tekvwarho IT Solutions") && subjects.len() == 2, "{subjects:?}");
    assert_eq!(t.get_as(&ada, "/api/admin/dashboard").await.data()["messages"]["failedMails"], 2);
    let one = format!("/api/admin/mail/{}/retry", failed[0]["id"].as_str().unwrap());
    t.post_as(&ada, &one, json!({})).await.status(200);
    t.post_as(&ada, &one, json!({})).await.problem(404, "not_found");
    let message = failed[1]["entityId"].as_str().unwrap();
    t.post_as(&ada, &format!("/api/admin/messages/{message}/retry-mail"), json!({})).await.status(200);
    assert_eq!(states(&t).await, [(State::Pending, 0), (State::Pending, 0)]);
}

#[tokio::test]
async fn a_failed_mail_is_shown_and_sent_again_by_who_may_see_what_it_is_about() {
    let (t, server) = with_server(3, "550 no such user").await;
    let ada = t.admin().await;
    let inbox = t.sign_in(&t.person_with("Ben", &[Permission::Messages]).await).await;
    t.send_message(json!({})).await;
    let invited = json!({ "name": "Cleo", "email": "cleo@example.com", "role": "staff", "permissions": ["messages"] });
    t.post_as(&ada, "/api/admin/staff", invited).await.status(201);
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    server.await.unwrap();
    let failed = async |who: &crate::support::Signed| {
        let rows = t.get_as(who, "/api/admin/mail/failed").await.data().as_array().unwrap().clone();
        let shown = t.get_as(who, "/api/admin/dashboard").await.data()["messages"]["failedMails"].as_u64();
        assert_eq!(shown, Some(rows.len() as u64));
        rows
    };
    assert_eq!(failed(&ada).await.len(), 3);
    let of_ben = failed(&inbox).await;
    assert_eq!(of_ben.len(), 2);
    assert!(of_ben.iter().all(|mail| mail["entityType"] == "message"), "{of_ben:?}");
    let all = failed(&ada).await;
    let account = all.iter().find(|mail| mail["entityType"] == "staff").unwrap();
    let again = format!("/api/admin/mail/{}/retry", account["id"].as_str().unwrap());
    t.post_as(&inbox, &again, json!({})).await.problem(404, "not_found");
    t.post_as(&ada, &again, json!({})).await.status(200);
}

#[tokio::test]
async fn a_server_that_refuses_us_delays_mails_and_loses_none() {
    let (t, server) = with_server(2, "554 not today").await;
    t.send_message(json!({})).await;
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    server.await.unwrap();
    assert_eq!(states(&t).await, [(State::Pending, 1), (State::Pending, 1)]);
}

#[tokio::test]
async fn what_was_delivered_keeps_nothing_of_what_it_said() {
    let t = TestApp::new().await;
    let id = t.send_message(json!({})).await;
    let waiting = outbox::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert!(waiting.iter().any(|mail| mail.payload.to_string().contains(&id)));
    t.mails().await;
    let sent = outbox::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert!(sent.iter().all(|mail| mail.payload == json!({})));
}

#[tokio::test]
async fn two_workers_deliver_each_mail_once() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    for _ in 0..15 {
        t.send_message(json!({})).await;
    }
    let (one, two) = tokio::join!(deliver_due(&t.app, Uuid::from_u128(1)), deliver_due(&t.app, Uuid::from_u128(2)));
    one.unwrap();
    two.unwrap();
    assert!(states(&t).await.iter().all(|state| *state == (State::Sent, 1)));
    assert_eq!(std::fs::read_dir(t.folder.path().join("mail")).unwrap().count(), 30);
}

#[tokio::test]
async fn a_worker_that_is_stopped_gives_back_what_it_did_not_try() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    drop(listener);
    let t = TestApp::with(&["--smtp-url", &url]).await;
    t.send_message(json!({})).await;
    t.app.stopping.cancel();
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    assert_eq!(states(&t).await, [(State::Pending, 0), (State::Pending, 0)]);
}

#[tokio::test]
async fn a_worker_that_died_gives_its_mails_back() {
    let t = TestApp::new().await;
    t.send_message(json!({})).await;
    let now = t.clock.now();
    let rows = outbox::Entity::find().all(t.app.storage.read()).await.unwrap();
    t.app
        .storage
        .write(rows, move |tx, rows| {
            Box::pin(async move {
                use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _, Set};
                for row in rows {
                    let mut change = row.clone().into_active_model();
                    change.state = Set(State::Sending);
                    change.lease_until = Set(Some(now + Duration::minutes(2)));
                    change.update(tx.conn()).await?;
                }
                Ok(())
            })
        })
        .await
        .unwrap();
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    assert!(states(&t).await.iter().all(|(state, _)| *state == State::Sending));
    t.clock.advance(Duration::minutes(3));
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    assert!(states(&t).await.iter().all(|(state, _)| *state == State::Sent));
}

#[tokio::test]
async fn sendgrid_gets_the_request_that_its_api_describes() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v3/mail/send"))
        .and(header("authorization", "Bearer SG.key"))
        .and(header("content-type", "application/json"))
        .respond_with(ResponseTemplate::new(202))
        .mount(&server)
        .await;
    let t = TestApp::with(&["--sendgrid-api-key", "SG.key", "--sendgrid-api-url", &server.uri()]).await;
    t.send_message(json!({})).await;
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    assert!(states(&t).await.iter().all(|(state, _)| *state == State::Sent));
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 2);
    let body: Value = requests
        .iter()
        .map(|it| it.body_json::<Value>().unwrap())
        .find(|it| it["personalizations"][0]["to"][0]["email"] == "anna@example.com")
        .unwrap();
    assert_eq!(body["from"], json!({ "email": "hello@tekvwarho.example", "name": "Tekvwarho IT Solutions" }));
    assert_eq!(body["subject"], "Your message to Tekvwarho IT Solutions");
    assert_eq!(body["content"][0]["type"], "text/plain");
    assert_eq!(body["content"][1]["type"], "text/html");
    assert_eq!(body["headers"]["Auto-Submitted"], "auto-generated");
    assert!(body["headers"]["Message-ID"].as_str().unwrap().ends_with("@localhost>"));
}

#[tokio::test]
async fn sendgrid_that_is_busy_is_asked_again() {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(429)).mount(&server).await;
    let t = TestApp::with(&["--sendgrid-api-key", "SG.key", "--sendgrid-api-url", &server.uri()]).await;
    t.send_message(json!({})).await;
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    assert!(states(&t).await.iter().all(|state| *state == (State::Pending, 1)));
}

#[tokio::test]
async fn addresses_of_any_script_are_written_in_ascii() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    // It does not offer SMTPUTF8, like most servers.
    let server = tokio::spawn(mail_server::of(listener, 2, "250 ok"));
    let t = TestApp::with(&["--smtp-url", &url]).await;
    let ada = t.admin().await;
    let firm = json!({ "firm.email": "post@müller.example", "mail.replyTo": "desk@Müller.example" });
    t.patch_as(&ada, "/api/admin/settings", firm).await.status(200);
    t.send_message(json!({ "email": "anna@exämple.com" })).await;
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    assert!(states(&t).await.iter().all(|(state, _)| *state == State::Sent), "{:?}", states(&t).await);
    let mails = server.await.unwrap();
    let to_anna = mails.iter().find(|mail| mail.contains("\nTo: anna@xn--exmple-cua.com")).unwrap();
    assert!(
        to_anna.contains("<post@xn--mller-kva.example>") && to_anna.contains("Reply-To: desk@xn--mller-kva.example")
    );
}

#[tokio::test]
async fn no_mail_of_ours_comes_from_a_name_that_servers_refuse() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    for key in ["firm.email", "mail.replyTo"] {
        let refused = t.patch_as(&ada, "/api/admin/settings", json!({ key: "grüße@example.com" })).await.refused();
        assert_eq!(refused, [(key.to_owned(), "invalid".to_owned())]);
    }
    let from = |address: &str| {
        let mut config = t.app.config.clone();
        config.mail.mail_from = Some(address.parse().unwrap());
        tekvwarho::platform::mail::Mailer::new(&config)
    };
    assert!(from("Desk <desk@müller.example>").is_ok());
    assert!(from("Desk <grüße@example.com>").is_err_and(|error| error.contains("before the @")));
}

#[tokio::test]
async fn a_mail_that_cannot_be_written_waits_until_that_is_mended() {
    let theme = tempfile::tempdir().unwrap();
    let folder = theme.path().join("templates/email/contact_notice");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("subject.txt"), "{{ 1 // 0 }}").unwrap();
    let t = TestApp::with(&["--theme-dir", theme.path().to_str().unwrap()]).await;
    t.send_message(json!({})).await;
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    let mut states = states(&t).await;
    states.sort_by_key(|(state, _)| *state == State::Sent);
    assert_eq!(states, [(State::Pending, 1), (State::Sent, 1)]);
}

#[tokio::test]
async fn what_strangers_write_into_a_subject_stays_what_it_is() {
    let t = TestApp::new().await;
    t.admin().await;
    t.send_message(json!({ "name": "=?utf-8?q?Your_invoice?= \u{202e}gro.live" })).await;
    let subject =
        t.mails().await.iter().flat_map(|mail| mail.lines()).find(|it| it.starts_with("Subject:")).map(str::to_owned);
    let subject = subject.unwrap();
    assert!(!subject.contains("=?utf-8?q?Your_invoice?="), "{subject}");
}

#[tokio::test]
async fn answers_to_a_notice_go_to_the_client_where_a_header_can_say_so() {
    let t = TestApp::new().await;
    t.admin().await;
    let reply_to = async |email: &str| {
        t.send_message(json!({ "email": email })).await;
        let mails = t.mails().await;
        let notice = mails.iter().rev().find(|mail| mail.contains("To: hello@")).unwrap();
        notice.lines().find(|line| line.starts_with("Reply-To:")).map(str::to_owned)
    };
    assert_eq!(reply_to("anna@example.com").await.as_deref(), Some("Reply-To: anna@example.com"));
    assert_eq!(reply_to("jürgen@example.com").await, None, "few servers take letters beyond ASCII in a header");
}
