//! The live side of the dashboard: tickets, notices, presence, and the end of a session.

use std::time::{Duration, Instant};

use database::entity::staff::Role;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::support::socket::{Socket, ticket};
use crate::support::{Signed, TestApp};

/// A person who looks and does not write.
fn viewer(who: &Signed, name: &str) -> Value {
    json!({ "id": who.id, "name": name, "writing": false })
}

#[tokio::test]
async fn a_ticket_opens_the_socket_once() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ticket = ticket(&t, &ada).await;
    let mut first = Socket::open(&t).await;
    first.send(json!({ "type": "viewing", "entity": "message", "id": null })).await;
    assert_eq!(first.next().await["code"], "unauthenticated");
    first.send(json!({ "type": "auth", "ticket": ticket })).await;
    assert_eq!(first.next().await, json!({ "type": "ready", "staffId": ada.id }));
    let mut second = Socket::open(&t).await;
    second.send(json!({ "type": "auth", "ticket": ticket })).await;
    assert_eq!(second.next().await["code"], "unauthenticated");
    // Unknown frames get an error, and the socket stays open.
    for nonsense in [
        json!({ "type": "dance" }),
        json!([1, 2]),
        json!("text"),
        json!({ "type": "viewing", "entity": "planet", "id": null }),
    ] {
        first.send(nonsense).await;
        first.until("error").await;
    }
}

#[tokio::test]
async fn two_on_one_message_see_each_other() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben", Role::Staff).await).await;
    let id = t.send_message(json!({})).await;
    let (mut one, mut two) = (Socket::of(&t, &ada).await, Socket::of(&t, &ben).await);
    one.send(json!({ "type": "viewing", "entity": "message", "id": id })).await;
    assert_eq!(one.until("viewing").await["staff"].as_array().unwrap().len(), 1);
    two.send(json!({ "type": "viewing", "entity": "message", "id": id })).await;
    let both = json!([viewer(&ada, "Ada"), viewer(&ben, "Ben")]);
    assert_eq!(one.until("viewing").await["staff"], both);
    assert_eq!(two.until("viewing").await["staff"], both);
    // A new name appears at once and replaces the old one.
    t.patch_as(&ada, &format!("/api/admin/staff/{}", ben.id), json!({ "name": "Benno" })).await.status(200);
    let renamed = json!([viewer(&ada, "Ada"), viewer(&ben, "Benno")]);
    while one.until("viewing").await["staff"] != renamed {}
    two.send(json!({ "type": "viewing", "entity": "message", "id": null })).await;
    assert_eq!(one.until("viewing").await["staff"], json!([viewer(&ada, "Ada")]));
}

#[tokio::test]
async fn who_writes_is_shown_until_they_stop_or_leave() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben", Role::Staff).await).await;
    let id = t.send_message(json!({})).await;
    let (mut one, mut two) = (Socket::of(&t, &ada).await, Socket::of(&t, &ben).await);
    let at = |writing: bool| json!({ "type": "viewing", "entity": "message", "id": id, "writing": writing });
    one.send(at(false)).await;
    assert_eq!(one.until("viewing").await["staff"], json!([viewer(&ada, "Ada")]));
    let ben_is = |writing: bool| json!([viewer(&ada, "Ada"), { "id": ben.id, "name": "Ben", "writing": writing }]);
    for writing in [true, false, true] {
        two.send(at(writing)).await;
        assert_eq!(one.until("viewing").await["staff"], ben_is(writing));
    }
    // A new name keeps what he does.
    t.patch_as(&ada, &format!("/api/admin/staff/{}", ben.id), json!({ "name": "Benno" })).await.status(200);
    let renamed = json!([viewer(&ada, "Ada"), { "id": ben.id, "name": "Benno", "writing": true }]);
    while one.until("viewing").await["staff"] != renamed {}
    // Whoever writes nowhere writes nothing.
    two.send(json!({ "type": "viewing", "entity": "message", "id": null, "writing": true })).await;
    assert_eq!(one.until("viewing").await["staff"], json!([viewer(&ada, "Ada")]));
    two.send(at(false)).await;
    assert_eq!(one.until("viewing").await["staff"], json!([viewer(&ada, "Ada"), viewer(&ben, "Benno")]));
    two.send(at(true)).await;
    assert_eq!(one.until("viewing").await["staff"], renamed);
    drop(two);
    assert_eq!(one.until("viewing").await["staff"], json!([viewer(&ada, "Ada")]));
}

