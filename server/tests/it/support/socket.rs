//! The dashboard's WebSocket, as a test sees it.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Signed, TestApp};

/// A connection of the dashboard.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// A connection that has not authenticated.
    pub async fn open(t: &TestApp) -> Self {
        Self(connect_async(format!("ws://{}/ws/chat", t.address)).await.unwrap().0)
    }

    /// A connection that a page of that origin opens; none if it is refused.
    pub async fn of_page(t: &TestApp, origin: &str) -> Option<Self> {
        let mut request = format!("ws://{}/ws/chat", t.address).into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        connect_async(request).await.ok().map(|(socket, _)| Self(socket))
    }

    /// A signed-in person's connection.
    pub async fn of(t: &TestApp, who: &Signed) -> Self {
        let mut socket = Self::open(t).await;
        socket.send(json!({ "type": "auth", "ticket": ticket(t, who).await })).await;
        assert_eq!(socket.next().await["type"], "ready");
        socket
    }

    pub async fn send(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// Sends a frame to a server that may have closed the socket.
    pub async fn try_send(&mut self, frame: Value) {
        let _ = self.0.send(Message::text(frame.to_string())).await;
    }

    /// Waits until the server has ended the socket.
    pub async fn ended(&mut self) {
        let read = async { while let Some(Ok(_)) = self.0.next().await {} };
        tokio::time::timeout(Duration::from_secs(10), read).await.expect("the end of the socket");
    }

    /// The next text frame; fails after twenty seconds.
    pub async fn next(&mut self) -> Value {
        loop {
            let frame = tokio::time::timeout(Duration::from_secs(20), self.0.next())
                .await
                .expect("a frame")
                .expect("an open socket")
                .unwrap();
            if let Message::Text(text) = frame {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// The next frame of that type.
    pub async fn until(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }
}

/// A ticket that opens a socket once.
pub async fn ticket(t: &TestApp, who: &Signed) -> String {
    t.post_as(who, "/api/auth/ws-ticket", json!({})).await.data()["ticket"].as_str().unwrap().to_owned()
}
