//! The first steps know what is done, and sample data disappears without a trace.

use std::collections::BTreeMap;

use database::entity::chat_messages::Sender;
use database::entity::staff::{self, Role};
use database::entity::{audit_logs, chat_messages, chat_sessions, message_notes, messages};
use sea_orm::{ConnectionTrait as _, EntityTrait, Set, Statement};
use serde_json::{Value, json};
use tekvwarho::platform::permission::Permission;
use tekvwarho::storage::Engine;

use crate::chat::Visitor;
use crate::support::{Answer, Signed, TestApp};

const ONBOARDING: &str = "/api/admin/onboarding";
const SAMPLES: &str = "/api/admin/samples";

async fn done(t: &TestApp, who: &Signed) -> Vec<(String, bool)> {
    let steps = t.get_as(who, ONBOARDING).await.data()["steps"].clone();
    let state = |step: &Value| (step["name"].as_str().unwrap().to_owned(), step["done"].as_bool().unwrap());
    steps.as_array().unwrap().iter().map(state).collect()
}

async fn note(t: &TestApp, who: &Signed, what: Value) -> Answer {
    t.patch_as(who, ONBOARDING, what).await
}

#[tokio::test]
async fn steps_follow_what_is_there() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let open = |done: &[(String, bool)]| {
        done.iter().filter(|(_, done)| !done).map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(open(&done(&t, &ada).await), ["firm", "services", "hours", "chat", "mail", "colleague"]);
    let firm = json!({
        "firm.name": "Nordlicht", "firm.legalName": "Nordlicht GmbH", "firm.tagline": "We cut hedges.",
        "firm.description": "Hedges and lawns.", "firm.email": "post@nordlicht.example", "firm.phone": null,
        "firm.street": null, "firm.postalCode": null, "firm.city": "Kiel", "firm.region": null, "firm.country": "Germany",
    });
    t.patch_as(&ada, "/api/admin/settings", firm).await.status(200);
    note(&t, &ada, json!({ "reviewed": "services" })).await.status(200);
    let hours = json!({ "hours.weekly": [{ "day": "sun", "opens": "10:00", "closes": "11:00" }] });
    t.patch_as(&ada, "/api/admin/settings", hours).await.status(200);
    t.patch_as(&ada, "/api/admin/settings", json!({ "chat.greeting": "Moin!" })).await.status(200);
    assert_eq!(open(&done(&t, &ada).await), ["mail", "colleague"]);
    // An email in a folder has not been delivered.
    t.post_as(&ada, "/api/admin/settings/mail/test", json!({ "template": "reply" })).await.status(200);
    // Sample people do not count as colleagues.
    t.post_as(&ada, SAMPLES, json!(null)).await.status(201);
    assert_eq!(open(&done(&t, &ada).await), ["mail", "colleague"]);
    t.person("Ben", Role::Staff).await;
    assert_eq!(open(&done(&t, &ada).await), ["mail"]);
    note(&t, &ada, json!({ "reviewed": "mail" })).await.problem(422, "validation_failed");
    // Restoring the sample values makes the step open again.
    t.patch_as(
        &ada,
        "/api/admin/settings",
        json!({ "firm.tagline": "We build and look after the software your company runs on." }),
    )
    .await
    .status(200);
    assert_eq!(open(&done(&t, &ada).await), ["firm", "mail"]);
}

#[tokio::test]
async fn the_services_are_chosen_once_no_example_is_left_or_somebody_says_so() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let chosen = async || done(&t, &ada).await.into_iter().any(|(name, done)| name == "services" && done);
    let mut list = t.get_as(&ada, "/api/admin/settings").await.data()["services.list"].clone();
    let set = async |list: &Value| {
        t.patch_as(&ada, "/api/admin/settings", json!({ "services.list": list })).await.status(200).data()
    };
    list[0]["summary"] = json!("We write it.");
    set(&list).await;
    assert!(!chosen().await, "the others are still those of the example firm");
    // A different order makes no example the firm's own, nor does a new id.
    list.as_array_mut().unwrap().swap(1, 2);
    list[1].as_object_mut().unwrap().remove("id");
    set(&list).await;
    assert!(!chosen().await);
    list.as_array_mut().unwrap().truncate(1);
    set(&list).await;
    assert!(chosen().await);
    set(&json!([])).await;
    assert!(!chosen().await, "nothing is chosen yet");
    note(&t, &ada, json!({ "reviewed": "services" })).await.status(200);
    assert!(chosen().await, "a firm can do without a list");
}

