//! Files that visitors and staff send: what is taken, how it is kept and returned, and when it goes.

mod bucket;
mod chat;
mod conversation;
mod ends;
mod taken;

use serde_json::{Value, json};

use crate::chat::{Visitor, about};
use crate::support::socket::Socket;

/// Sends a line with files, and returns the answer.
pub async fn write(visitor: &mut Visitor, client_id: &str, content: &str, files: &[&str]) -> Value {
    let session = visitor.session.clone();
    send(&mut visitor.socket, &session, client_id, content, files).await
}

/// The same on any socket.
pub async fn send(socket: &mut Socket, session: &str, client_id: &str, content: &str, files: &[&str]) -> Value {
    let line = json!({ "clientId": client_id, "content": content, "files": files });
    socket.send(about(session, "message", line)).await;
    loop {
        let frame = socket.next().await;
        if matches!(frame["type"].as_str(), Some("ack" | "error")) {
            return frame;
        }
    }
}
