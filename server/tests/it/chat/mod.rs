//! Live chat: visitors and staff over sockets, and the API beside them.

mod assignment;
mod attacks;
mod desk;
mod elsewhere;
mod rest;
mod rough;
mod stream;
mod times;

use serde_json::{Value, json};

use crate::support::socket::Socket;
use crate::support::{Signed, TestApp};

/// A visitor's page.
pub struct Visitor {
    pub socket: Socket,
    pub session: String,
    pub token: String,
}

impl Visitor {
    /// A page that says hello.
    pub async fn new(t: &TestApp) -> Self {
        Self::hello(t, json!({})).await
    }

    /// The same, with more in its hello.
    pub async fn hello(t: &TestApp, over: Value) -> Self {
        let mut socket = Socket::open(t).await;
        let mut hello = json!({ "type": "hello" });
        hello.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
        socket.send(hello).await;
        let welcome = socket.until("welcome").await;
        let text = |name: &str| welcome[name].as_str().unwrap().to_owned();
        Self { socket, session: text("sessionId"), token: text("token") }
    }

    /// Another page of the same visitor, which has the lines up to `last`.
    pub async fn again(&self, t: &TestApp, last: i64) -> Self {
        let resume = json!({ "sessionId": self.session, "token": self.token, "lastSeq": last });
        Self::hello(t, json!({ "resume": resume })).await
    }

    /// Sends a line.
    pub async fn write(&mut self, client_id: &str, content: &str) {
        let session = &self.session;
        let line = json!({ "type": "message", "sessionId": session, "clientId": client_id, "content": content });
        self.socket.send(line).await;
    }

    /// Sends a line and waits until it is stored; returns its number.
    pub async fn say(&mut self, client_id: &str, content: &str) -> i64 {
        self.write(client_id, content).await;
        loop {
            let ack = self.socket.until("ack").await;
            if ack["clientId"] == client_id {
                return ack["seq"].as_i64().unwrap();
            }
        }
    }

    /// Sends a frame about the session.
    pub async fn send(&mut self, kind: &str, over: Value) {
        self.socket.send(about(&self.session, kind, over)).await;
    }

    /// The lines that a resume brings.
    pub async fn lines(&mut self) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let history = self.socket.until("history").await;
            all.extend(history["messages"].as_array().unwrap().clone());
            if history["complete"] == true {
                return all;
            }
        }
    }
}

/// A frame about a session.
#[expect(clippy::needless_pass_by_value, reason = "every caller writes the value where it calls")]
pub fn about(session: &str, kind: &str, over: Value) -> Value {
    let mut frame = json!({ "type": kind, "sessionId": session });
    frame.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
    frame
}

/// The dashboard of a person, past its snapshot.
pub async fn desk(t: &TestApp, who: &Signed) -> (Socket, Vec<Value>) {
    let mut socket = Socket::of(t, who).await;
    let mut all = Vec::new();
    loop {
        let some = socket.until("sessions").await;
        all.extend(some["sessions"].as_array().unwrap().clone());
        if some["complete"] == true {
            return (socket, all);
        }
    }
}

/// Waits for a state of that session.
pub async fn session_where(socket: &mut Socket, id: &str, holds: impl Fn(&Value) -> bool) -> Value {
    loop {
        let session = socket.until("session").await;
        if session["sessionId"] == id && holds(&session) {
            return session;
        }
    }
}

/// The visitor goes, and the dashboard has heard of it; returns their session.
pub async fn leave(visitor: Visitor, staff: &mut Socket) -> String {
    let Visitor { session, socket, .. } = visitor;
    drop(socket);
    while staff.until("presence").await["visitor"] != "offline" {}
    session
}

/// A line of staff; returns its number.
pub async fn reply(socket: &mut Socket, session: &str, client_id: &str, content: &str) -> i64 {
    socket.send(about(session, "message", json!({ "clientId": client_id, "content": content }))).await;
    loop {
        let ack = socket.until("ack").await;
        if ack["clientId"] == client_id {
            return ack["seq"].as_i64().unwrap();
        }
    }
}
