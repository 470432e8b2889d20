//! A visitor and staff on different nodes, with Redis between them, without it, and while it goes and comes back.

use serde_json::{Value, json};
use tekvwarho::cluster::Event;

use crate::chat::{Visitor, about, desk, reply, session_where};
use crate::support::nodes::Nodes;
use crate::support::redis::Redis;
use crate::support::socket::Socket;

/// A conversation over two nodes; `live`: typing and presence travel too.
async fn talk(nodes: &Nodes, live: bool) {
    let ada = nodes.b.admin().await;
    // She was made past the program: names that A has read are old.
    nodes.a.app.bus.publish(Event::Everything);
    let (mut staff, _) = desk(&nodes.b, &ada).await;
    let mut visitor = Visitor::new(&nodes.a).await;
    visitor.say("one", "Hello?").await;
    session_where(&mut staff, &visitor.session, |it| it["status"] == "waiting").await;
    staff.send(about(&visitor.session, "open", json!({}))).await;
    assert_eq!(staff.until("history").await["messages"][0]["content"], "Hello?");
    reply(&mut staff, &visitor.session, "a", "Hello!").await;
    in_order(&mut visitor.socket, &[1, 2, 3]).await;
    in_order(&mut staff, &[2, 3]).await;
    if live {
        visitor.send("typing", json!({ "on": true })).await;
        assert_eq!(staff.until("typing").await["from"], "visitor");
        staff.send(about(&visitor.session, "typing", json!({ "on": true }))).await;
        assert_eq!(visitor.socket.until("typing").await["staffName"], "Ada");
    }
    visitor.say("two", "Thank you").await;
    in_order(&mut staff, &[4]).await;
}

/// Waits for these lines.
async fn in_order(socket: &mut Socket, seqs: &[i64]) {
    for seq in seqs {
        let line: Value = socket.until("message").await;
        assert_eq!(line["seq"], *seq, "{line}");
    }
}

#[tokio::test]
async fn a_conversation_over_two_nodes_is_live() {
    talk(&Nodes::two().await, true).await;
}

#[tokio::test]
async fn without_redis_rows_are_looked_at() {
    let mut redis = Redis::start().await;
    redis.stop();
    talk(&Nodes::over(redis).await, false).await;
}

#[tokio::test]
async fn a_redis_that_goes_and_comes_back_loses_nothing() {
    let mut nodes = Nodes::two().await;
    let ada = nodes.b.admin().await;
    let (mut staff, _) = desk(&nodes.b, &ada).await;
    let mut visitor = Visitor::new(&nodes.a).await;
    visitor.say("one", "Hello?").await;
    session_where(&mut staff, &visitor.session, |it| it["status"] == "waiting").await;
    reply(&mut staff, &visitor.session, "a", "Hello!").await;
    in_order(&mut visitor.socket, &[1, 2, 3]).await;
    nodes.redis.stop();
    reply(&mut staff, &visitor.session, "b", "Are you there?").await;
    in_order(&mut visitor.socket, &[4]).await;
    nodes.connected(false).await;
    reply(&mut staff, &visitor.session, "c", "Still?").await;
    in_order(&mut visitor.socket, &[5]).await;
    nodes.redis.again().await;
    reply(&mut staff, &visitor.session, "d", "Now?").await;
    nodes.connected(true).await;
    in_order(&mut visitor.socket, &[6]).await;
    reply(&mut staff, &visitor.session, "e", "Good").await;
    in_order(&mut visitor.socket, &[7]).await;
}

#[tokio::test]
async fn a_claim_on_each_node_has_one_winner() {
    let nodes = Nodes::two().await;
    let ada = nodes.a.admin().await;
    let ben = nodes.b.person("Ben", database::entity::staff::Role::Staff).await;
    let ben = nodes.b.sign_in(&ben).await;
    let (mut one, mut two) = (desk(&nodes.a, &ada).await.0, desk(&nodes.b, &ben).await.0);
    let mut visitor = Visitor::new(&nodes.a).await;
    visitor.say("one", "Hello?").await;
    let claim = about(&visitor.session, "claim", json!({}));
    tokio::join!(one.send(claim.clone()), two.send(claim));
    let mut refused = 0;
    for socket in [&mut one, &mut two] {
        loop {
            let frame = socket.next().await;
            if frame["type"] == "error" {
                assert_eq!(frame["code"], "conflict");
                refused += 1;
                break;
            }
            let mine = [&ada.id, &ben.id].iter().any(|id| frame["staffId"] == json!(id));
            if frame["type"] == "session" && frame["status"] == "active" && mine {
                break;
            }
        }
    }
    // Whoever lost may have seen the winner first; then the refusal comes later.
    assert!(refused <= 1);
}
