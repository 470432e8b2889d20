//! The API of chats.

use database::entity::notifications;
use database::entity::staff::Role;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tekvwarho::cluster::Event;
use tekvwarho::features::samples::{self, Wanted};
use tekvwarho::http::RequestInfo;
use tekvwarho::platform::permission::Permission;

use super::{Visitor, about, desk, reply, session_where};
use crate::support::{Signed, TestApp};

fn path(session: &str, rest: &str) -> String {
    format!("/api/admin/chats/{session}{rest}")
}

async fn listed(t: &TestApp, who: &Signed, query: &str) -> Vec<Value> {
    let answer = t.get_as(who, &format!("/api/admin/chats?{query}")).await;
    answer.status(200);
    answer.data().as_array().unwrap().clone()
}

#[tokio::test]
async fn sessions_are_found_by_what_is_known_of_them() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut anna = Visitor::hello(&t, json!({ "name": "Anna Müller", "email": "anna@example.com" })).await;
    anna.say("one", "Our file server fails every Monday").await;
    let mut ben = Visitor::new(&t).await;
    ben.say("one", "What does a website cost?").await;
    assert_eq!(listed(&t, &ada, "").await.len(), 2);
    for (query, found) in
        [("q=server", &anna), ("q=muller", &anna), ("q=website%20cost", &ben), ("status=waiting&q=monday", &anna)]
    {
        let rows = listed(&t, &ada, query).await;
        assert_eq!(rows.len(), 1, "{query}");
        assert_eq!(rows[0]["sessionId"], found.session, "{query}");
    }
    for query in ["q=nothing", "q=!", "status=closed", "assignedTo=me", "tag=vip", "to=2020-01-01", "status=spam"] {
        assert!(listed(&t, &ada, query).await.is_empty(), "{query}");
    }
    for wrong in ["status=odd", "assignedTo=odd", "from=odd", "limit=0"] {
        t.get_as(&ada, &format!("/api/admin/chats?{wrong}")).await.status(422);
    }
    let first = t.get_as(&ada, "/api/admin/chats?limit=1").await;
    let cursor = first.json()["meta"]["nextCursor"].as_str().unwrap().to_owned();
    let second = listed(&t, &ada, &format!("limit=1&cursor={cursor}")).await;
    assert_eq!(second[0]["sessionId"], anna.session);
}

#[tokio::test]
async fn sessions_are_exported_as_they_are_listed() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    for name in ["=1+1", "Boris"] {
        let mut visitor = Visitor::hello(&t, json!({ "name": name })).await;
        visitor.say("one", "We need a \"site\", soon").await;
        t.post_as(&ada, &path(&visitor.session, "/tags"), json!({ "tags": ["vip", "rush"] })).await.status(200);
    }
    let csv = t.get_as(&ada, "/api/admin/chats/export").await;
    csv.status(200);
    assert_eq!((csv.header("x-total-count"), csv.header("content-type")), ("2", "text/csv; charset=utf-8"));
    assert!(csv.header("content-disposition").contains("chats-2026-03-02.csv"));
    assert!(csv.text.contains(",'=1+1,") && csv.text.ends_with(",\"rush, vip\"\r\n"), "{}", csv.text);
    assert_eq!(csv.text.matches(",waiting,2026-03-02T").count(), 2, "{}", csv.text);
    let some = t.get_as(&ada, "/api/admin/chats/export?q=boris").await;
    assert_eq!((some.header("x-total-count"), some.text.contains("=1+1")), ("1", false));
    let xlsx = t.request_as(&ada, reqwest::Method::GET, "/api/admin/chats/export?format=xlsx").send().await.unwrap();
    let mut workbook = zip::ZipArchive::new(std::io::Cursor::new(xlsx.bytes().await.unwrap())).unwrap();
    let mut sheet = String::new();
    std::io::Read::read_to_string(&mut workbook.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet).unwrap();
    assert!(sheet.contains("=1+1") && !sheet.contains("<f>") && sheet.contains("Began (UTC)"), "{sheet}");
    t.get_as(&ada, "/api/admin/chats/export?format=pdf").await.problem(422, "validation_failed");
}

#[tokio::test]
async fn more_rows_than_a_page_are_exported_once_each() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let wanted = Wanted { messages: 0, chats: 1_100, seed: 7, marked: false };
    samples::make(&t.app, None, &RequestInfo::internal(), wanted, |_| Ok(None)).await.unwrap();
    let csv = t.get_as(&ada, "/api/admin/chats/export").await;
    assert_eq!(csv.header("x-total-count"), "1100");
    let ids: std::collections::BTreeSet<&str> = csv.text.lines().filter_map(|line| line.get(..36)).collect();
    assert_eq!(ids.iter().filter(|id| uuid::Uuid::parse_str(id).is_ok()).count(), 1_100);
}