#[tokio::test]
async fn what_a_person_put_away_stays_away_for_that_person() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let sam = t.person_with("Sam", &[Permission::Messages]).await;
    let sam = t.sign_in(&sam).await;
    assert!(done(&t, &sam).await.is_empty(), "steps are for who can do them");
    note(&t, &ada, json!({ "dismissed": true, "tour": { "stop": 2, "done": false } })).await.status(200);
    let state = t.get_as(&ada, ONBOARDING).await.data();
    assert_eq!((&state["dismissed"], &state["tour"]), (&json!(true), &json!({ "stop": 2, "done": false })));
    assert_eq!(t.get_as(&sam, ONBOARDING).await.data()["dismissed"], false);
    note(&t, &ada, json!({ "dismissed": false })).await.status(200);
    assert_eq!(t.get_as(&ada, ONBOARDING).await.data()["dismissed"], false);
    note(&t, &sam, json!({ "reviewed": "services" })).await.problem(422, "validation_failed");
    note(&t, &sam, json!({ "tour": { "stop": 101, "done": false } })).await.problem(422, "validation_failed");
}

/// Row counts of every table except the audit trail, which records history, and tables that the program fills by
/// itself.
async fn rows(t: &TestApp) -> BTreeMap<String, i64> {
    let conn = t.app.storage.read();
    let sqlite = Engine::of(conn) == Engine::Sqlite;
    let list = if sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%messages_search%'"
    } else {
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    };
    let ask = |sql: String| Statement::from_string(conn.get_database_backend(), sql);
    let mut counts = BTreeMap::new();
    for table in conn.query_all_raw(ask(list.to_owned())).await.unwrap() {
        let name: String = table.try_get("", "name").unwrap();
        if name.starts_with("audit_") {
            continue;
        }
        let row = conn.query_one_raw(ask(format!("SELECT count(*) AS n FROM {name}"))).await.unwrap().unwrap();
        counts.insert(name, row.try_get::<i64>("", "n").unwrap());
    }
    counts
}

#[tokio::test]
async fn samples_go_completely_and_touch_nothing_else() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let mine = t.send_message(json!({})).await;
    t.mails().await;
    tekvwarho::storage::fold(&t.app.storage).await.unwrap();
    let before = rows(&t).await;
    assert_eq!(t.get_as(&ada, ONBOARDING).await.data()["besideClients"], true, "the dashboard asks first");
    let kept = messages::Entity::find().one(t.app.storage.read()).await.unwrap().unwrap();
    let made = t.post_as(&ada, SAMPLES, json!(null)).await;
    made.status(201);
    assert_eq!(made.data(), json!({ "messages": 60, "chats": 20, "staff": 4 }));
    t.post_as(&ada, SAMPLES, json!(null)).await.problem(409, "conflict");
    assert!(!t.get("/").await.text.contains("Usually replies within"), "samples promise nothing to visitors");
    assert_eq!(t.get_as(&ada, ONBOARDING).await.data()["besideClients"], false);
    // Everything says what it is.
    let tags = t.get_as(&ada, "/api/admin/messages/tags").await.data();
    assert!(tags.as_array().unwrap().iter().any(|it| it["tag"] == "sample" && it["count"] == 60), "{tags}");
    let people = t.get_as(&ada, "/api/admin/staff?q=sample").await;
    assert_eq!(people.json()["meta"]["total"], 4);
    let canned = t.get_as(&ada, "/api/admin/canned-replies").await.data();
    assert!(canned.as_array().unwrap().iter().all(|it| it["title"].as_str().unwrap().ends_with("(sample)")));
    let full = rows(&t).await;
    assert_eq!((full["messages"], full["chat_sessions"]), (before["messages"] + 60, 20));
    assert!(full["chat_messages"] > 60 && full["chat_tags"] >= 20, "{full:?}");
    what_chats_say_agrees(&t).await;
    // Whatever staff attach to samples is removed with them: a reply by email, a note, a tag, an assignment.
    let sample = messages::Entity::find().all(t.app.storage.read()).await.unwrap();
    let sample = sample.iter().find(|message| message.id.to_string() != mine).unwrap().id;
    t.post_as(&ada, &format!("/api/admin/messages/{sample}/replies"), json!({ "content": "Hello." })).await.status(201);
    t.post_as(&ada, &format!("/api/admin/messages/{sample}/notes"), json!({ "content": "Look." })).await.status(201);
    let chat = chat_sessions::Entity::find().one(t.app.storage.read()).await.unwrap().unwrap().session_id;
    t.post_as(&ada, &format!("/api/admin/chats/{chat}/notes"), json!({ "content": "Look." })).await.status(201);
    t.mails().await;
    let gone = Answer::of(t.request_as(&ada, reqwest::Method::DELETE, SAMPLES)).await;
    assert_eq!(
        gone.data(),
        json!({ "messages": 60, "chats": 20, "staff": 4, "cannedReplies": full["canned_replies"] })
    );
    assert_eq!(rows(&t).await, before);
    assert_eq!(messages::Entity::find().all(t.app.storage.read()).await.unwrap(), [kept]);
    Answer::of(t.request_as(&ada, reqwest::Method::DELETE, SAMPLES)).await.problem(409, "conflict");
    let actions: Vec<String> =
        audit_logs::Entity::find().all(t.app.storage.read()).await.unwrap().into_iter().map(|it| it.action).collect();
    for action in ["demo.created", "message.replied", "demo.removed"] {
        assert!(actions.iter().any(|it| it == action), "the trail keeps {action}");
    }
    // Create them again, from the beginning.
    t.post_as(&ada, SAMPLES, json!(null)).await.status(201);
}

