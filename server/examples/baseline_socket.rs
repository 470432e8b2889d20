//! Baseline for live chat: a bare WebSocket server that pings all sockets every 30 s by one timer, and sends every text
//! back. With a database, a text is first stored as one row of chat, with the product's group commit. Without routing,
//! pipeline, seats, rules, and rows of sessions that change.
//!
//! `baseline_socket LISTEN [DATABASE_URL]`: the database must have the schema (`tekvwarho migrate up`).

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use database::entity::chat_messages::{self as lines, Sender};
use database::entity::chat_sessions as sessions;
use futures_util::{SinkExt as _, StreamExt as _};
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use tekvwarho::clock::Clock;
use tekvwarho::cluster::Bus;
use tekvwarho::features::chat::Past;
use tekvwarho::ids::Ids;
use tekvwarho::storage::{Storage, WordIndex, search_text};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use uuid::Uuid;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// As in the product.
const PING: Duration = Duration::from_secs(30);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(listen) = arguments.next() else {
        return Err("usage: baseline_socket LISTEN [DATABASE_URL]".into());
    };
    let book = match arguments.next() {
        Some(url) => Some(Book::open(&url).await?),
        None => None,
    };
    let (beat, beats) = watch::channel(());
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(PING).await;
            beat.send_replace(());
        }
    });
    let listener = TcpListener::bind(&listen).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (beats, page) = (beats.clone(), book.as_ref().map(Book::page));
        tokio::spawn(async move {
            // A broken connection is the load generator's problem.
            let _ = echo(stream, beats, page).await;
        });
    }
}

async fn echo(
    stream: TcpStream,
    mut beats: watch::Receiver<()>,
    mut page: Option<Box<Page>>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    // The product's buffers.
    let config = WebSocketConfig::default().read_buffer_size(1_024).write_buffer_size(0);
    let mut socket = tokio_tungstenite::accept_async_with_config(stream, Some(config)).await?;
    loop {
        tokio::select! {
            heard = socket.next() => match heard.transpose()? {
                Some(Message::Text(text)) => {
                    if let Some(page) = &mut page {
                        // Boxed, so that idle sockets hold no room for it.
                        Box::pin(page.write(&text)).await?;
                    }
                    socket.send(Message::Text(text)).await?;
                }
                Some(Message::Close(_)) | None => return Ok(()),
                Some(_) => {}
            },
            beat = beats.changed() => {
                beat?;
                socket.send(Message::Ping(Bytes::new())).await?;
            }
        }
    }
}

/// Where texts are stored.
#[derive(Clone)]
struct Book {
    storage: Storage,
    ids: Ids,
    clock: Clock,
}

impl Book {
    async fn open(url: &str) -> Result<Self, Box<dyn Error>> {
        let words = vec![WordIndex { table: "chat_messages" }];
        let storage = Box::pin(Storage::open(url, Bus::in_process(), words, None)).await?;
        Ok(Self { storage, ids: Ids::random(), clock: Clock::system() })
    }

    /// A session for the texts of one socket.
    fn page(&self) -> Box<Page> {
        let now = self.clock.now();
        let (session, _) = Past::begin(&self.ids, self.ids.next(now), now).end();
        Box::new(Page { book: self.clone(), session, last: 0 })
    }
}

/// The session of one socket.
struct Page {
    book: Book,
    session: sessions::Model,
    last: i64,
}

impl Page {
    async fn write(&mut self, text: &str) -> tekvwarho::error::Result<()> {
        let now = self.book.clock.now();
        self.last += 1;
        // The row that lines refer to: made once, before anything is measured.
        let session = (self.last == 1).then(|| self.session.clone());
        let line = line(self.book.ids.next(now), &self.session, self.last, text, now);
        self.book
            .storage
            .write((session, line), |tx, (session, line)| {
                Box::pin(async move {
                    if let Some(session) = session {
                        let row = session.clone().into_active_model();
                        sessions::Entity::insert(row).exec_without_returning(tx.conn()).await?;
                    }
                    lines::Entity::insert(line.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
                    Ok(())
                })
            })
            .await
    }
}

fn line(id: Uuid, session: &sessions::Model, seq: i64, text: &str, now: DateTime<Utc>) -> lines::Model {
    lines::Model {
        id,
        session_id: session.session_id,
        seq,
        client_id: Some(seq.to_string()),
        sender_type: Sender::Visitor,
        sender_id: None,
        content: text.to_owned(),
        event: None,
        created_at: now,
        read_at: None,
        redacted_at: None,
        search_text: search_text([text]),
        files: None,
    }
}