#[tokio::test]
async fn the_api_does_what_the_socket_does() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben", Role::Staff).await).await;
    let mut visitor = Visitor::hello(&t, json!({ "email": "anna@example.com" })).await;
    visitor.say("one", "Hello? My password is swordfish").await;
    let id = &visitor.session;
    let seen = t.get_as(&ada, &path(id, "")).await;
    let etag = seen.header("etag").to_owned();
    assert_eq!(
        t.post_as(&ada, &path(id, "/assign"), json!({ "staffId": ben.id })).await.data()["staffId"],
        json!(ben.id)
    );
    let stale = t.request_as(&ada, reqwest::Method::POST, &path(id, "/close")).header("if-match", etag);
    crate::support::Answer::of(stale.json(&json!({}))).await.problem(412, "precondition_failed");
    t.post_as(&ada, &path(id, "/close"), json!({})).await.problem(409, "conflict");
    t.post_as(&ben, &path(id, "/transfer"), json!({ "staffId": ada.id, "note": "Yours" })).await.status(200);
    let tagged = t.post_as(&ada, &path(id, "/tags"), json!({ "tags": ["VIP ", "server"] })).await;
    assert_eq!(tagged.data()["tags"], json!(["server", "vip"]));
    assert_eq!(listed(&t, &ada, "tag=vip").await.len(), 1);
    t.post_as(&ada, &path(id, "/notes"), json!({ "content": "Knows Ben" })).await.status(201);
    t.delete_as(&ada, &path(id, "/messages/1")).await.status(200);
    t.delete_as(&ada, &path(id, "/messages/99")).await.status(404);
    t.delete_as(&ada, &path(id, "/messages/x")).await.status(404);
    let lines = t.get_as(&ada, &path(id, "/messages")).await.data();
    assert_eq!((&lines[0]["content"], &lines[0]["redacted"]), (&json!(""), &json!(true)));
    assert!(listed(&t, &ada, "q=swordfish").await.is_empty());
    let text = t.get_as(&ada, &path(id, "/transcript")).await;
    text.status(200);
    assert!(text.text.contains("(removed)") && !text.text.contains("swordfish"), "{}", text.text);
    assert!(t.get_as(&ada, &path(id, "/transcript?format=html")).await.text.contains("<h1>"));
    t.get_as(&ada, &path(id, "/transcript?format=pdf")).await.status(422);
    t.post_as(&ada, &path(id, "/release"), json!({})).await.status(200);
    t.post_as(&ada, &path(id, "/close"), json!({})).await.status(200);
    t.post_as(&ada, &path(id, "/release"), json!({})).await.problem(409, "session_closed");
    t.post_as(&ada, &path(id, "/reopen"), json!({})).await.status(200);
    let message = t.post_as(&ada, &path(id, "/to-message"), json!({})).await.data()["messageId"].clone();
    assert_eq!(t.post_as(&ada, &path(id, "/to-message"), json!({})).await.data()["messageId"], message);
    let inbox = t.get_as(&ada, &format!("/api/admin/messages/{}", message.as_str().unwrap())).await;
    assert_eq!(inbox.data()["email"], "anna@example.com");
    t.post_as(&ada, &path(id, "/spam"), json!({ "isSpam": true })).await.status(200);
    assert_eq!(listed(&t, &ada, "status=spam").await.len(), 1);
    assert!(listed(&t, &ada, "").await.is_empty());
    let detail = t.get_as(&ada, &path(id, "")).await.data();
    assert_eq!(detail["notes"].as_array().unwrap().len(), 2);
    let sentences: Vec<&str> =
        detail["history"].as_array().unwrap().iter().map(|it| it["sentence"].as_str().unwrap()).collect();
    for word in ["gave", "note", "tags", "removed", "queue", "closed", "reopened", "message", "spam", "transcript"] {
        assert!(sentences.iter().any(|it| it.contains(word)), "{word}: {sentences:#?}");
    }
}

#[tokio::test]
async fn a_note_names_people_by_the_rule_of_the_inbox() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.person("Ben", Role::Staff).await;
    t.app.bus.publish(Event::Everything);
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    let named = async |words: &str| {
        t.post_as(&ada, &path(&visitor.session, "/notes"), json!({ "content": words })).await.status(201);
        let rows = notifications::Entity::find().all(t.app.storage.read()).await.unwrap();
        rows.iter().filter(|it| it.staff_id == ben.id && it.event == "chat_mentioned").count()
    };
    for none in ["@bens", "write to a@ben", "Ben knows"] {
        assert_eq!(named(none).await, 0, "{none}");
    }
    assert_eq!(named("(@BEN) please look").await, 1);
}

