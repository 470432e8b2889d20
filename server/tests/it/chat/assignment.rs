//! Chats that are given to people by themselves.

use std::collections::HashMap;

use chrono::Duration;
use database::entity::chat_sessions::{self, Status};
use database::entity::staff::Role;
use sea_orm::{EntityTrait as _, Set};
use serde_json::{Value, json};
use tekvwarho::cluster::Event;

use super::{Visitor, about, desk, reply, session_where};
use crate::support::socket::Socket;
use crate::support::{Signed, TestApp};

/// An app that gives chats out, and somebody who takes them.
async fn office(rule: &str, capacity: u32) -> (TestApp, Signed, Socket) {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let settings = json!({ "chat.assignment": rule, "chat.capacity": capacity, "hours.weekly": [] });
    t.patch_as(&ada, "/api/admin/settings", settings).await.status(200);
    let socket = takes_chats(&t, &ada).await;
    (t, ada, socket)
}

async fn takes_chats(t: &TestApp, who: &Signed) -> Socket {
    let (mut socket, _) = desk(t, who).await;
    socket.send(json!({ "type": "available", "on": true })).await;
    let is_there = |frame: &Value| {
        let staff = frame["staff"].as_array().unwrap();
        staff.iter().any(|it| it["staffId"] == json!(who.id) && it["available"] == true)
    };
    while !is_there(&socket.until("staff").await) {}
    socket
}

async fn colleague(t: &TestApp, name: &str) -> (Signed, Socket) {
    let signed = t.sign_in(&t.person(name, Role::Staff).await).await;
    // The people who are known by name are kept.
    t.app.bus.publish(Event::Everything);
    let socket = takes_chats(t, &signed).await;
    (signed, socket)
}

async fn says_hello(t: &TestApp) -> Visitor {
    let mut visitor = Visitor::new(t).await;
    visitor.say("one", "Hello?").await;
    visitor
}

/// Who has a session; none: it waits.
async fn holder(t: &TestApp, visitor: &Visitor) -> Option<String> {
    let id: uuid::Uuid = visitor.session.parse().unwrap();
    let row = chat_sessions::Entity::find_by_id(id).one(t.app.storage.read()).await.unwrap().unwrap();
    assert_eq!(row.staff_id.is_some(), row.status == Status::Active);
    row.staff_id.map(|id| id.to_string())
}

#[tokio::test]
async fn a_new_chat_goes_to_each_in_turn_until_they_are_full() {
    let (t, ada, mut at_desk) = office("round_robin", 2).await;
    let (ben, _socket) = colleague(&t, "Ben").await;
    let mut visitors = Vec::new();
    let mut holders = Vec::new();
    for _ in 0..5 {
        visitors.push(says_hello(&t).await);
        holders.push(holder(&t, visitors.last().unwrap()).await);
        // Time tells whose turn it is.
        t.clock.advance(Duration::seconds(1));
    }
    let (a, b) = (Some(ada.id.clone()), Some(ben.id.clone()));
    assert!(holders[0] == a || holders[0] == b);
    assert_ne!(holders[0], holders[1]);
    assert_eq!((&holders[0], &holders[1], &holders[4]), (&holders[2], &holders[3], &None), "{holders:?}");
    let first = usize::from(holders[0] != a);
    // Whoever ends one gets the one that waits.
    at_desk.send(about(&visitors[first].session, "close", json!({}))).await;
    session_where(&mut at_desk, &visitors[4].session, |it| it["staffId"] == json!(ada.id)).await;
    let told = t.get_as(&ada, "/api/admin/notifications").await.data();
    let of = |kind: &str| told.as_array().unwrap().iter().filter(|it| it["event"] == kind).count();
    assert_eq!((of("chat_assigned"), of("chat_waiting")), (3, 1), "{told}: only the fifth had to wait");
    let trail = t.get_as(&ada, "/api/admin/audit?action=chat.given").await.data();
    let newest = &trail[0]["changes"];
    assert_eq!((&newest["assignedTo"]["to"], &newest["rule"]["to"]), (&json!(ada.id), &json!("round_robin")));
}

