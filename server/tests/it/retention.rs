//! What is kept no longer: counted before, deleted in chunks, and nothing else with it.

use chrono::Duration;
use database::entity::{audit_logs, message_notes, message_replies, message_tags, messages, outbox};
use sea_orm::EntityTrait;
use serde_json::json;
use tekvwarho::jobs::run_due;
use uuid::Uuid;

use crate::support::TestApp;

const PREVIEW: &str = "/api/admin/settings/retention";

#[tokio::test]
async fn a_finished_conversation_goes_with_everything_around_it_and_an_open_one_stays() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let person = t.person("Ada", database::entity::staff::Role::Admin).await;
    let ada = t.sign_in(&person).await;
    let done = t.send_message(json!({})).await;
    t.post_as(&ada, &format!("/api/admin/messages/{done}/replies"), json!({ "content": "Done." })).await.status(201);
    t.post_as(&ada, &format!("/api/admin/messages/{done}/notes"), json!({ "content": "A note." })).await.status(201);
    let put = t.request_as(&ada, reqwest::Method::PUT, &format!("/api/admin/messages/{done}/tags"));
    crate::support::Answer::of(put.json(&json!({ "tags": ["a"] }))).await.status(200);
    let open = t.send_message(json!({})).await;
    t.mails().await;
    t.clock.advance(Duration::days(31));
    let ada = t.sign_in(&person).await;
    let count = async |days: i64| {
        let trial = json!({ "values": { "privacy.messageDays": days } });
        let shown = t.post_as(&ada, PREVIEW, trial).await.data();
        shown.as_array().unwrap().iter().find(|it| it["key"] == "privacy.messageDays").unwrap()["count"].clone()
    };
    assert_eq!((count(30).await, count(32).await), (json!(1), json!(0)));
    t.patch_as(&ada, "/api/admin/settings", json!({ "privacy.messageDays": 30 })).await.status(200);
    run_due(&t.app, Uuid::nil()).await;
    let conn = t.app.storage.read();
    let left = messages::Entity::find().all(conn).await.unwrap();
    assert_eq!(left.iter().map(|message| message.id.to_string()).collect::<Vec<_>>(), [open]);
    assert!(message_replies::Entity::find().all(conn).await.unwrap().is_empty());
    assert!(message_notes::Entity::find().all(conn).await.unwrap().is_empty());
    assert!(message_tags::Entity::find().all(conn).await.unwrap().is_empty());
    let mails = outbox::Entity::find().all(conn).await.unwrap();
    assert!(!mails.is_empty() && mails.iter().all(|mail| mail.entity_id.unwrap().to_string() != done));
    let entries = audit_logs::Entity::find().all(conn).await.unwrap();
    let entry = entries.iter().find(|entry| entry.action == "messages.expired").unwrap();
    assert_eq!(entry.changes.as_ref().unwrap()["messages"], json!({ "to": 1 }));
    // What was found by its words is found no more.
    assert_eq!(t.get_as(&ada, "/api/admin/messages?q=spreadsheet").await.data().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn more_than_a_chunk_of_spam_goes_in_one_run() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let person = t.person("Ada", database::entity::staff::Role::Admin).await;
    for _ in 0..230 {
        t.send_message(json!({ "website": "x" })).await;
    }
    let fine = t.send_message(json!({})).await;
    t.clock.advance(Duration::days(8));
    let ada = t.sign_in(&person).await;
    let shown = t.post_as(&ada, PREVIEW, json!({ "values": { "privacy.spamDays": 7 } })).await.data();
    assert_eq!(shown[3]["count"], 230, "{shown}");
    t.post_as(&ada, PREVIEW, json!({ "values": { "privacy.spamDays": 0 } })).await.problem(422, "validation_failed");
    t.patch_as(&ada, "/api/admin/settings", json!({ "privacy.spamDays": 7 })).await.status(200);
    run_due(&t.app, Uuid::nil()).await;
    let left = messages::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert_eq!(left.iter().map(|message| message.id.to_string()).collect::<Vec<_>>(), [fine]);
}
