//! Every acknowledged line exactly once and in order, whatever happens to sockets.

use database::entity::{chat_messages, chat_sessions};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;

use super::{Visitor, about, desk, reply, session_where};
use crate::support::TestApp;

#[tokio::test]
async fn a_visitor_writes_and_a_person_replies() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, open) = desk(&t, &ada).await;
    assert!(open.is_empty());
    let mut visitor = Visitor::hello(&t, json!({ "name": "Anna", "url": "https://firm.example/services" })).await;
    assert_eq!(visitor.say("one", "Hello?").await, 1);
    let waiting = session_where(&mut staff, &visitor.session, |it| it["status"] == "waiting").await;
    assert_eq!(
        (&waiting["visitorName"], &waiting["unread"], &waiting["lastLine"]),
        (&json!("Anna"), &json!(1), &json!("Hello?"))
    );
    staff.send(about(&visitor.session, "open", json!({ "lastSeq": 0 }))).await;
    assert_eq!(staff.until("history").await["messages"][0]["content"], "Hello?");
    // A reply takes the session: one line says so, the next is the reply.
    assert_eq!(reply(&mut staff, &visitor.session, "a", "How can I help?").await, 3);
    let claimed = visitor.socket.until("message").await;
    let (own, claimed) = match claimed["seq"].as_i64().unwrap() {
        1 => (claimed, visitor.socket.until("message").await),
        _ => panic!("the own line comes first: {claimed}"),
    };
    assert_eq!((&own["from"], &own["clientId"]), (&json!("visitor"), &json!("one")));
    assert_eq!((&claimed["event"], &claimed["staffName"]), (&json!("claimed"), &json!("Ada")));
    let words = visitor.socket.until("message").await;
    assert_eq!(
        (&words["seq"], &words["content"], &words["staffName"]),
        (&json!(3), &json!("How can I help?"), &json!("Ada"))
    );
    assert!(words["staffId"].is_null() && words["clientId"].is_null(), "{words}");
    visitor.send("read", json!({ "seq": 3 })).await;
    let read = loop {
        let read = staff.until("read").await;
        // The reply said that staff have read, too.
        if read["by"] == "visitor" {
            break read;
        }
    };
    assert_eq!(read["seq"], 3);
}

#[tokio::test]
async fn a_first_line_sent_twice_opens_one_session() {
    let t = TestApp::new().await;
    let mut one = Visitor::new(&t).await;
    let mut two = one.again(&t, 0).await;
    one.write("first", "Hello?").await;
    two.write("first", "Hello?").await;
    assert_eq!(one.socket.until("ack").await["seq"], 1);
    assert_eq!(two.socket.until("ack").await["seq"], 1);
    assert_eq!(one.say("first", "Hello?").await, 1);
    assert_eq!(two.say("second", "Is somebody there?").await, 2);
    let conn = t.app.storage.read();
    assert_eq!(chat_sessions::Entity::find().count(conn).await.unwrap(), 1);
    assert_eq!(chat_messages::Entity::find().count(conn).await.unwrap(), 2);
}

#[tokio::test]
async fn a_resume_brings_each_line_once_and_in_order() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("0", "Hello?").await;
    for round in 0..5 {
        // The socket is cut, and both sides write meanwhile.
        let last = visitor.lines_so_far(&t).await;
        drop(visitor.socket);
        for number in 0..30 {
            reply(&mut staff, &visitor.session, &format!("{round}-{number}"), "A word").await;
        }
        let mut next = Visitor::hello(
            &t,
            json!({ "resume": { "sessionId": visitor.session, "token": visitor.token, "lastSeq": last } }),
        )
        .await;
        let seqs: Vec<i64> = next.lines().await.iter().map(|line| line["seq"].as_i64().unwrap()).collect();
        assert!((last + 1..).zip(&seqs).all(|(expected, seq)| expected == *seq), "{last}: {seqs:?}");
        assert!(seqs.len() >= 30);
        visitor = next;
    }
}

impl Visitor {
    /// The number of lines that are stored.
    async fn lines_so_far(&self, t: &TestApp) -> i64 {
        let id: uuid::Uuid = self.session.parse().unwrap();
        chat_sessions::Entity::find_by_id(id).one(t.app.storage.read()).await.unwrap().unwrap().last_seq
    }
}

#[tokio::test]
async fn a_reserved_session_outlives_the_program_and_a_wrong_token_opens_nothing() {
    let t = TestApp::new().await;
    let first = Visitor::new(&t).await;
    let mut again = first.again(&t, 0).await;
    assert_eq!(again.session, first.session);
    again.say("one", "Hello?").await;
    let resume = json!({ "sessionId": first.session, "token": "guessed", "lastSeq": 0 });
    let stranger = Visitor::hello(&t, json!({ "resume": resume })).await;
    assert_ne!(stranger.session, first.session);
}

#[tokio::test]
async fn two_tabs_are_both_live() {
    let t = TestApp::new().await;
    let mut one = Visitor::new(&t).await;
    one.say("one", "Hello?").await;
    let mut two = one.again(&t, 1).await;
    assert!(two.lines().await.is_empty());
    two.say("two", "From the other tab").await;
    assert_eq!(one.socket.until("message").await["seq"], 1);
    assert_eq!(one.socket.until("message").await["content"], "From the other tab");
}

#[tokio::test]
async fn earlier_lines_come_on_request() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let mut visitor = Visitor::new(&t).await;
    for number in 1..=60 {
        visitor.say(&number.to_string(), &format!("Line {number}")).await;
    }
    visitor.send("history", json!({ "beforeSeq": 51, "limit": 45 })).await;
    let lines = visitor.lines().await;
    let seqs: Vec<i64> = lines.iter().map(|line| line["seq"].as_i64().unwrap()).collect();
    assert!(seqs.iter().copied().eq(6..=50), "{seqs:?}");
}