#[tokio::test]
async fn what_waits_goes_to_whoever_comes() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let settings = json!({ "chat.assignment": "least_busy", "hours.weekly": [] });
    t.patch_as(&ada, "/api/admin/settings", settings).await.status(200);
    let visitor = says_hello(&t).await;
    assert_eq!(holder(&t, &visitor).await, None);
    let mut socket = takes_chats(&t, &ada).await;
    session_where(&mut socket, &visitor.session, |it| it["staffId"] == json!(ada.id)).await;
}

#[tokio::test]
async fn nobody_gets_back_what_they_let_go() {
    let (t, ada, mut at_desk) = office("least_busy", 5).await;
    let visitor = says_hello(&t).await;
    assert_eq!(holder(&t, &visitor).await, Some(ada.id.clone()));
    at_desk.send(about(&visitor.session, "release", json!({}))).await;
    session_where(&mut at_desk, &visitor.session, |it| it["status"] == "waiting").await;
    t.app.schedule().run_due(uuid::Uuid::nil()).await;
    assert_eq!(holder(&t, &visitor).await, None, "Ada alone is there, and has given it back");
    let (ben, mut other) = colleague(&t, "Ben").await;
    session_where(&mut other, &visitor.session, |it| it["staffId"] == json!(ben.id)).await;
    // Ben lets the visitor wait; Ada, who let it go before him, gets it now.
    for who in [&mut at_desk, &mut other] {
        who.send(json!({ "type": "ping" })).await;
        who.until("pong").await;
    }
    t.patch_as(&ada, "/api/admin/settings", json!({ "chat.awayMinutes": 60 })).await.status(200);
    t.clock.advance(Duration::minutes(11));
    t.app.schedule().run_due(uuid::Uuid::nil()).await;
    assert_eq!(holder(&t, &visitor).await, Some(ada.id.clone()));
    reply(&mut at_desk, &visitor.session, "a", "I am back").await;
}

#[tokio::test]
async fn whoever_takes_a_chat_that_has_waited_long_has_time_to_reply() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let visitor = says_hello(&t).await;
    t.clock.advance(Duration::minutes(14));
    let path = format!("/api/admin/chats/{}/assign", visitor.session);
    t.post_as(&ada, &path, json!({ "staffId": ada.id })).await.status(200);
    t.clock.advance(Duration::minutes(9));
    t.app.schedule().run_due(uuid::Uuid::nil()).await;
    assert_eq!(holder(&t, &visitor).await, Some(ada.id.clone()));
    t.clock.advance(Duration::minutes(2));
    t.app.schedule().run_due(uuid::Uuid::nil()).await;
    assert_eq!(holder(&t, &visitor).await, None);
}

#[tokio::test]
async fn whoever_has_left_gets_nothing_and_the_next_one_does() {
    let (t, ada, _at_desk) = office("least_busy", 5).await;
    let (ben, _socket) = colleague(&t, "Ben").await;
    // Equal otherwise, the older id is first.
    t.change_person_of(&ada, |change| change.is_active = Set(false)).await;
    let visitor = says_hello(&t).await;
    assert_eq!(holder(&t, &visitor).await, Some(ben.id));
}

#[tokio::test]
async fn many_at_once_fill_every_place_and_no_more() {
    let (t, _ada, _at_desk) = office("least_busy", 4).await;
    let _ben = colleague(&t, "Ben").await;
    let _cleo = colleague(&t, "Cleo").await;
    let mut visitors = Vec::new();
    for _ in 0..15 {
        visitors.push(Visitor::new(&t).await);
    }
    futures_util::future::join_all(visitors.iter_mut().map(|visitor| visitor.say("one", "Hello?"))).await;
    let mut held: HashMap<Option<String>, usize> = HashMap::new();
    for visitor in &visitors {
        *held.entry(holder(&t, visitor).await).or_default() += 1;
    }
    assert_eq!(held.remove(&None), Some(3));
    let places: Vec<usize> = held.into_values().collect();
    assert_eq!(places, [4, 4, 4]);
}