/// What a session says of its lines is what its lines say.
async fn what_chats_say_agrees(t: &TestApp) {
    let conn = t.app.storage.read();
    for session in chat_sessions::Entity::find().all(conn).await.unwrap() {
        let mut lines = chat_messages::Entity::find().all(conn).await.unwrap();
        lines.retain(|line| line.session_id == session.session_id);
        lines.sort_by_key(|line| line.seq);
        assert!(lines.iter().map(|line| line.seq).eq(1..=session.last_seq));
        let after = |of, read| lines.iter().filter(|line| line.sender_type == of && line.seq > read).count();
        assert_eq!(after(Sender::Visitor, session.staff_read_seq), usize::try_from(session.unread_by_staff).unwrap());
        assert_eq!(after(Sender::Staff, session.visitor_read_seq), usize::try_from(session.unread_by_visitor).unwrap());
        assert_eq!(session.ended_at.is_some(), session.status == chat_sessions::Status::Closed);
        assert!(session.last_activity_at <= t.app.clock.now(), "nothing lies ahead");
    }
}

#[tokio::test]
async fn what_somebody_made_their_own_stays() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let mine = t.send_message(json!({})).await;
    t.post_as(&ada, SAMPLES, json!(null)).await.status(201);
    let people = staff::Entity::find().all(t.app.storage.read()).await.unwrap();
    let made_up: Vec<_> = people.iter().filter(|person| person.password_hash == "none").collect();
    // One of them got a password, another one was assigned a client's message.
    t.change_person(made_up[0], |change| change.password_hash = Set("a real one".to_owned())).await;
    t.patch_as(&ada, &format!("/api/admin/messages/{mine}"), json!({ "assignedTo": made_up[1].id })).await.status(200);
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    let chat = format!("/api/admin/chats/{}", visitor.session);
    t.post_as(&ada, &format!("{chat}/assign"), json!({ "staffId": made_up[2].id })).await.status(200);
    let canned = t.get_as(&ada, "/api/admin/canned-replies").await.data()[0].clone();
    let edited = json!({ "title": canned["title"], "shortcut": canned["shortcut"], "content": "In my words." });
    t.patch_as(&ada, &format!("/api/admin/canned-replies/{}", canned["id"].as_str().unwrap()), edited)
        .await
        .status(200);
    Answer::of(t.request_as(&ada, reqwest::Method::DELETE, SAMPLES)).await.status(200);
    let left = staff::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert_eq!(left.len(), 2);
    assert!(left.iter().any(|person| person.id == made_up[0].id));
    assert_eq!(t.get_as(&ada, &format!("/api/admin/messages/{mine}")).await.data()["assignedTo"], json!(null));
    let chat = t.get_as(&ada, &chat).await.data();
    assert_eq!((&chat["status"], &chat["staffId"]), (&json!("waiting"), &json!(null)));
    assert_eq!(t.get_as(&ada, "/api/admin/canned-replies").await.data().as_array().unwrap().len(), 1);
    assert!(message_notes::Entity::find().all(t.app.storage.read()).await.unwrap().is_empty());
    assert_eq!(t.get_as(&ada, ONBOARDING).await.data()["samples"], false);
}

#[tokio::test]
async fn only_who_may_everything_makes_people_up() {
    let t = TestApp::new().await;
    let sam = t.person_with("Sam", &[Permission::Settings, Permission::Messages]).await;
    let sam = t.sign_in(&sam).await;
    t.post_as(&sam, SAMPLES, json!(null)).await.problem(403, "forbidden");
    assert_eq!(t.get_as(&sam, ONBOARDING).await.data()["mayMakeSamples"], false);
}
