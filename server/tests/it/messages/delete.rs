//! Deleting messages by hand: what goes, who may, and how long it can be undone.

use chrono::Duration;
use database::entity::staff::Role;
use database::entity::{message_notes, message_reads, message_replies, message_tags, messages, notifications, outbox};
use reqwest::Method;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use tekvwarho::cluster::Event;
use tekvwarho::features::messages::recount;
use tekvwarho::platform::permission::Permission;
use uuid::Uuid;

use super::thread::{as_client, client_replies, code_of};
use crate::support::{Answer, Signed, TestApp};

const DELETE: &str = "/api/admin/messages/delete";

async fn desk() -> (TestApp, Signed) {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    t.app.bus.publish(Event::Everything);
    (t, ada)
}

async fn delete(t: &TestApp, who: &Signed, ids: &[&str]) -> Value {
    t.post_as(who, DELETE, json!({ "ids": ids })).await.status(200).data()
}

async fn undo(t: &TestApp, who: &Signed, done: &Value) -> Answer {
    t.post_as(who, &format!("/api/admin/undo/{}", done["undoId"].as_str().unwrap()), json!({})).await
}

async fn rows_of<E: EntityTrait<Model: Send + Sync>>(t: &TestApp) -> u64 {
    E::find().count(t.app.storage.read()).await.unwrap()
}

/// How many rows there are of everything that hangs on messages.
async fn rows(t: &TestApp) -> [u64; 7] {
    [
        rows_of::<messages::Entity>(t).await,
        rows_of::<message_replies::Entity>(t).await,
        rows_of::<message_notes::Entity>(t).await,
        rows_of::<message_tags::Entity>(t).await,
        rows_of::<message_reads::Entity>(t).await,
        rows_of::<outbox::Entity>(t).await,
        rows_of::<notifications::Entity>(t).await,
    ]
}

#[tokio::test]
async fn everything_about_a_message_goes_and_comes_back_as_it_was() {
    let (t, ada) = desk().await;
    let ben = t.sign_in(&t.person("Ben Okafor", Role::Staff).await).await;
    t.app.bus.publish(Event::Everything);
    let kept = t.send_message(json!({ "name": "Cleo" })).await;
    let id = t.send_message(json!({ "name": "Anna", "message": "The zebra is loose." })).await;
    let path = format!("/api/admin/messages/{id}");
    t.clock.advance(Duration::minutes(1));
    t.post_as(&ada, &format!("{path}/replies"), json!({ "content": "Which zebra?" })).await.status(201);
    t.clock.advance(Duration::minutes(1));
    client_replies(&t, &id, "The striped one.").await;
    t.clock.advance(Duration::minutes(1));
    t.post_as(&ada, &format!("{path}/notes"), json!({ "content": "@Ben Okafor, a zoo" })).await.status(201);
    let tags = json!({ "tags": ["zoo", "urgent"] });
    t.request_as(&ada, Method::PUT, &format!("{path}/tags")).json(&tags).send().await.unwrap();
    t.patch_as(&ada, &path, json!({ "assignedTo": ben.id, "followUpOn": "2027-03-01" })).await.status(200);
    t.get_as(&ben, &path).await.status(200);
    t.clock.advance(Duration::minutes(1));
    // A reply that is still held back.
    let held = json!({ "content": "On our way.", "delaySeconds": 60 });
    t.post_as(&ben, &format!("{path}/replies"), held).await.status(201);

    let code = code_of(&t, &id).await;
    let as_seen = async || {
        let answer = t.get_as(&ada, &path).await;
        let mut detail = answer.data();
        // The trail says more now than it did.
        detail["history"] = Value::Null;
        let list = t.get_as(&ada, "/api/admin/messages?q=zebra").await.data();
        let counts = t.get_as(&ada, "/api/admin/messages/counts").await.data();
        let tags = t.get_as(&ada, "/api/admin/messages/tags").await.data();
        let client = as_client(&t, Method::GET, &format!("/api/messages/{id}"), &code, None).await.data();
        (answer.header("etag").to_owned(), detail, list, counts, tags, client, rows(&t).await)
    };
    t.get_as(&ada, &path).await.status(200);
    let before = as_seen().await;
    assert_eq!(before.6[1..5], [3, 1, 2, 2], "replies, notes, tags, marks of those who read it");

    let done = delete(&t, &ada, &[&id]).await;
    assert_eq!(done["deleted"], 1);
    t.get_as(&ada, &path).await.problem(404, "not_found");
    as_client(&t, Method::GET, &format!("/api/messages/{id}"), &code, None).await.problem(404, "not_found");
    assert_eq!(t.get_as(&ada, "/api/admin/messages?q=zebra").await.json()["meta"]["total"], 0);
    assert_eq!(t.get_as(&ada, "/api/admin/messages/tags").await.data(), json!([]));
    assert_eq!(rows(&t).await[..5], [1, 0, 0, 0, 0]);
    assert_eq!(t.get_as(&ada, "/api/admin/messages/counts").await.data()["new"], 1);

    // Only the person who deleted it brings it back, and once.
    undo(&t, &ben, &done).await.problem(404, "not_found");
    assert_eq!(undo(&t, &ada, &done).await.data(), json!({ "restored": 1, "skipped": 0 }));
    assert_eq!(as_seen().await, before);
    undo(&t, &ada, &done).await.problem(404, "not_found");
    assert_eq!(recount(&t.app).await.unwrap(), 0);
    t.get_as(&ada, &format!("/api/admin/messages/{kept}")).await.status(200);

    // The held reply leaves as if nothing had been.
    t.clock.advance(Duration::minutes(2));
    assert!(t.mails().await.iter().any(|mail| mail.contains("On our way.")));
    let trail = t.get_as(&ada, "/api/admin/audit?action=message.deleted").await.data();
    assert_eq!(trail[0]["sentence"], "deleted a message");
}

