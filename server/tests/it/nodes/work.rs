//! What one node does, the other does not do again, and what a dead node left, the other takes over.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use database::entity::{audit_chain, audit_logs, messages, outbox};
use sea_orm::EntityTrait;
use serde_json::json;
use tekvwarho::app::App;
use tekvwarho::features::SLICES;
use tekvwarho::jobs::Job;
use tekvwarho::platform::audit::{seal_pending, verify, waiting_since};
use tekvwarho::platform::slice::Slice;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::support::nodes::{Nodes, until};
use crate::support::redis::Redis;
use crate::support::{Answer, TestApp, mail_server};

static COUNTED: AtomicUsize = AtomicUsize::new(0);
static STUCK: AtomicUsize = AtomicUsize::new(0);
/// While it is true, the second job never ends.
static HANGS: AtomicBool = AtomicBool::new(true);

/// Two jobs: one that counts its runs, and one that hangs at first.
const CLOCKWORK: Slice<App> = Slice {
    jobs: &[
        Job {
            name: "clockwork.count",
            every: chrono::Duration::hours(1),
            run: |_| {
                COUNTED.fetch_add(1, Ordering::Relaxed);
                Box::pin(async { Ok(()) })
            },
        },
        Job {
            name: "clockwork.hang",
            every: chrono::Duration::hours(1),
            run: |_| {
                STUCK.fetch_add(1, Ordering::Relaxed);
                Box::pin(async {
                    if HANGS.load(Ordering::Relaxed) {
                        pending::<()>().await;
                    }
                    Ok(())
                })
            },
        },
    ],
    ..Slice::new("clockwork")
};
static WITH_CLOCKWORK: LazyLock<Vec<Slice<App>>> = LazyLock::new(|| SLICES.into_iter().chain([CLOCKWORK]).collect());

#[tokio::test]
async fn a_job_runs_on_one_node_and_on_the_other_once_its_node_is_dead() {
    let mut nodes = Nodes::of(&WITH_CLOCKWORK, Redis::start().await, &[]).await;
    until("somebody has taken the second job", async || STUCK.load(Ordering::Relaxed) == 1).await;
    let look = async |nodes: &Nodes| {
        let (a, b) = (nodes.a.app.schedule(), nodes.b.app.schedule());
        // What hangs is left to hang.
        let both = async { tokio::join!(a.run_due(Uuid::from_u128(1)), b.run_due(Uuid::from_u128(2))) };
        let _ = tokio::time::timeout(Duration::from_secs(2), both).await;
    };
    look(&nodes).await;
    assert_eq!((COUNTED.load(Ordering::Relaxed), STUCK.load(Ordering::Relaxed)), (1, 1));
    // Its node dies. The lease lasts five minutes, so that a slow job is not taken for a dead one.
    nodes.kill_both().await;
    HANGS.store(false, Ordering::Relaxed);
    nodes.a.clock.advance(chrono::Duration::minutes(4));
    look(&nodes).await;
    assert_eq!(STUCK.load(Ordering::Relaxed), 1);
    nodes.a.clock.advance(chrono::Duration::minutes(2));
    look(&nodes).await;
    assert_eq!((COUNTED.load(Ordering::Relaxed), STUCK.load(Ordering::Relaxed)), (1, 2));
}

#[tokio::test]
async fn each_email_leaves_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let smtp = format!("smtp://{}", listener.local_addr().unwrap());
    let (told, mut received) = mpsc::unbounded_channel();
    tokio::spawn(mail_server::slow(listener, Duration::from_millis(5), told));
    let flags = ["--smtp-url", &smtp, "--rate-limits", "off"];
    let nodes = Nodes::of(&SLICES, Redis::start().await, &flags).await;
    for number in 0..10 {
        for (node, name) in [(&nodes.a, "a"), (&nodes.b, "b")] {
            node.send_message(json!({ "email": format!("{name}{number}@client.example") })).await;
        }
    }
    let conn = nodes.a.app.storage.read();
    until("all emails are sent", async || {
        outbox::Entity::find().all(conn).await.unwrap().iter().all(|it| it.sent_at.is_some())
    })
    .await;
    let mut mails = Vec::new();
    while let Ok(mail) = received.try_recv() {
        let id = mail.lines().find(|line| line.to_lowercase().starts_with("message-id:")).unwrap();
        mails.push(id.to_owned());
    }
    assert_eq!(mails.len(), outbox::Entity::find().all(conn).await.unwrap().len());
    assert_eq!(mails.iter().collect::<BTreeSet<_>>().len(), mails.len());
    assert!(mails.len() >= 20);
}

async fn all_sealed(t: &TestApp) {
    until("everything is sealed", async || waiting_since(t.app.storage.read()).await.unwrap().is_none()).await;
}

#[tokio::test]
async fn two_nodes_write_one_chain() {
    let nodes = Nodes::of(&SLICES, Redis::start().await, &["--rate-limits", "off"]).await;
    let send = async |node: &TestApp| {
        for _ in 0..20 {
            node.send_message(json!({})).await;
        }
    };
    tokio::join!(send(&nodes.a), send(&nodes.b));
    all_sealed(&nodes.a).await;
    let conn = nodes.a.app.storage.read();
    let entries = audit_logs::Entity::find().all(conn).await.unwrap().len();
    assert!(entries >= 40);
    assert_eq!(audit_chain::Entity::find().all(conn).await.unwrap().len(), entries);
    for node in [&nodes.a, &nodes.b] {
        let verdict = verify(&node.app, None).await.unwrap();
        assert_eq!((verdict.broken, verdict.unsealed), (None, 0));
    }
}

#[tokio::test]
async fn one_node_seals_at_a_time_and_a_dead_one_holds_nobody_up() {
    let mut nodes = Nodes::two().await;
    nodes.kill_both().await;
    nodes.b.send_message(json!({})).await;
    let held = nodes.b.app.storage.alone("the sealer").await.unwrap().unwrap();
    assert_eq!(seal_pending(&nodes.a.app, false).await.unwrap(), None);
    assert!(nodes.a.app.storage.alone("something else").await.unwrap().is_some());
    // The connection ends with its program.
    drop(held);
    until("the lock is free", async || seal_pending(&nodes.a.app, false).await.unwrap().is_some()).await;
    all_sealed(&nodes.a).await;
}

#[tokio::test]
async fn entries_of_a_node_that_died_are_sealed_by_another() {
    let mut nodes = Nodes::two().await;
    nodes.kill_b().await;
    nodes.b.send_message(json!({})).await;
    assert!(waiting_since(nodes.b.app.storage.read()).await.unwrap().is_some());
    all_sealed(&nodes.a).await;
}

#[tokio::test]
async fn one_idempotency_key_on_two_nodes_at_once_gives_one_message() {
    let nodes = Nodes::two().await;
    let send = async |node: &TestApp, body: serde_json::Value| {
        let request = node.request(reqwest::Method::POST, "/api/contact").header("idempotency-key", "once");
        Answer::of(request.json(&body)).await
    };
    for _ in 0..5 {
        let body = nodes.a.message();
        let (first, second) = tokio::join!(send(&nodes.a, body.clone()), send(&nodes.b, body.clone()));
        let mut codes = [first.code, second.code];
        codes.sort_unstable();
        // The slower one gets the same response, or is asked to come back because the first is not finished yet.
        assert!(codes == [201, 201] || codes == [201, 409], "{codes:?}");
        let again = send(&nodes.b, body).await;
        again.status(201);
        assert_eq!(messages::Entity::find().all(nodes.a.app.storage.read()).await.unwrap().len(), 1);
    }
}
