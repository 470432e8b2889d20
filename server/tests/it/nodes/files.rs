//! Files with several nodes: over a folder that both share, and without one.

use serde_json::json;
use tekvwarho::cluster::Event;
use tekvwarho::features::SLICES;

use crate::chat::Visitor;
use crate::files::write;
use crate::support::files::{id_of, objects_in};
use crate::support::nodes::Nodes;
use crate::support::redis::Redis;

#[tokio::test]
async fn a_file_that_one_node_takes_is_there_on_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}", folder.path().display());
    let nodes = Nodes::of(&SLICES, Redis::start().await, &["--files-url", &url]).await;
    nodes.connected(true).await;
    let ada = nodes.b.admin().await;
    nodes.a.app.bus.publish(Event::Everything);
    let mut visitor = Visitor::new(&nodes.a).await;
    // Uploaded at one, named in a line at the other.
    let file = id_of(&nodes.b.upload_as_visitor(&visitor.token, "plan.pdf", b"%PDF-1.7").await);
    assert_eq!(write(&mut visitor, "one", "Our plan", &[&file]).await["type"], "ack");
    assert_eq!(nodes.b.file_for(&ada, &file).await.bytes, b"%PDF-1.7");
    assert_eq!(nodes.a.file_for_visitor(&visitor.token, &file).await.bytes, b"%PDF-1.7");
    nodes.b.delete_as(&ada, &format!("/api/admin/chats/{}/messages/1", visitor.session)).await.status(200);
    assert_eq!(nodes.a.file_for_visitor(&visitor.token, &file).await.code, 404);
    nodes.a.clock.advance(chrono::Duration::minutes(2));
    nodes.a.app.schedule().run_due(uuid::Uuid::nil()).await;
    nodes.b.app.schedule().run_due(uuid::Uuid::nil()).await;
    assert!(objects_in(folder.path()).is_empty());
}

#[tokio::test]
async fn several_nodes_take_no_files_until_they_share_a_place() {
    let nodes = Nodes::two().await;
    let ada = nodes.a.admin().await;
    assert_eq!(nodes.a.get("/api/chat/config").await.data()["files"]["enabled"], json!(false));
    let visitor = Visitor::new(&nodes.a).await;
    nodes.a.upload_as_visitor(&visitor.token, "a.txt", b"a").await.problem(404, "not_found");
    nodes.a.upload_as(&ada, "a.txt", b"a").await.problem(404, "not_found");
}