#[tokio::test]
async fn it_takes_the_permission_a_person_and_a_fresh_proof() {
    let (t, ada) = desk().await;
    let id = t.send_message(json!({})).await;
    let body = json!({ "ids": [id] });
    let otto = t.sign_in(&t.person_with("Otto", &[Permission::Audit]).await).await;
    t.post_as(&otto, DELETE, body.clone()).await.problem(403, "forbidden");
    t.clock.advance(Duration::minutes(11));
    let ada = t.refreshed(&ada).await;
    t.post_as(&ada, DELETE, body.clone()).await.problem(403, "reauthentication_required");
    t.get_as(&ada, &format!("/api/admin/messages/{id}")).await.status(200);
    t.post_as(&ada, DELETE, json!({ "ids": [] })).await.status(403);
    let ada = t.sign_in_again("Ada").await;
    t.post_as(&ada, DELETE, json!({ "ids": [] })).await.problem(422, "validation_failed");
    t.post_as(&ada, DELETE, json!({ "ids": vec![&id; 101] })).await.problem(422, "validation_failed");
    // What is not there any more is no mistake.
    let other = "00000000-0000-7000-8000-000000000000";
    assert_eq!(delete(&t, &ada, &[&id, &id, other]).await["deleted"], 1);
    assert_eq!(delete(&t, &ada, &[&id]).await, json!({ "deleted": 0, "undoId": null }));
}

#[tokio::test]
async fn after_half_a_minute_it_is_gone_for_good() {
    let (t, ada) = desk().await;
    let id = t.send_message(json!({})).await;
    let done = delete(&t, &ada, &[&id]).await;
    t.clock.advance(Duration::seconds(30));
    undo(&t, &ada, &done).await.status(200);
    let done = delete(&t, &ada, &[&id]).await;
    t.clock.advance(Duration::milliseconds(30_001));
    undo(&t, &ada, &done).await.problem(404, "not_found");
}

