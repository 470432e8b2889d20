//! Expired data: counted beforehand, deleted in chunks, and nothing else with it.

use chrono::Duration;
use database::entity::{
    active_sessions, audit_logs, message_notes, message_replies, message_tags, messages, notifications, outbox,
    refresh_tokens,
};
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait as _, DbBackend, EntityTrait, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, Set, Statement,
};
use serde_json::json;
use tekvwarho::features::messages::with_sender;
use tekvwarho::platform::mail::over_since;
use tekvwarho::storage::Engine;
use uuid::Uuid;

use crate::support::{TestApp, begin_elsewhere};

const PREVIEW: &str = "/api/admin/settings/retention";

/// The preview for one retention setting.
fn of<'a>(shown: &'a serde_json::Value, key: &str) -> &'a serde_json::Value {
    shown.as_array().unwrap().iter().find(|it| it["key"] == key).unwrap()
}

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
    t.app.schedule().run_due(Uuid::nil()).await;
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
    // Search no longer finds it.
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
    assert_eq!(of(&shown, "privacy.spamDays")["count"], 230, "{shown}");
    t.post_as(&ada, PREVIEW, json!({ "values": { "privacy.spamDays": 0 } })).await.problem(422, "validation_failed");
    t.patch_as(&ada, "/api/admin/settings", json!({ "privacy.spamDays": 7 })).await.status(200);
    t.app.schedule().run_due(Uuid::nil()).await;
    let left = messages::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert_eq!(left.iter().map(|message| message.id.to_string()).collect::<Vec<_>>(), [fine]);
}

/// A finished conversation from long ago, which the next clean-up deletes.
async fn finished_long_ago(t: &TestApp) -> Uuid {
    let ada = t.admin().await;
    let id = t.send_message(json!({})).await;
    t.patch_as(&ada, &format!("/api/admin/messages/{id}"), json!({ "status": "archived" })).await.status(200);
    t.patch_as(&ada, "/api/admin/settings", json!({ "privacy.messageDays": 30 })).await.status(200);
    t.clock.advance(Duration::days(31));
    id.parse().unwrap()
}

#[tokio::test]
async fn a_conversation_that_is_answered_in_the_same_moment_stays() {
    let t = TestApp::new().await;
    let id = finished_long_ago(&t).await;
    // The client's reply, as another node writes it: uncommitted when the clean-up starts.
    let answer = begin_elsewhere(&t.app.config.database_url()).await;
    let message = messages::Entity::find_by_id(id).lock_exclusive().one(&answer).await.unwrap().unwrap();
    let mut change = message.into_active_model();
    change.status = Set(messages::Status::InProgress);
    change.last_activity_at = Set(t.clock.now());
    change.update(&answer).await.unwrap();
    let app = t.app.clone();
    let cleaning = tokio::spawn(async move { app.schedule().run_due(Uuid::nil()).await });
    // Enough time to reach the message, whose row is locked.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    answer.commit().await.unwrap();
    cleaning.await.unwrap();
    let left = messages::Entity::find_by_id(id).one(t.app.storage.read()).await.unwrap();
    assert_eq!(left.map(|message| message.status), Some(messages::Status::InProgress));
}

#[tokio::test]
async fn notices_of_a_conversation_go_with_it() {
    let t = TestApp::new().await;
    let id = finished_long_ago(&t).await;
    let left = async || {
        let all = notifications::Entity::find().all(t.app.storage.read()).await.unwrap();
        all.iter().filter(|notice| notice.entity_id == Some(id)).count()
    };
    assert_eq!(left().await, 1);
    t.app.schedule().run_due(Uuid::nil()).await;
    assert_eq!(left().await, 0);
}

#[tokio::test]
async fn a_session_that_was_ended_goes_after_its_days_and_is_counted_before() {
    let t = TestApp::new().await;
    let person = t.person("Ada", database::entity::staff::Role::Admin).await;
    let ended = t.sign_in(&person).await;
    t.post_as(&ended, "/api/auth/logout", json!({})).await.status(200);
    let count = async || {
        let ada = t.sign_in(&person).await;
        let shown = t.post_as(&ada, PREVIEW, json!({ "values": { "privacy.sessionDays": 3 } })).await.data();
        shown.as_array().unwrap().iter().find(|it| it["key"] == "privacy.sessionDays").unwrap()["count"].clone()
    };
    assert_eq!(count().await, 0);
    t.clock.advance(Duration::days(4));
    // Later sessions are active and stay.
    assert_eq!(count().await, 1);
    let ada = t.sign_in(&person).await;
    t.patch_as(&ada, "/api/admin/settings", json!({ "privacy.sessionDays": 3 })).await.status(200);
    t.app.schedule().run_due(Uuid::nil()).await;
    let conn = t.app.storage.read();
    assert_eq!(active_sessions::Entity::find().all(conn).await.unwrap().len(), 3);
    let tokens = refresh_tokens::Entity::find().all(conn).await.unwrap();
    assert!(tokens.iter().all(|token| token.revoked_at.is_none()) && tokens.len() == 3);
}

#[tokio::test]
async fn the_clean_up_asks_an_index_and_sorts_nothing() {
    let t = TestApp::new().await;
    let conn = t.app.storage.read();
    if Engine::of(conn) != Engine::Sqlite {
        return; // PostgreSQL decides by the size of a table, and these are empty.
    }
    let before = t.clock.now();
    let senders = messages::Entity::find().filter(with_sender(before)).order_by_asc(messages::Column::Id);
    let plans = [
        ("messages_with_sender", senders.limit(200).build(DbBackend::Sqlite)),
        ("autoindex_outbox_1", over_since(before).limit(500).build(DbBackend::Sqlite)),
    ];
    for (index, query) in plans {
        let explain = Statement { sql: format!("EXPLAIN QUERY PLAN {}", query.sql), ..query };
        let rows = conn.query_all_raw(explain).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
        assert!(plan.len() == 1 && plan[0].contains(index), "{plan:?}");
    }
}
