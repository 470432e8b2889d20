//! What happens when time passes.

use chrono::Duration;
use database::entity::{chat_blocks, chat_messages, chat_sessions};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;

use tekvwarho::http::rate_limit::Subject;

use super::{Visitor, about, desk, leave, reply, session_where};
use crate::support::TestApp;

pub(super) async fn time_passes(t: &TestApp, by: Duration) {
    t.clock.advance(by);
    t.app.schedule().run_due(uuid::Uuid::nil()).await;
}

#[tokio::test]
async fn whoever_is_left_waiting_goes_back_to_the_queue() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    staff.send(about(&visitor.session, "claim", json!({}))).await;
    session_where(&mut staff, &visitor.session, |it| it["status"] == "active").await;
    time_passes(&t, Duration::minutes(11)).await;
    session_where(&mut staff, &visitor.session, |it| it["status"] == "waiting").await;
}

#[tokio::test]
async fn a_reply_to_who_has_left_goes_by_mail_once_and_its_link_opens_the_chat_at_any_age() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::hello(&t, json!({ "email": "anna@example.com" })).await;
    visitor.say("one", "Hello?").await;
    let session = leave(visitor, &mut staff).await;
    reply(&mut staff, &session, "a", "Are you still there?").await;
    time_passes(&t, Duration::minutes(11)).await;
    time_passes(&t, Duration::minutes(11)).await;
    let mails: Vec<String> = t.mails().await.into_iter().filter(|it| it.contains("To: anna@example.com")).collect();
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert!(mails[0].contains("Are you still there?"));
    time_passes(&t, Duration::days(40)).await;
    let link = mails[0].split(&format!("/chat/{session}#")).nth(1).unwrap();
    let token: String = link.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    let resume = json!({ "sessionId": session, "token": token, "lastSeq": 0 });
    let mut again = Visitor::hello(&t, json!({ "resume": resume })).await;
    assert_eq!(again.session, session);
    assert!(again.lines().await.len() >= 3);
    again.say("late", "I am back").await;
    let ada = t.sign_in_again("Ada").await;
    let closed = t.get_as(&ada, &format!("/api/admin/chats/{session}")).await.data();
    assert_eq!(closed["status"], "waiting");
}

#[tokio::test]
async fn a_mailbox_that_got_too_much_gets_the_reply_later() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::hello(&t, json!({ "email": "anna@example.com" })).await;
    visitor.say("one", "Hello?").await;
    let session = leave(visitor, &mut staff).await;
    let limits = t.app.brings.iter().flat_map(|part| part.limits);
    let limit = limits.copied().find(|limit| limit.name == "chat_replies_by_mail").unwrap();
    let mailbox = Subject::Mailbox("anna@example.com".into());
    while t.app.limits.check(limit, &mailbox).await.is_ok() {}
    reply(&mut staff, &session, "a", "Are you still there?").await;
    let mailed = async || t.mails().await.iter().filter(|it| it.contains("Are you still there?")).count();
    time_passes(&t, Duration::minutes(11)).await;
    assert_eq!(mailed().await, 0);
    // Limits go by the clock of the machine; a program that has just started has an allowance again.
    let again = t.restarted().await;
    t.clock.advance(Duration::minutes(11));
    again.schedule().run_due(uuid::Uuid::nil()).await;
    assert_eq!(mailed().await, 1);
}

#[tokio::test]
async fn after_a_day_a_closed_session_stays_closed_for_the_browser() {
    let t = TestApp::new().await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    visitor.send("close", json!({})).await;
    while visitor.socket.until("session").await["status"] != "closed" {}
    time_passes(&t, Duration::hours(25)).await;
    visitor.write("two", "Hello?").await;
    assert_eq!(visitor.socket.until("error").await["code"], "session_closed");
}

#[tokio::test]
async fn silence_ends_a_session_and_its_time_removes_it() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.patch_as(&ada, "/api/admin/settings", json!({ "privacy.chatDays": 30 })).await.status(200);
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    time_passes(&t, Duration::hours(25)).await;
    let path = format!("/api/admin/chats/{}", visitor.session);
    let ada = t.sign_in_again("Ada").await;
    let detail = t.get_as(&ada, &path).await.data();
    assert_eq!((&detail["status"], &detail["missed"]), (&json!("closed"), &json!(true)));
    time_passes(&t, Duration::days(31)).await;
    let ada = t.sign_in_again("Ada").await;
    t.get_as(&ada, &path).await.status(404);
    assert_eq!(chat_messages::Entity::find().count(t.app.storage.read()).await.unwrap(), 0);
}

#[tokio::test]
async fn from_where_a_visitor_came_is_forgotten_and_ended_blocks_go() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.patch_as(&ada, "/api/admin/settings", json!({ "privacy.senderDays": 5 })).await.status(200);
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    let block = format!("/api/admin/chats/{}/block", visitor.session);
    t.post_as(&ada, &block, json!({ "minutes": 60 })).await.status(200);
    let known = async || {
        let row = chat_sessions::Entity::find().one(t.app.storage.read()).await.unwrap().unwrap();
        let blocks = chat_blocks::Entity::find().count(t.app.storage.read()).await.unwrap();
        (row.ip_address.is_some(), blocks)
    };
    time_passes(&t, Duration::minutes(59)).await;
    assert_eq!(known().await, (true, 1));
    time_passes(&t, Duration::hours(2)).await;
    assert_eq!(known().await, (true, 0));
    time_passes(&t, Duration::days(6)).await;
    assert_eq!(known().await, (false, 0));
}

#[tokio::test]
async fn a_copy_goes_out_once_somebody_has_replied() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Buy cheap watches").await;
    visitor.send("copy", json!({ "email": "victim@example.com" })).await;
    assert_eq!(visitor.socket.until("error").await["code"], "conflict");
    reply(&mut staff, &visitor.session, "a", "Hello!").await;
    for wrong in ["", "nobody", "a@b"] {
        visitor.send("copy", json!({ "email": wrong })).await;
        assert_eq!(visitor.socket.until("error").await["code"], "validation_failed");
    }
    visitor.send("copy", json!({ "email": "anna@example.com" })).await;
    assert_eq!(visitor.socket.until("copied").await["email"], "anna@example.com");
    let mails = t.mails().await;
    assert!(mails.iter().any(|it| it.contains("To: anna@example.com") && it.contains("Hello!")), "{mails:#?}");
    assert!(mails.iter().all(|it| !it.contains("victim@example.com")));
}