#[tokio::test]
async fn samples_that_were_removed_meanwhile_do_not_come_back_and_keep_nobody_else_from_it() {
    let (t, ada) = desk().await;
    let real = t.send_message(json!({ "name": "Anna" })).await;
    t.post_as(&ada, "/api/admin/samples", json!({})).await.status(201);
    let samples = t.get_as(&ada, "/api/admin/messages?status=replied&limit=1").await.data();
    let sample = samples[0]["id"].as_str().unwrap();
    let done = delete(&t, &ada, &[&real, sample]).await;
    assert_eq!(done["deleted"], 2);
    t.delete_as(&ada, "/api/admin/samples").await.status(200);
    assert_eq!(undo(&t, &ada, &done).await.status(200).data(), json!({ "restored": 1, "skipped": 1 }));
    assert_eq!(t.get_as(&ada, "/api/admin/messages").await.json()["meta"]["total"], 1);
    assert_eq!(recount(&t.app).await.unwrap(), 0);
}

#[tokio::test]
async fn a_mail_that_is_being_sent_is_left_to_be_sent_once() {
    let (t, ada) = desk().await;
    let id = t.send_message(json!({})).await;
    let sending = outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(outbox::State::Sending))
        .filter(outbox::Column::EntityId.eq(Uuid::parse_str(&id).unwrap()))
        .filter(outbox::Column::Template.eq("contact_notice"));
    let written = t.app.storage.write(sending, |tx, it| Box::pin(async move { Ok(it.clone().exec(tx.conn()).await?) }));
    assert_eq!(written.await.unwrap().rows_affected, 1);
    assert_eq!(rows_of::<outbox::Entity>(&t).await, 2);
    let done = delete(&t, &ada, &[&id]).await;
    assert_eq!(rows_of::<outbox::Entity>(&t).await, 1);
    // Meanwhile it has left.
    let sent = outbox::Entity::update_many().col_expr(outbox::Column::State, Expr::value(outbox::State::Sent));
    let written = t.app.storage.write(sent, |tx, it| Box::pin(async move { Ok(it.clone().exec(tx.conn()).await?) }));
    written.await.unwrap();
    undo(&t, &ada, &done).await.status(200);
    let states = outbox::Entity::find().all(t.app.storage.read()).await.unwrap();
    let mut states: Vec<_> = states.into_iter().map(|mail| (mail.template, mail.state)).collect();
    states.sort_by(|one, other| one.0.cmp(&other.0));
    let expected = [("contact_confirmation", outbox::State::Pending), ("contact_notice", outbox::State::Sent)];
    assert_eq!(states, expected.map(|(template, state)| (template.to_owned(), state)));
}

#[tokio::test]
async fn a_change_before_a_deletion_can_be_undone_after_it_was_undone() {
    let (t, ada) = desk().await;
    let id = t.send_message(json!({})).await;
    let archived = t.patch_as(&ada, &format!("/api/admin/messages/{id}"), json!({ "status": "archived" })).await.data();
    let done = delete(&t, &ada, &[&id]).await;
    undo(&t, &ada, &archived).await.problem(404, "not_found");
    undo(&t, &ada, &done).await.status(200);
    assert_eq!(undo(&t, &ada, &archived).await.data(), json!({ "restored": 1, "skipped": 0 }));
}

#[tokio::test]
async fn nothing_comes_back_to_somebody_who_has_left() {
    let (t, ada) = desk().await;
    let ben = t.person("Ben", Role::Staff).await;
    let mut ids = Vec::new();
    for name in ["Anna", "Bo", "Cy"] {
        ids.push(t.send_message(json!({ "name": name })).await);
    }
    for (at, person) in [(0, json!(ben.id)), (1, json!(ada.id))] {
        let path = format!("/api/admin/messages/{}", ids[at]);
        t.patch_as(&ada, &path, json!({ "assignedTo": person })).await.status(200);
    }
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let done = delete(&t, &ada, &all).await;
    t.change_person(&ben, |it| it.is_active = Set(false)).await;
    assert_eq!(undo(&t, &ada, &done).await.data(), json!({ "restored": 3, "skipped": 0 }));
    let assignee = async |at: usize| {
        let path = format!("/api/admin/messages/{}", ids[at]);
        t.get_as(&ada, &path).await.data()["assignedTo"]["name"].clone()
    };
    assert_eq!([assignee(0).await, assignee(1).await, assignee(2).await], [json!(null), json!("Ada"), json!(null)]);
    assert_eq!(recount(&t.app).await.unwrap(), 0);
}
