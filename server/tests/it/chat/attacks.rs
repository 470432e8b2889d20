//! What an attack on the chat found, each as it was done.

use chrono::Duration;
use database::entity::staff::Role;
use database::entity::{chat_blocks, chat_messages, chat_sessions, notifications, staff};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::times::time_passes;
use super::{Visitor, about, desk, leave, reply};
use crate::support::{Signed, TestApp};

async fn act(t: &TestApp, who: &Signed, session: &str, what: &str, body: Value) {
    t.post_as(who, &format!("/api/admin/chats/{session}/{what}"), body).await.status(200);
}

#[tokio::test]
async fn no_stranger_is_mailed_what_a_visitor_wrote() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Sign in at https://phish.example").await;
    reply(&mut staff, &visitor.session, "a", "How can we help?").await;
    visitor.send("copy", json!({ "email": "stranger@example.com" })).await;
    visitor.socket.until("copied").await;
    let mails = t.mails().await;
    let copy = mails.iter().find(|mail| mail.contains("To: stranger@example.com")).unwrap();
    assert!(copy.contains("How can we help?") && !copy.contains("phish"), "{copy}");
    // Once staff have blocked the visitor, no mail leaves at all.
    act(&t, &ada, &visitor.session, "block", json!({ "minutes": 60 })).await;
    visitor.send("copy", json!({ "email": "other@example.com" })).await;
    assert_eq!(visitor.socket.until("error").await["code"], "blocked");
}

#[tokio::test]
async fn all_that_staff_wrote_is_mailed_and_nobody_else_uses_up_the_allowance() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.patch_as(&ada, "/api/admin/settings", json!({ "security.limitStrangerMail": 1 })).await.status(200);
    t.send_message(json!({ "email": "anna@example.com" })).await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::hello(&t, json!({ "email": "anna@example.com" })).await;
    visitor.say("one", "Hello?").await;
    let session = leave(visitor, &mut staff).await;
    for number in 0..25 {
        reply(&mut staff, &session, &number.to_string(), &format!("Answer {number}.")).await;
    }
    for _ in 0..3 {
        time_passes(&t, Duration::minutes(11)).await;
    }
    let mails: Vec<String> = t.mails().await.into_iter().filter(|mail| mail.contains("replied in your chat")).collect();
    assert_eq!(mails.len(), 2, "{mails:#?}");
    for number in 0..25 {
        let holds = |mail: &&String| {
            mail.contains(&format!("Answer {number}.\n")) || mail.contains(&format!("Answer {number}.\r\n"))
        };
        assert_eq!(mails.iter().filter(holds).count(), 1, "{number}");
    }
    assert!(mails[0].contains("There is more") && !mails[1].contains("There is more"));
}

#[tokio::test]
async fn a_redacted_line_leaves_by_no_mail_and_goes_from_pages_that_were_away() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::hello(&t, json!({ "email": "anna@example.com" })).await;
    visitor.say("one", "My password is hunter2").await;
    reply(&mut staff, &visitor.session, "a", "The key is 4711").await;
    reply(&mut staff, &visitor.session, "b", "Anything else?").await;
    visitor.send("copy", json!({ "email": "anna@work.example" })).await;
    visitor.socket.until("copied").await;
    let token = visitor.token.clone();
    let session = leave(visitor, &mut staff).await;
    // The mails are written, and wait to be sent.
    time_passes(&t, Duration::minutes(11)).await;
    let ada = t.sign_in_again("Ada").await;
    for seq in [1, 3] {
        t.delete_as(&ada, &format!("/api/admin/chats/{session}/messages/{seq}")).await.status(200);
    }
    for impossible in ["0", "-1", "-9223372036854775808", "9223372036854775807", "99"] {
        t.delete_as(&ada, &format!("/api/admin/chats/{session}/messages/{impossible}")).await.status(404);
    }
    for _ in 0..2 {
        time_passes(&t, Duration::minutes(11)).await;
    }
    let mails: Vec<String> = t.mails().await.into_iter().filter(|mail| mail.contains("replied in your chat")).collect();
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert!(mails[0].contains("Anything else?") && !mails[0].contains("4711"));
    let copies: Vec<String> = t.mails().await.into_iter().filter(|mail| mail.contains("anna@work.example")).collect();
    assert_eq!(copies.len(), 1, "{copies:#?}");
    assert!(copies[0].contains("Anything else?") && !copies[0].contains("4711"));
    // Whoever has the lines is told to forget them.
    let resume = json!({ "sessionId": session, "token": token, "lastSeq": 4 });
    let mut again = Visitor::hello(&t, json!({ "resume": resume })).await;
    assert!(again.lines().await.is_empty());
    for seq in [1, 3] {
        let line = again.socket.until("message").await;
        assert_eq!((&line["seq"], &line["redacted"], &line["content"]), (&json!(seq), &json!(true), &json!("")));
    }
    let (mut staff, _) = desk(&t, &t.sign_in_again("Ada").await).await;
    staff.send(about(&session, "open", json!({ "lastSeq": 4 }))).await;
    assert_eq!(staff.until("message").await["seq"], 1);
}

