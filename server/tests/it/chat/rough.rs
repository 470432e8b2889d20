//! What does not belong on the wire: nonsense, floods, and those who may not write.

use serde_json::json;

use super::{Visitor, about, desk};
use crate::support::TestApp;
use crate::support::socket::Socket;

#[tokio::test]
async fn nonsense_is_answered_and_nobody_else_notices() {
    let t = TestApp::new().await;
    let mut visitor = Visitor::new(&t).await;
    for nonsense in [
        json!({ "type": "dance" }),
        json!([1]),
        json!({ "type": "message" }),
        json!({ "type": "message", "sessionId": 7, "content": [] }),
        about(&visitor.session, "message", json!({ "content": "" })),
        about(&visitor.session, "message", json!({ "content": "x".repeat(4_001) })),
        about(&visitor.session, "message", json!({ "content": "x", "clientId": "" })),
        about(&visitor.session, "rate", json!({ "rating": 9 })),
        about("0191d7a4-0000-7000-8000-000000000000", "message", json!({ "content": "x" })),
        json!({ "type": "hello" }),
        json!({ "type": "auth", "ticket": "x" }),
        about(&visitor.session, "claim", json!({})),
    ] {
        visitor.socket.send(nonsense.clone()).await;
        assert_eq!(visitor.socket.next().await["type"], "error", "{nonsense}");
    }
    assert_eq!(visitor.say("one", "Hello?").await, 1);
}

#[tokio::test]
async fn a_hello_that_cannot_be_read_can_be_said_again() {
    let t = TestApp::new().await;
    let mut socket = Socket::open(&t).await;
    socket.send(json!({ "type": "hello", "visitorId": 7 })).await;
    assert_eq!(socket.next().await["code"], "malformed_body");
    socket.send(json!({ "type": "hello" })).await;
    assert_eq!(socket.next().await["type"], "welcome");
}

#[tokio::test]
async fn large_frames_and_floods_end_only_their_own_socket() {
    let t = TestApp::new().await;
    let mut other = Visitor::new(&t).await;
    let mut large = Visitor::new(&t).await;
    large.socket.try_send(json!({ "type": "message", "content": "x".repeat(1_000_000) })).await;
    large.socket.ended().await;
    let mut flood = Visitor::new(&t).await;
    for _ in 0..300 {
        flood.socket.try_send(json!({ "type": "ping" })).await;
    }
    flood.socket.ended().await;
    assert_eq!(other.say("one", "Hello?").await, 1);
}

#[tokio::test]
async fn lines_and_sessions_have_limits() {
    let t = TestApp::new().await;
    let mut visitor = Visitor::new(&t).await;
    for number in 0..30 {
        visitor.say(&number.to_string(), "Hello?").await;
    }
    visitor.write("more", "Hello?").await;
    let refused = visitor.socket.until("error").await;
    assert_eq!((&refused["code"], &refused["clientId"]), (&json!("rate_limited"), &json!("more")));
    assert!(refused["retryAfter"].as_u64().unwrap() > 0);
    for _ in 1..10 {
        Visitor::new(&t).await.say("one", "Hello?").await;
    }
    let mut last = Visitor::new(&t).await;
    last.write("one", "Hello?").await;
    assert_eq!(last.socket.until("error").await["code"], "rate_limited");
}

#[tokio::test]
async fn pages_and_ratings_have_limits_too() {
    let t = TestApp::new().await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    // Twice the allowance: it refills while a slow machine stores the ratings.
    for number in 0..120 {
        visitor.send("rate", json!({ "rating": number % 5 + 1 })).await;
    }
    assert_eq!(visitor.socket.until("error").await["code"], "rate_limited");
    assert_eq!(visitor.say("two", "Still there?").await, 2, "lines have a limit of their own");
}

#[tokio::test]
async fn a_blocked_visitor_writes_no_more_for_a_time() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    let path = format!("/api/admin/chats/{}/block", visitor.session);
    t.post_as(&ada, &path, json!({ "minutes": 60, "address": true })).await.status(200);
    visitor.write("two", "Hello?").await;
    assert_eq!(visitor.socket.until("error").await["code"], "blocked");
    let mut other = Visitor::new(&t).await;
    other.write("one", "From the same address").await;
    assert_eq!(other.socket.until("error").await["code"], "blocked");
    t.clock.advance(chrono::Duration::minutes(61));
    assert_eq!(visitor.say("two", "Hello?").await, 2);
}

#[tokio::test]
async fn a_slow_reader_is_told_all_it_missed() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    let mut other = visitor.again(&t, 0).await;
    for number in 0..400 {
        super::reply(&mut staff, &visitor.session, &number.to_string(), &"word ".repeat(200)).await;
    }
    // The history may hold some of the replies already: it is read while they come.
    let mut last = other.lines().await.last().unwrap()["seq"].as_i64().unwrap();
    while last < 402 {
        let line = other.socket.until("message").await;
        let seq = line["seq"].as_i64().unwrap();
        assert_eq!(seq, last + 1, "in order and without gaps");
        last = seq;
    }
}
