//! The side of staff: who has a session, and what they see of it.

use database::entity::staff::Role;
use serde_json::{Value, json};
use tekvwarho::platform::permission::Permission;

use super::{Visitor, about, desk, reply, session_where};
use crate::support::TestApp;
use crate::support::socket::Socket;

#[tokio::test]
async fn of_many_who_claim_one_session_exactly_one_gets_it() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    let mut sockets = Vec::new();
    for number in 0..20 {
        let person = t.person_with(&format!("Person {number}"), &[Permission::Chats]).await;
        let who = t.sign_in(&person).await;
        for _ in 0..5 {
            sockets.push((person.id.to_string(), desk(&t, &who).await.0));
        }
    }
    let claim = about(&visitor.session, "claim", json!({}));
    futures_util::future::join_all(sockets.iter_mut().map(|(_, socket)| socket.send(claim.clone()))).await;
    let ends = sockets.iter_mut().map(async |(id, socket): &mut (String, Socket)| {
        loop {
            let frame = socket.next().await;
            if frame["type"] == "error" {
                assert_eq!(frame["code"], "conflict", "{frame}");
                return None;
            }
            // Whoever lost sees who has it, and is refused all the same.
            if frame["type"] == "session" && frame["staffId"] == json!(id) {
                return Some(id.clone());
            }
        }
    });
    let winners: Vec<String> = futures_util::future::join_all(ends).await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 5, "all windows of one person: {winners:?}");
    assert!(winners.iter().all(|id| *id == winners[0]), "{winners:?}");
}

#[tokio::test]
async fn a_session_goes_from_hand_to_hand() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben", Role::Staff).await).await;
    let (mut one, mut two) = (desk(&t, &ada).await.0, desk(&t, &ben).await.0);
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    one.send(about(&visitor.session, "claim", json!({}))).await;
    session_where(&mut two, &visitor.session, |it| it["staffId"] == json!(ada.id)).await;
    two.send(about(&visitor.session, "message", json!({ "clientId": "x", "content": "Me too" }))).await;
    let refused = two.until("error").await;
    assert_eq!((&refused["code"], &refused["clientId"]), (&json!("conflict"), &json!("x")));
    let over = json!({ "staffId": ben.id, "note": "They ask for @Ben" });
    one.send(about(&visitor.session, "transfer", over)).await;
    session_where(&mut two, &visitor.session, |it| it["staffId"] == json!(ben.id)).await;
    two.send(about(&visitor.session, "open", json!({}))).await;
    assert_eq!(two.until("note").await["content"], "They ask for @Ben");
    reply(&mut two, &visitor.session, "y", "Here I am").await;
    two.send(about(&visitor.session, "release", json!({}))).await;
    // Ada may still have the news of the first line to read, which says that it waits; Ben has read it.
    session_where(&mut two, &visitor.session, |it| it["status"] == "waiting").await;
    one.send(about(&visitor.session, "close", json!({}))).await;
    session_where(&mut two, &visitor.session, |it| it["status"] == "closed").await;
    // Within a day a line of the visitor reopens it.
    visitor.say("two", "One more thing").await;
    session_where(&mut two, &visitor.session, |it| it["status"] == "waiting").await;
    let seen: Vec<Value> = {
        let mut again = visitor.again(&t, 0).await;
        again.lines().await.iter().map(|line| line["event"].clone()).filter(|it| !it.is_null()).collect()
    };
    let expected = ["claimed", "transferred", "released", "closed_by_staff", "reopened"];
    assert_eq!(seen, expected.map(|it| json!(it)));
}

#[tokio::test]
async fn staff_see_the_page_to_which_a_visitor_came_back() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut visitor = Visitor::hello(&t, json!({ "url": "https://example.com/" })).await;
    visitor.say("one", "Hello?").await;
    let resume = json!({ "sessionId": visitor.session, "token": visitor.token, "lastSeq": 1 });
    let mut again = Visitor::hello(&t, json!({ "resume": resume, "url": "https://example.com/prices" })).await;
    again.lines().await;
    let path = format!("/api/admin/chats/{}", visitor.session);
    assert_eq!(t.get_as(&ada, &path).await.data()["page"]["url"], "https://example.com/prices");
}

#[tokio::test]
async fn chats_are_for_those_who_may_see_them() {
    let t = TestApp::new().await;
    let blind = t.sign_in(&t.person_with("Cleo", &[]).await).await;
    let mut socket = Socket::of(&t, &blind).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    for frame in ["open", "claim", "release", "close"] {
        socket.send(about(&visitor.session, frame, json!({}))).await;
        assert_eq!(socket.next().await["code"], "forbidden");
    }
}

#[tokio::test]
async fn presence_and_typing_are_told_and_end() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    assert_eq!(staff.until("presence").await["visitor"], "online");
    staff.send(about(&visitor.session, "open", json!({ "lastSeq": 1 }))).await;
    staff.until("history").await;
    visitor.send("typing", json!({ "on": true })).await;
    let typing = staff.until("typing").await;
    assert_eq!((&typing["from"], &typing["on"]), (&json!("visitor"), &json!(true)));
    staff.send(about(&visitor.session, "typing", json!({ "on": true }))).await;
    assert_eq!(visitor.socket.until("typing").await["staffName"], "Ada");
    drop(visitor);
    // Whoever leaves writes no longer; the two are told in any order.
    let (mut writes, mut there) = (true, true);
    while writes || there {
        let frame = staff.next().await;
        writes &= !(frame["type"] == "typing" && frame["on"] == false);
        there &= !(frame["type"] == "presence" && frame["visitor"] == "offline");
    }
}

#[tokio::test]
async fn who_takes_chats_is_known_to_all() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut one, _) = desk(&t, &ada).await;
    assert_eq!(one.until("staff").await["staff"], json!([]));
    let available = async || t.get("/api/chat/config").await.data()["available"].clone();
    t.patch_as(&ada, "/api/admin/settings", json!({ "hours.weekly": [] })).await.status(200);
    assert_eq!(available().await, false);
    one.send(json!({ "type": "available", "on": true })).await;
    let there = json!([{ "staffId": ada.id, "name": "Ada", "available": true, "active": 0 }]);
    assert_eq!(one.until("staff").await["staff"], there);
    assert_eq!(available().await, true);
    t.clock.advance(chrono::Duration::minutes(30));
    assert_eq!(available().await, false, "no sign of life");
}

#[tokio::test]
async fn the_end_of_a_session_ends_the_desk() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    t.post_as(&ada, "/api/auth/logout", json!({})).await.status(200);
    assert_eq!(staff.until("bye").await["reason"], "signed_out");
}
