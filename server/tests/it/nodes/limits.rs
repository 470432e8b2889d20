//! Rate limits count over all nodes, with Redis; without it, each node counts by itself.

use std::time::{Duration, Instant};

use serde_json::json;
use tekvwarho::error::Error;
use tekvwarho::http::rate_limit::Subject;
use tekvwarho::platform::limits::{PUBLIC_READ, RESET_MAIL};

use crate::support::TestApp;
use crate::support::nodes::Nodes;
use crate::support::redis::NOTICED;

/// How many of these requests a node allows.
async fn allowed(node: &TestApp, who: &str, requests: usize) -> usize {
    let subject = Subject::Key(who.to_owned());
    let mut count = 0;
    for _ in 0..requests {
        match node.app.limits.check(&RESET_MAIL, &subject).await {
            Ok(()) => count += 1,
            Err(Error::RateLimited(exceeded)) => assert_eq!(exceeded.limit, 5),
            Err(other) => panic!("{other}"),
        }
    }
    count
}

#[tokio::test]
async fn a_limit_of_five_is_five_over_two_nodes() {
    let nodes = Nodes::two().await;
    nodes.limit(&RESET_MAIL, 5).await;
    assert_eq!(allowed(&nodes.a, "anna", 3).await, 3);
    assert_eq!(allowed(&nodes.b, "anna", 3).await, 2);
    assert_eq!(allowed(&nodes.a, "anna", 3).await, 0);
    assert_eq!(allowed(&nodes.b, "ben", 9).await, 5, "each subject counts apart");
    // At once, from both.
    let (a, b) = tokio::join!(allowed(&nodes.a, "cleo", 9), allowed(&nodes.b, "cleo", 9));
    assert_eq!(a + b, 5);
    // The same over HTTP, with the time after which it makes sense to come back.
    let ask = async |node: &TestApp| node.post("/api/auth/forgot", json!({ "email": "x@client.example" })).await;
    for node in [&nodes.a, &nodes.b, &nodes.a, &nodes.b, &nodes.a] {
        ask(node).await.status(202);
    }
    for node in [&nodes.a, &nodes.b] {
        let refused = ask(node).await;
        let wait: u64 = refused.problem(429, "rate_limited").header("retry-after").parse().unwrap();
        assert!((1..=720).contains(&wait), "{wait}");
    }
}

#[tokio::test]
async fn a_limit_of_six_hundred_holds_within_five_percent_under_load() {
    let nodes = Nodes::two().await;
    nodes.limit(&PUBLIC_READ, 600).await;
    let subject = Subject::Key("busy".to_owned());
    let began = Instant::now();
    let from = async |node: &TestApp| {
        let mut count = 0_u32;
        for _ in 0..600 {
            count += u32::from(node.app.limits.check(&PUBLIC_READ, &subject).await.is_ok());
        }
        count
    };
    let (a, b, c, d) = tokio::join!(from(&nodes.a), from(&nodes.b), from(&nodes.a), from(&nodes.b));
    // What refilled in the meantime is allowed as well: ten a second.
    let refilled = began.elapsed().as_secs_f64() * 10.0;
    let counted = f64::from(a + b + c + d);
    assert!((570.0..=630.0 + refilled).contains(&counted), "{counted} after {:?}", began.elapsed());
}

#[tokio::test]
async fn a_redis_that_forgot_everything_leaves_what_each_node_counted() {
    let nodes = Nodes::two().await;
    nodes.limit(&RESET_MAIL, 5).await;
    assert_eq!((allowed(&nodes.a, "anna", 3).await, allowed(&nodes.b, "anna", 9).await), (3, 2));
    nodes.redis.flush();
    // Redis counts to five again. Node B has allowed two before, and allows only three of them.
    assert_eq!((allowed(&nodes.b, "anna", 9).await, allowed(&nodes.a, "anna", 9).await), (3, 0));
    let keys = nodes.redis.keys();
    assert!(keys > 0);
    nodes.a.get("/api/form-token").await.status(200);
    assert!(nodes.redis.keys() > keys, "counting goes on");
}

#[tokio::test]
async fn without_redis_each_node_counts_by_itself_and_nobody_waits() {
    let mut nodes = Nodes::two().await;
    nodes.limit(&RESET_MAIL, 5).await;
    nodes.redis.stop();
    nodes.connected(false).await;
    assert_eq!((allowed(&nodes.a, "anna", 9).await, allowed(&nodes.b, "anna", 9).await), (5, 5));
    nodes.redis.again().await;
    nodes.connected(true).await;
    // Node A counted nobody here yet, so that Redis decides again.
    assert_eq!((allowed(&nodes.a, "ben", 2).await, allowed(&nodes.b, "ben", 9).await), (2, 3));
}

#[tokio::test]
async fn a_redis_that_swallows_everything_holds_up_one_request_at_most() {
    let nodes = Nodes::two().await;
    nodes.limit(&RESET_MAIL, 5).await;
    let frozen = nodes.redis.freeze();
    let began = Instant::now();
    assert_eq!(allowed(&nodes.a, "anna", 5).await, 5);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    // Node B asked nothing, and finds out with its next ping.
    let began = Instant::now();
    nodes.connected(false).await;
    assert!(began.elapsed() < NOTICED);
    drop(frozen);
    nodes.connected(true).await;
    assert_eq!((allowed(&nodes.a, "ben", 4).await, allowed(&nodes.b, "ben", 9).await), (4, 1));
}

#[tokio::test]
async fn redis_learns_no_address_and_no_mailbox() {
    let nodes = Nodes::two().await;
    // A node that waits too long for Redis counts by itself, and asks again the next time.
    let mut names = Vec::new();
    for _ in 0..20 {
        nodes.a.post("/api/auth/forgot", json!({ "email": "anna@client.example" })).await;
        names = nodes.redis.names();
        if names.iter().any(|name| name.contains(":reset_mail:")) {
            break;
        }
    }
    assert!(names.iter().any(|name| name.contains(":reset_mail:")), "{names:?}");
    for name in names {
        assert!(!name.contains("client.example") && !name.contains("127.0.0.1"), "{name}");
    }
}