#[tokio::test]
async fn whoever_leaves_gets_no_chat_at_that_moment() {
    let t = TestApp::new().await;
    let ben = t.person("Ben", Role::Staff).await;
    let (mut staff, _) = desk(&t, &t.sign_in(&ben).await).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    // Their socket has not heard of it yet.
    let id = ben.id;
    let gone = t.app.storage.write((), move |tx, ()| {
        Box::pin(async move {
            let gone = staff::ActiveModel { id: Set(id), is_active: Set(false), ..Default::default() };
            Ok(staff::Entity::update(gone).exec(tx.conn()).await?)
        })
    });
    gone.await.unwrap();
    for frame in ["claim", "close"] {
        staff.try_send(about(&visitor.session, frame, json!({}))).await;
    }
    staff.try_send(about(&visitor.session, "message", json!({ "clientId": "a", "content": "Hello" }))).await;
    staff.ended().await;
    let row = chat_sessions::Entity::find().one(t.app.storage.read()).await.unwrap().unwrap();
    assert_eq!((row.staff_id, row.last_seq), (None, 1));
}

#[tokio::test]
async fn a_blocked_visitor_says_nothing_in_any_way_and_spam_rings_no_bell() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    act(&t, &ada, &visitor.session, "block", json!({ "minutes": 60 })).await;
    visitor.send("details", json!({ "name": "Rude words" })).await;
    visitor.send("rate", json!({ "rating": 1, "feedback": "Rude words" })).await;
    visitor.socket.send(json!({ "type": "page", "url": "https://firm.example/rude", "title": "Rude words" })).await;
    for _ in 0..3 {
        assert_eq!(visitor.socket.until("error").await["code"], "blocked");
    }
    let shown = t.get_as(&ada, &format!("/api/admin/chats/{}", visitor.session)).await;
    assert!(!shown.text.contains("Rude") && !shown.text.contains("rude"), "{}", shown.text);
    act(&t, &ada, &visitor.session, "block", json!({ "minutes": 0 })).await;
    act(&t, &ada, &visitor.session, "spam", json!({ "isSpam": true })).await;
    let bells = async || notifications::Entity::find().count(t.app.storage.read()).await.unwrap();
    let before = bells().await;
    visitor.say("two", "Buy!").await;
    assert_eq!(bells().await, before);
    staff.send(json!({ "type": "ping" })).await;
    let (_, open) = desk(&t, &ada).await;
    assert!(open.is_empty(), "{open:?}");
}

#[tokio::test]
async fn a_block_concerns_the_visitor_and_others_only_if_staff_say_so() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut one, mut other) = (Visitor::new(&t).await, Visitor::new(&t).await);
    one.say("one", "Hello?").await;
    other.say("one", "Hello?").await;
    let blocked = async |visitor: &Visitor| {
        let shown = t.get_as(&ada, &format!("/api/admin/chats/{}", visitor.session)).await.data();
        !shown["blockedUntil"].is_null()
    };
    act(&t, &ada, &one.session, "block", json!({ "minutes": 60 })).await;
    assert_eq!((blocked(&one).await, blocked(&other).await), (true, false));
    other.say("two", "From the same office").await;
    act(&t, &ada, &one.session, "block", json!({ "minutes": 60, "address": true })).await;
    assert_eq!((blocked(&one).await, blocked(&other).await), (true, true), "staff see why");
    other.write("three", "Hello?").await;
    assert_eq!(other.socket.until("error").await["code"], "blocked");
    // It can be ended from either side.
    act(&t, &ada, &other.session, "block", json!({ "minutes": 0 })).await;
    assert_eq!((blocked(&one).await, blocked(&other).await), (false, false));
    assert_eq!(chat_blocks::Entity::find().count(t.app.storage.read()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_visitor_forges_no_line_of_staff() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut visitor = Visitor::hello(&t, json!({ "name": "Mallory", "email": "m@example.com" })).await;
    visitor.say("one", "Hello\n[2 March 2026, 10:00 CET] Ada: You get a refund.").await;
    let path = format!("/api/admin/chats/{}", visitor.session);
    let text = t.get_as(&ada, &format!("{path}/transcript")).await.text;
    let lines = text.lines().filter(|line| line.starts_with('[')).count();
    assert_eq!(lines, 1, "{text}");
    let message = t.post_as(&ada, &format!("{path}/to-message"), json!({})).await.data()["messageId"].clone();
    let shown = t.get_as(&ada, &format!("/api/admin/messages/{}", message.as_str().unwrap())).await.data();
    let text = shown["message"].as_str().unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with('[')).count(), 1, "{text}");
    assert!(text.starts_with("[2 March 2026, ") && text.contains("] Mallory: Hello"), "{text}");
}

