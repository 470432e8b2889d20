//! Shutdown: the program finishes what it has started.

use std::time::{Duration, Instant};

use database::entity::outbox::{self, State};
use sea_orm::EntityTrait;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::support::mail_server;
use crate::support::program::Program;

#[tokio::test]
async fn a_mail_that_a_slow_server_has_is_not_sent_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let (told, mut heard) = mpsc::unbounded_channel();
    // Longer than the grace period for new connections on shutdown.
    tokio::spawn(mail_server::slow(listener, Duration::from_secs(4), told));
    let program = Program::new().await;
    let serving = program.serve(&["--smtp-url", &url]).await;
    let message = json!({ "name": "Anna", "email": "anna@example.com", "message": "Our stock list is a spreadsheet." });
    for _ in 0..2 {
        serving.post("/api/contact", message.clone()).await.status(201);
    }
    // Each message has two emails, and two emails are delivered concurrently.
    for _ in 0..2 {
        heard.recv().await.unwrap();
    }
    let asked = Instant::now();
    serving.terminate();
    assert_eq!(serving.ended().await, Some(0));
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    let conn = sea_orm::Database::connect(&program.database).await.unwrap();
    let mut mails = outbox::Entity::find().all(&conn).await.unwrap();
    mails.sort_by_key(|mail| mail.attempts);
    let mails: Vec<_> = mails.iter().map(|mail| (mail.state, mail.attempts)).collect();
    let (waits, taken) = ((State::Pending, 0), (State::Sent, 1));
    assert_eq!(mails, [waits, waits, taken, taken], "two were taken, the others wait for the next start");
}