#[tokio::test]
async fn whoever_may_not_see_messages_gives_them_to_nobody() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.person_with("Ben", &[Permission::Chats]).await;
    let ben = t.sign_in(&ben).await;
    let mut visitor = Visitor::hello(&t, json!({ "email": "anna@example.com" })).await;
    visitor.say("one", "Hello?").await;
    let made = t.post_as(&ben, &path(&visitor.session, "/to-message"), json!({})).await.data()["messageId"].clone();
    let message = t.get_as(&ada, &format!("/api/admin/messages/{}", made.as_str().unwrap())).await.data();
    assert_eq!((&message["assignedTo"], &message["status"]), (&json!(null), &json!("new")));
    let mut other = Visitor::hello(&t, json!({ "email": "dora@example.com" })).await;
    other.say("one", "Hello?").await;
    let made = t.post_as(&ada, &path(&other.session, "/to-message"), json!({})).await.data()["messageId"].clone();
    let message = t.get_as(&ada, &format!("/api/admin/messages/{}", made.as_str().unwrap())).await.data();
    assert_eq!((&message["assignedTo"]["name"], &message["status"]), (&json!("Ada"), &json!("in_progress")));
}

#[tokio::test]
async fn a_redacted_line_goes_from_open_pages_too() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "My password is swordfish").await;
    assert_eq!(visitor.socket.until("message").await["content"], "My password is swordfish");
    t.delete_as(&ada, &path(&visitor.session, "/messages/1")).await.status(200);
    let again = visitor.socket.until("message").await;
    assert_eq!((&again["seq"], &again["redacted"], &again["content"]), (&json!(1), &json!(true), &json!("")));
}

#[tokio::test]
async fn a_rating_counts_and_so_do_the_figures() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    t.clock.advance(chrono::Duration::seconds(40));
    reply(&mut staff, &visitor.session, "a", "Hello!").await;
    visitor.send("rate", json!({ "rating": 4, "feedback": "Quick" })).await;
    session_where(&mut staff, &visitor.session, |it| it["rating"] == 4).await;
    staff.send(about(&visitor.session, "close", json!({}))).await;
    session_where(&mut staff, &visitor.session, |it| it["status"] == "closed").await;
    let stats = t.get_as(&ada, "/api/admin/chats/stats").await.data();
    assert_eq!((&stats["sessions"], &stats["missed"]), (&json!(1), &json!(0)));
    assert_eq!((&stats["firstResponseSeconds"], &stats["rating"]), (&json!(40), &json!(4.0)));
}

#[tokio::test]
async fn the_chats_of_who_leaves_are_handed_over() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let person = t.person("Ben", Role::Staff).await;
    let ben = t.sign_in(&person).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    t.post_as(&ada, &path(&visitor.session, "/assign"), json!({ "staffId": ben.id })).await.status(200);
    let path_of_ben = format!("/api/admin/staff/{}/deactivate?reassignTo={}", ben.id, ada.id);
    t.post_as(&ada, &path_of_ben, json!({})).await.status(200);
    assert_eq!(t.get_as(&ada, &path(&visitor.session, "")).await.data()["staffId"], json!(ada.id));
}

#[tokio::test]
async fn the_history_of_a_chat_says_who_did_what_without_naming_it() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.person("Ben", Role::Staff).await;
    let mut visitor = Visitor::hello(&t, json!({ "name": "Anna" })).await;
    visitor.say("one", "Hello?").await;
    let path = |rest: &str| format!("/api/admin/chats/{}{rest}", visitor.session);
    t.post_as(&ada, &path("/assign"), json!({ "staffId": ada.id })).await.status(200);
    t.post_as(&ada, &path("/transfer"), json!({ "staffId": ben.id, "note": "Yours" })).await.status(200);
    let history = t.get_as(&ada, &path("")).await.data()["history"].clone();
    let said: Vec<&str> = history.as_array().unwrap().iter().map(|entry| entry["sentence"].as_str().unwrap()).collect();
    for sentence in ["took the chat", "transferred the chat from Ada to Ben", "added a note"] {
        assert!(said.contains(&sentence), "{sentence}: {said:?}");
    }
    let audit = t.get_as(&ada, "/api/admin/audit").await.text;
    assert!(
        audit.contains("took the chat with Anna") && audit.contains("added a note to the chat with Anna"),
        "{audit}"
    );
}