#[tokio::test]
async fn pages_and_ends_count_before_anybody_hears_of_them() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    let page = |number: i32| json!({ "type": "page", "url": format!("https://firm.example/{number}") });
    for number in 0..60 {
        visitor.socket.send(page(number)).await;
    }
    visitor.socket.send(page(60)).await;
    assert_eq!(visitor.socket.until("error").await["code"], "rate_limited");
    loop {
        let told = staff.until("presence").await;
        let url = told["page"]["url"].as_str().unwrap_or_default();
        assert_ne!(url, "https://firm.example/60");
        if url == "https://firm.example/59" {
            break;
        }
    }
    visitor.send("close", json!({})).await;
    assert_eq!(visitor.socket.until("error").await["code"], "rate_limited");
}

#[tokio::test]
async fn a_chat_is_deleted_with_all_that_belongs_to_it() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben", Role::Staff).await).await;
    let (mut desk_of_ben, _) = desk(&t, &ben).await;
    let mut visitor = Visitor::hello(&t, json!({ "email": "anna@example.com" })).await;
    visitor.say("one", "Please forget me").await;
    act(&t, &ada, &visitor.session, "block", json!({ "minutes": 60 })).await;
    let path = format!("/api/admin/chats/{}", visitor.session);
    t.delete_as(&ada, &path).await.status(200);
    t.get_as(&ada, &path).await.status(404);
    t.delete_as(&ada, &path).await.status(404);
    let conn = t.app.storage.read();
    assert_eq!(chat_sessions::Entity::find().count(conn).await.unwrap(), 0);
    assert_eq!(chat_messages::Entity::find().count(conn).await.unwrap(), 0);
    assert_eq!(chat_blocks::Entity::find().count(conn).await.unwrap(), 1, "a block holds until it ends");
    let session: uuid::Uuid = visitor.session.parse().unwrap();
    let bells = notifications::Entity::find().filter(notifications::Column::EntityId.eq(session));
    assert_eq!(bells.count(conn).await.unwrap(), 0);
    // Whoever had it on the screen looks again.
    while desk_of_ben.until("sessions").await["complete"] != true {}
}

#[tokio::test]
async fn one_notice_stands_for_a_visitor_who_comes_and_goes() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben", Role::Staff).await).await;
    let (mut staff, _) = desk(&t, &ada).await;
    staff.send(json!({ "type": "available", "on": true })).await;
    while staff.until("staff").await["staff"].as_array().unwrap().iter().all(|it| it["available"] != true) {}
    let choice = json!({ "event": "chat_waiting", "channel": "mail", "isOn": true });
    t.patch_as(&ben, "/api/admin/notifications/preferences", json!({ "choices": [choice] })).await.status(200);
    let mut visitor = Visitor::hello(&t, json!({ "name": "Anna" })).await;
    for number in 0..5 {
        visitor.say(&number.to_string(), "Hello?").await;
        visitor.send("close", json!({})).await;
        while visitor.socket.until("session").await["status"] != "closed" {}
    }
    let rows = notifications::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert_eq!(rows.len(), 1, "only Ada takes chats, and one notice is enough: {rows:#?}");
    assert_eq!(rows[0].event, "chat_waiting");
    let mails = t.mails().await;
    let waiting: Vec<_> = mails.iter().filter(|mail| mail.contains("Subject: Anna is waiting in the chat")).collect();
    assert_eq!(waiting.len(), 1, "{waiting:#?}");
    assert!(waiting[0].contains("Hello?") && waiting[0].contains("To: ben@"), "{}", waiting[0]);
}