#[tokio::test]
async fn a_new_message_is_announced_to_those_who_may_see_it() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let blind = t.sign_in(&t.person_with("Cleo", &[]).await).await;
    let (mut one, mut two) = (Socket::of(&t, &ada).await, Socket::of(&t, &blind).await);
    let id = t.send_message(json!({})).await;
    assert_eq!(
        one.until("notice").await,
        json!({ "type": "notice", "kind": "message_created", "entity": "message", "id": id })
    );
    t.patch_as(&ada, "/api/admin/settings", json!({ "firm.tagline": "We help." })).await.status(200);
    assert_eq!(two.until("notice").await["kind"], "settings_changed", "the first notice that Cleo gets");
}

#[tokio::test]
async fn the_end_of_a_session_ends_its_socket_within_a_second() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let (ada, other) = (t.sign_in(&person).await, t.sign_in(&person).await);
    let (mut mine, mut theirs) = (Socket::of(&t, &ada).await, Socket::of(&t, &other).await);
    let began = Instant::now();
    t.post_as(&ada, "/api/auth/logout", json!({})).await.status(200);
    assert_eq!(mine.until("bye").await["reason"], "signed_out");
    // Deactivated directly in the database: no event is sent; the socket finds out.
    t.change_person(&person, |change| change.is_active = sea_orm::Set(false)).await;
    assert_eq!(theirs.until("bye").await["reason"], "signed_out");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn many_changes_at_once_do_not_cut_a_socket_off() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let mut ids = Vec::new();
    for _ in 0..100 {
        ids.push(t.send_message(json!({})).await);
    }
    let mut socket = Socket::of(&t, &ada).await;
    t.post_as(&ada, "/api/admin/messages/bulk", json!({ "ids": ids, "status": "in_progress" })).await.status(200);
    // Either each notice arrives, or a report that some were missed.
    let mut told = 0;
    while told < 100 {
        match socket.until("notice").await["kind"].as_str().unwrap() {
            "missed" => told = 100,
            "message_changed" => told += 1,
            _ => {}
        }
    }
    // The socket still receives later ones.
    t.patch_as(&ada, "/api/admin/settings", json!({ "firm.tagline": "We help." })).await.status(200);
    while socket.until("notice").await["kind"] != "settings_changed" {}
}

#[tokio::test]
async fn a_foreign_page_cannot_open_the_socket() {
    let t = TestApp::new().await;
    let mut request = format!("ws://{}/ws/chat", t.address).into_client_request().unwrap();
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    let Err(tokio_tungstenite::tungstenite::Error::Http(answer)) = connect_async(request).await else {
        panic!("a foreign origin must be refused")
    };
    assert_eq!(answer.status().as_u16(), 403);
    t.get("/ws/chat").await.problem(400, "malformed_body");
}

#[tokio::test]
async fn a_mail_that_has_gone_out_is_told_to_who_reads_its_message() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let id = t.send_message(json!({})).await;
    let mut socket = Socket::of(&t, &ada).await;
    assert!(!t.mails().await.is_empty());
    assert_eq!(
        socket.until("notice").await,
        json!({ "type": "notice", "kind": "message_changed", "entity": "message", "id": id })
    );
}

#[tokio::test]
async fn a_shutdown_says_goodbye() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut socket = Socket::of(&t, &ada).await;
    t.stop.cancel();
    assert_eq!(socket.until("bye").await["reason"], "shutdown");
}

