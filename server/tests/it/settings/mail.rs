//! The texts of emails: previewed before they are saved, tested, and limited to what they are allowed to say.

use database::entity::audit_logs;
use sea_orm::EntityTrait;
use serde_json::json;

use super::pictures::logo;
use crate::support::TestApp;

const PREVIEW: &str = "/api/admin/settings/mail/preview";
const TEST: &str = "/api/admin/settings/mail/test";

#[tokio::test]
async fn a_preview_shows_what_is_not_saved_yet_and_saves_nothing() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let values = json!({
        "firm.name": "Nord <licht>",
        "mail.senderName": "Anna",
        "mail.replyTo": "desk@nordlicht.example",
        "mail.confirmationSubject": "Thank you, {{firm.name}}",
        "mail.confirmationText": "Hello,\nthis is {{ firm.name }}.\n{{answer.promise}}",
    });
    let shown = t.post_as(&ada, PREVIEW, json!({ "template": "contact_confirmation", "values": values })).await.data();
    assert_eq!(shown["subject"], "Thank you, Nord <licht>");
    assert_eq!(shown["replyTo"], "desk@nordlicht.example");
    assert!(shown["from"].as_str().unwrap().starts_with("Anna <"), "{shown}");
    let (text, html) = (shown["text"].as_str().unwrap(), shown["html"].as_str().unwrap());
    assert!(text.starts_with("Hello,\nthis is Nord <licht>.\nWe usually reply within 2 h.\n"), "{text}");
    assert!(html.contains("this is Nord &lt;licht&gt;.<br>We usually"), "{html}");
    assert_eq!(t.get_as(&ada, "/api/admin/settings").await.data()["mail.senderName"], json!(null));
    let refused = json!({ "template": "reply", "values": { "mail.replyText": "no answer in it" } });
    assert_eq!(t.post_as(&ada, PREVIEW, refused).await.refused()[0].0, "mail.replyText");
    t.post_as(&ada, PREVIEW, json!({ "template": "password_reset" })).await.problem(422, "validation_failed");
}

#[tokio::test]
async fn mails_are_in_the_accent_of_the_firm_and_carry_its_logo() {
    let t = TestApp::with(&["--public-url", "https://firm.example"]).await;
    let ada = t.admin().await;
    let html = async |values: serde_json::Value| {
        let shown = t.post_as(&ada, PREVIEW, json!({ "template": "reply", "values": values })).await.data();
        shown["html"].as_str().unwrap().to_owned()
    };
    let plain = html(json!({ "firm.accentHue": 30 })).await;
    // The button, and a link for light and dark.
    for colour in ["background-color:#83382e", "color:#723127", "color: #ffac9c"] {
        assert!(plain.contains(colour), "{colour} in {plain}");
    }
    assert!(!plain.contains("<img"), "{plain}");
    let green = html(json!({ "firm.accentHue": 165 })).await;
    assert!(green.contains("background-color:#006444") && !green.contains("#83382e"), "{green}");
    let logo = t.upload(&ada, logo()).await.data()["name"].as_str().unwrap().to_owned();
    let with_logo = html(json!({ "firm.logo": logo })).await.replace("&#x2f;", "/");
    let picture = format!(r#"<img src="https://firm.example/pictures/{logo}""#);
    assert!(with_logo.contains(&picture), "{with_logo}");
    assert!(with_logo.contains(r#"alt="Tekvwarho IT Solutions""#), "{with_logo}");
}

#[tokio::test]
async fn a_test_mail_goes_to_who_asks_and_the_answer_is_what_came_of_it() {
    let t = TestApp::with(&["--public-url", "https://firm.example"]).await;
    let ada = t.admin().await;
    let shown = t.post_as(&ada, PREVIEW, json!({ "template": "reply" })).await.data();
    let text = shown["text"].as_str().unwrap();
    assert!(text.contains("https://firm.example/message/") && !text.contains("localhost"), "{text}");
    let sent = t.post_as(&ada, TEST, json!({ "template": "reply" })).await.data();
    assert_eq!(
        sent,
        json!({ "delivered": true, "transport": "folder", "recipient": "ada@tekvwarho.example", "error": null })
    );
    let mails = t.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("To: ada@tekvwarho.example") && mails[0].contains("Ben Okafor"));
    assert!(mails[0].contains("Subject: [Test] "), "{}", mails[0]);
    let entries = audit_logs::Entity::find().all(t.app.storage.read()).await.unwrap();
    let entry = entries.iter().find(|entry| entry.action == "mail.tested").unwrap();
    assert_eq!(entry.changes.as_ref().unwrap()["delivered"], json!({ "to": true }));
}

#[tokio::test]
async fn a_mail_server_that_is_down_is_told_as_such() {
    // Nothing listens on the port of a closed socket.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let t = TestApp::with(&["--smtp-url", &format!("smtp://127.0.0.1:{port}")]).await;
    let ada = t.admin().await;
    let sent = t.post_as(&ada, TEST, json!({ "template": "contact_confirmation" })).await.data();
    assert_eq!((&sent["delivered"], &sent["transport"]), (&json!(false), &json!("smtp")));
    assert!(sent["error"].as_str().is_some_and(|error| error.starts_with("nothing listens at")), "{sent}");
    let entries = t.get_as(&ada, "/api/admin/audit?action=mail.tested").await.data();
    assert_eq!(entries[0]["sentence"], "tried to send a test email via smtp, which was not accepted");
}

#[tokio::test]
async fn what_a_client_typed_is_never_read_as_a_variable() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let texts = json!({ "mail.replyText": "Dear {{client.name}},\n\n{{answer}}\n\n{{signature}}" });
    t.patch_as(&ada, "/api/admin/settings", texts).await.status(200);
    let id = t.send_message(json!({ "name": "{{staff.name}}" })).await;
    let answer = json!({ "content": "Use {{firm.email}} as it stands.\n{% for x in y %}" });
    t.post_as(&ada, &format!("/api/admin/messages/{id}/replies"), answer).await.status(201);
    let mails = t.mails().await;
    let reply = mails.iter().find(|mail| mail.contains("as it stands")).unwrap();
    assert!(
        reply.contains("Dear {{staff.name}},") && reply.contains("Use {{firm.email}} as") && reply.contains("{% for")
    );
}
