//! A cluster of Redis, and one that Sentinels watch.

use std::sync::Mutex;
use std::time::Duration;

use tekvwarho::cluster::{Event, Heard};
use tekvwarho::http::rate_limit::Subject;
use tekvwarho::platform::limits::RESET_MAIL;

use crate::support::nodes::{Nodes, until};
use crate::support::redis::Redis;

/// Events of A reach B, and those of B reach A. One that was sent while a Sentinel still closes connections is lost, and
/// the next one arrives.
async fn events_cross(nodes: &Nodes) {
    for (from, to) in [(&nodes.a, &nodes.b), (&nodes.b, &nodes.a)] {
        let mark = from.app.ids.next(from.clock.now());
        let heard = Mutex::new(to.app.bus.subscribe());
        until("an event arrives", async || {
            from.app.bus.publish(Event::PreferencesChanged(mark));
            tokio::time::sleep(Duration::from_millis(100)).await;
            let mut heard = heard.lock().unwrap();
            std::iter::from_fn(|| heard.waiting()).any(|it| it == Heard::Event(Event::PreferencesChanged(mark)))
        })
        .await;
    }
}

/// Of six requests over both nodes, five are allowed.
async fn limits_hold(nodes: &Nodes, who: &str) {
    let subject = Subject::Key(who.to_owned());
    let mut allowed = 0;
    for node in [&nodes.a, &nodes.b].into_iter().cycle().take(8) {
        allowed += u32::from(node.app.limits.check(&RESET_MAIL, &subject).await.is_ok());
    }
    assert_eq!(allowed, 5);
}

#[tokio::test]
async fn a_cluster_of_three_carries_events_and_counts() {
    let mut nodes = Nodes::over(Redis::cluster().await).await;
    nodes.connected(true).await;
    nodes.limit(&RESET_MAIL, 5).await;
    events_cross(&nodes).await;
    for who in ["anna", "ben", "cleo", "dora"] {
        limits_hold(&nodes, who).await;
    }
    nodes.redis.flush();
    limits_hold(&nodes, "erik").await;
    // The keys of these people are on more than one server.
    nodes.redis.stop();
    nodes.connected(false).await;
    assert_eq!(nodes.a.get("/api/health/ready").await.status(200).data()["redis"], "down");
    nodes.redis.again().await;
    nodes.connected(true).await;
    events_cross(&nodes).await;
    limits_hold(&nodes, "fred").await;
}

#[tokio::test]
async fn when_a_sentinel_names_another_server_the_nodes_follow() {
    let mut nodes = Nodes::over(Redis::sentinel().await).await;
    nodes.connected(true).await;
    nodes.limit(&RESET_MAIL, 5).await;
    events_cross(&nodes).await;
    limits_hold(&nodes, "anna").await;
    nodes.redis.stop_first();
    nodes.connected(false).await;
    until("the nodes use the other server", async || {
        [&nodes.a, &nodes.b].iter().all(|node| node.app.link.as_ref().unwrap().is_connected())
    })
    .await;
    events_cross(&nodes).await;
    limits_hold(&nodes, "ben").await;
}
