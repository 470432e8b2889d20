//! Two nodes of one installation, with Redis between them and without.

mod chat;
mod files;
mod limits;
mod servers;
mod work;

use std::time::Duration;

use database::entity::staff::Role;
use serde_json::json;
use tekvwarho::cluster::{Event, Heard};

use crate::support::nodes::{Nodes, time_until};
use crate::support::redis::Redis;
use crate::support::socket::Socket;
use crate::support::{Signed, TestApp};

/// What is promised for the ends of sessions and for settings.
const SOON: Duration = Duration::from_secs(1);

/// The response code of a request that any signed-in person may make.
async fn code(t: &TestApp, who: &Signed) -> u16 {
    t.get_as(who, "/api/auth/me").await.code
}

/// How long it takes until node B refuses the person.
async fn refused_on_b(nodes: &Nodes, who: &Signed) -> Duration {
    time_until("the other node refuses", async || code(&nodes.b, who).await == 401).await
}

#[tokio::test]
async fn who_is_signed_out_or_deactivated_on_one_node_is_out_on_the_other_within_a_second() {
    let nodes = Nodes::two().await;
    let ada = nodes.a.admin().await;
    let ben = nodes.a.person("Ben", Role::Staff).await;
    let (first, second) = (nodes.a.sign_in(&ben).await, nodes.a.sign_in(&ben).await);
    assert_eq!((code(&nodes.b, &first).await, code(&nodes.b, &second).await), (200, 200));
    let mut socket = Socket::of(&nodes.b, &first).await;
    nodes.a.post_as(&first, "/api/auth/logout", json!({})).await.status(200);
    assert_eq!(socket.until("bye").await["reason"], "signed_out");
    assert!(refused_on_b(&nodes, &first).await < SOON);
    assert_eq!(code(&nodes.b, &second).await, 200);
    nodes.a.post_as(&ada, &format!("/api/admin/staff/{}/deactivate", ben.id), json!({})).await.status(200);
    assert!(refused_on_b(&nodes, &second).await < SOON);
}

#[tokio::test]
async fn rights_settings_and_notices_reach_the_other_node() {
    let nodes = Nodes::two().await;
    let ada = nodes.a.admin().await;
    let ben = nodes.a.person("Ben", Role::Staff).await;
    let ben_signed = nodes.b.sign_in(&ben).await;
    let mut socket = Socket::of(&nodes.b, &ben_signed).await;
    nodes.a.send_message(json!({})).await;
    loop {
        let notice = socket.until("notice").await;
        if notice["kind"] == "message_created" {
            break;
        }
    }
    nodes.b.get_as(&ben_signed, "/api/admin/messages").await.status(200);
    nodes
        .a
        .patch_as(&ada, &format!("/api/admin/staff/{}", ben.id), json!({ "permissions": ["chats"] }))
        .await
        .status(200);
    // New rights need a new access token; the old one ends.
    assert!(refused_on_b(&nodes, &ben_signed).await < SOON);
    let again = nodes.b.refreshed(&ben_signed).await;
    nodes.b.get_as(&again, "/api/admin/messages").await.problem(403, "forbidden");
    assert!(nodes.b.get("/").await.text.contains("Tekvwarho IT Solutions"));
    nodes.a.patch_as(&ada, "/api/admin/settings", json!({ "firm.name": "Nordlicht" })).await.status(200);
    let seen = time_until("the other site has the name", async || nodes.b.get("/").await.text.contains("Nordlicht"));
    assert!(seen.await < SOON);
}

/// Waits until exactly these people view what the socket is at.
async fn sees(socket: &mut Socket, names: &[&str]) {
    loop {
        let frame = socket.until("viewing").await;
        let staff = frame["staff"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned());
        if staff.collect::<Vec<_>>() == names {
            return;
        }
    }
}

#[tokio::test]
async fn people_on_two_nodes_see_each_other_at_one_message() {
    let nodes = Nodes::two().await;
    let ada = nodes.a.admin().await;
    let ben = nodes.b.person("Ben", Role::Staff).await;
    let ben = nodes.b.sign_in(&ben).await;
    let message = nodes.a.send_message(json!({})).await;
    let (mut here, mut there) = (Socket::of(&nodes.a, &ada).await, Socket::of(&nodes.b, &ben).await);
    let view = json!({ "type": "viewing", "entity": "message", "id": message });
    here.send(view.clone()).await;
    sees(&mut here, &["Ada"]).await;
    there.send(view).await;
    sees(&mut here, &["Ada", "Ben"]).await;
    sees(&mut there, &["Ada", "Ben"]).await;
    drop(there);
    sees(&mut here, &["Ada"]).await;
}