#[tokio::test]
async fn a_notice_for_one_person_wakes_that_person_only() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben", Role::Staff).await).await;
    let id = t.send_message(json!({})).await;
    let (mut one, mut two) = (Socket::of(&t, &ada).await, Socket::of(&t, &ben).await);
    t.patch_as(&ada, &format!("/api/admin/messages/{id}"), json!({ "assignedTo": ben.id })).await.status(200);
    let notice = |kind: &str| json!({ "type": "notice", "kind": kind, "entity": "notification", "id": null });
    let mut seen = Vec::new();
    while !seen.contains(&notice("notification")) {
        seen.push(two.next().await);
    }
    // Both receive the change; the last notice of the other one is not for her.
    assert_eq!(one.until("notice").await["kind"], "message_changed");
    one.send(json!({ "type": "viewing", "entity": "message", "id": id })).await;
    assert_eq!(one.next().await["type"], "viewing");
}

#[tokio::test]
async fn who_may_see_nothing_of_a_failed_mail_is_told_nothing() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    tokio::spawn(crate::support::mail_server::of(listener, 1, "550 no such user"));
    let t = TestApp::with(&["--smtp-url", &url]).await;
    let ada = t.admin().await;
    let colleague = t.person("Ben", Role::Staff).await;
    let blind = t.sign_in(&t.person_with("Cleo", &[]).await).await;
    let reader =
        t.sign_in(&t.person_with("Dora", &[tekvwarho::platform::permission::Permission::Messages]).await).await;
    let (mut one, mut two, mut three) =
        (Socket::of(&t, &ada).await, Socket::of(&t, &blind).await, Socket::of(&t, &reader).await);
    // An email to a colleague, whose notice names that colleague.
    t.post("/api/auth/forgot", json!({ "email": colleague.email })).await.status(202);
    tekvwarho::platform::mail::deliver_due(&t.app, uuid::Uuid::nil()).await.unwrap();
    let told = one.until("notice").await;
    assert_eq!((&told["kind"], &told["entity"]), (&json!("mail_failed"), &json!("staff")));
    t.patch_as(&ada, "/api/admin/settings", json!({ "firm.tagline": "We help." })).await.status(200);
    for socket in [&mut two, &mut three] {
        assert_eq!(socket.until("notice").await["kind"], "settings_changed", "the first notice that they get");
    }
}

#[tokio::test]
async fn a_ping_is_answered() {
    let t = TestApp::new().await;
    let mut socket = Socket::of(&t, &t.admin().await).await;
    socket.send(json!({ "type": "ping" })).await;
    socket.until("pong").await;
}

#[tokio::test]
async fn who_may_not_see_a_place_any_more_is_seen_there_no_more() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let person = t.person("Ben", Role::Staff).await;
    let ben = t.sign_in(&person).await;
    let id = t.send_message(json!({})).await;
    let (mut one, mut two) = (Socket::of(&t, &ada).await, Socket::of(&t, &ben).await);
    two.send(json!({ "type": "viewing", "entity": "message", "id": id })).await;
    assert_eq!(two.until("viewing").await["staff"].as_array().unwrap().len(), 1);
    one.send(json!({ "type": "viewing", "entity": "message", "id": id })).await;
    assert_eq!(one.until("viewing").await["staff"].as_array().unwrap().len(), 2);
    // Directly in the database: the check of all seats finds it.
    t.change_person(&person, |change| change.permissions = sea_orm::Set(json!([]))).await;
    assert_eq!(one.until("viewing").await["staff"], json!([viewer(&ada, "Ada")]));
    two.send(json!({ "type": "viewing", "entity": "message", "id": id })).await;
    assert_eq!(two.until("error").await["code"], "validation_failed");
}

#[test]
fn the_committed_document_of_the_frames_is_up_to_date() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/asyncapi.json");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    let fresh = serde_json::to_string_pretty(&tekvwarho::platform::live::document(&tekvwarho::app::brings(
        &tekvwarho::features::SLICES,
    )))
    .unwrap();
    assert!(written.trim_end() == fresh, "api/asyncapi.json is stale: run `make gen`");
}