#[tokio::test]
async fn a_node_hears_others_once_and_itself_not_at_all() {
    let nodes = Nodes::two().await;
    let (mut here, mut there) = (nodes.a.app.bus.subscribe(), nodes.b.app.bus.subscribe());
    let marks = [uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2)];
    for mark in marks {
        nodes.a.app.bus.publish(Event::PreferencesChanged(mark));
    }
    nodes.a.app.bus.publish(Event::MailQueued);
    nodes.b.app.bus.publish(Event::PreferencesChanged(uuid::Uuid::from_u128(3)));
    // An event of B that A has: whatever Redis returned to A before it has arrived too.
    let mut heard = Vec::new();
    while !heard.contains(&uuid::Uuid::from_u128(3)) {
        if let Heard::Event(Event::PreferencesChanged(mark)) = here.next().await {
            heard.push(mark);
        }
    }
    assert_eq!(heard, [marks[0], marks[1], uuid::Uuid::from_u128(3)]);
    let mut heard = Vec::new();
    while heard.len() < 3 {
        match there.next().await {
            Heard::Event(Event::PreferencesChanged(mark)) => heard.push(mark),
            Heard::Event(Event::MailQueued) => panic!("each node looks for its mail by itself"),
            _ => {}
        }
    }
    heard.sort();
    assert_eq!(heard, [marks[0], marks[1], uuid::Uuid::from_u128(3)]);
}

#[tokio::test]
async fn without_redis_ends_and_settings_still_reach_every_node_and_it_heals_by_itself() {
    let mut nodes = Nodes::two().await;
    let ada = nodes.a.admin().await;
    let ben = nodes.a.person("Ben", Role::Staff).await;
    let signed = nodes.a.sign_in(&ben).await;
    assert_eq!(code(&nodes.b, &signed).await, 200);
    let ready = nodes.b.get("/api/health/ready").await.data();
    assert_eq!((&ready["status"], &ready["redis"]), (&json!("ok"), &json!("ok")));
    nodes.redis.stop();
    nodes.connected(false).await;
    let ready = nodes.b.get("/api/health/ready").await;
    let ready = ready.status(200).data();
    assert_eq!((&ready["status"], &ready["redis"]), (&json!("degraded"), &json!("down")));
    nodes.a.post_as(&signed, "/api/auth/logout", json!({})).await.status(200);
    assert!(refused_on_b(&nodes, &signed).await < SOON);
    nodes.a.patch_as(&ada, "/api/admin/settings", json!({ "firm.name": "Nordlicht" })).await.status(200);
    let seen = time_until("the other site has the name", async || nodes.b.get("/").await.text.contains("Nordlicht"));
    assert!(seen.await < 2 * SOON, "each node looks every second");
    // Back again, and empty.
    nodes.redis.again().await;
    nodes.connected(true).await;
    assert_eq!(nodes.b.get("/api/health/ready").await.data()["status"], "ok");
    // What node A says now arrives, or node B learns that it has missed something.
    let mut there = nodes.b.app.bus.subscribe();
    nodes.a.app.bus.publish(Event::PreferencesChanged(uuid::Uuid::from_u128(7)));
    let expected = [Event::PreferencesChanged(uuid::Uuid::from_u128(7)), Event::Everything];
    let heard = tokio::time::timeout(5 * SOON, async {
        loop {
            if let Heard::Event(event) = there.next().await
                && expected.contains(&event)
            {
                return;
            }
        }
    });
    heard.await.unwrap();
}

#[tokio::test]
async fn a_redis_that_was_never_there_keeps_nobody_from_working() {
    let mut redis = Redis::start().await;
    redis.stop();
    let nodes = Nodes::over(redis).await;
    let ada = nodes.a.admin().await;
    nodes.b.send_message(json!({})).await;
    assert_eq!(nodes.a.get_as(&ada, "/api/admin/messages").await.json()["meta"]["total"], 1);
    assert_eq!(nodes.a.get("/api/health/ready").await.status(200).data()["redis"], "down");
}
