//! The order of the list, its newest line, who waits, what comes back, and what each person has read.

use chrono::Duration;
use database::entity::{inbox_reads, message_reads, message_tags, messages};
use reqwest::Method;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};
use tekvwarho::cluster::Event;
use tekvwarho::platform::mail::deliver_due;
use tekvwarho::platform::permission::Permission;
use tekvwarho::storage::Engine;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::thread;
use crate::support::{Answer, Signed, TestApp, mail_server};

async fn list(t: &TestApp, who: &Signed, query: &str) -> Answer {
    let answer = t.get_as(who, &format!("/api/admin/messages{query}")).await;
    answer.status(200);
    answer
}

/// The names in a list.
async fn names(t: &TestApp, who: &Signed, query: &str) -> Vec<String> {
    let rows = list(t, who, query).await.data();
    rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

async fn row(t: &TestApp, who: &Signed, id: &str) -> Value {
    let rows = list(t, who, "").await.data();
    rows.as_array().unwrap().iter().find(|row| row["id"] == id).unwrap().clone()
}

/// A program without limits, with messages of these people, a minute apart.
async fn with_messages<const N: usize>(people: [&str; N]) -> (TestApp, Signed, [String; N]) {
    let t = TestApp::with(&["--rate-limits", "off", "--bot-guard", "off"]).await;
    let ada = t.admin().await;
    let mut ids = Vec::new();
    for name in people {
        t.clock.advance(Duration::minutes(1));
        let email = format!("{}@example.com", name.to_lowercase());
        ids.push(t.send_message(json!({ "name": name, "email": email, "message": format!("I am {name}.") })).await);
    }
    t.clock.advance(Duration::minutes(1));
    (t, ada, ids.try_into().unwrap())
}

async fn a_colleague(t: &TestApp) -> Signed {
    let ben = t.person_with("Ben", &[Permission::Messages]).await;
    t.app.bus.publish(Event::Everything);
    t.sign_in(&ben).await
}

async fn reply(t: &TestApp, who: &Signed, id: &str, body: Value) {
    t.post_as(who, &format!("/api/admin/messages/{id}/replies"), body).await.status(201);
    t.clock.advance(Duration::minutes(1));
}

async fn client_replies(t: &TestApp, id: &str, content: &str) {
    thread::client_replies(t, id, content).await;
    t.clock.advance(Duration::minutes(1));
}

async fn patch(t: &TestApp, who: &Signed, id: &str, body: Value) -> Value {
    t.patch_as(who, &format!("/api/admin/messages/{id}"), body).await.status(200).data()
}

#[tokio::test]
async fn the_list_goes_by_the_newest_line_and_shows_it() {
    let (t, ada, [anna, boris, cleo]) = with_messages(["Anna", "Boris", "Cleo"]).await;
    assert_eq!(names(&t, &ada, "").await, ["Cleo", "Boris", "Anna"]);
    let line = |row: &Value| {
        let line = &row["lastLine"];
        (line["kind"].as_str().unwrap().to_owned(), line["author"]["name"].clone(), line["excerpt"].clone())
    };
    assert_eq!(line(&row(&t, &ada, &anna).await), ("client".into(), Value::Null, json!("I am Anna.")));

    reply(&t, &ada, &anna, json!({ "content": "Good\nmorning, Anna." })).await;
    assert_eq!(names(&t, &ada, "").await, ["Anna", "Cleo", "Boris"]);
    assert_eq!(line(&row(&t, &ada, &anna).await), ("reply".into(), json!("Ada"), json!("Good morning, Anna.")));

    client_replies(&t, &boris, "Anybody there?").await;
    assert_eq!(names(&t, &ada, "").await, ["Boris", "Anna", "Cleo"]);
    assert_eq!(line(&row(&t, &ada, &boris).await), ("client".into(), Value::Null, json!("Anybody there?")));

    let note = t.post_as(&ada, &format!("/api/admin/messages/{cleo}/notes"), json!({ "content": "Call her" })).await;
    note.status(201);
    assert_eq!(names(&t, &ada, "").await, ["Cleo", "Boris", "Anna"]);
    assert_eq!(line(&row(&t, &ada, &cleo).await), ("note".into(), json!("Ada"), json!("Call her")));
    let path = format!("/api/admin/messages/{cleo}/notes/{}", note.data()["id"].as_str().unwrap());
    t.delete_as(&ada, &path).await.status(200);
    assert_eq!(line(&row(&t, &ada, &cleo).await), ("client".into(), Value::Null, json!("I am Cleo.")));

    // A change that is no line moves nothing.
    let before = names(&t, &ada, "").await;
    patch(&t, &ada, &anna, json!({ "status": "archived" })).await;
    assert_eq!(names(&t, &ada, "").await, before);
    // By arrival, and what a period means stays what it was.
    assert_eq!(names(&t, &ada, "?sort=newest").await, ["Cleo", "Boris", "Anna"]);
    assert_eq!(names(&t, &ada, "?sort=oldest").await, ["Anna", "Boris", "Cleo"]);
    assert_eq!(names(&t, &ada, "?from=2026-03-02").await, ["Cleo", "Boris", "Anna"]);
    t.get_as(&ada, "/api/admin/messages?sort=random").await.problem(422, "validation_failed");
}

#[tokio::test]
async fn each_filter_goes_by_the_newest_line_page_by_page() {
    let (t, ada, ids) = with_messages(["Anna", "Boris", "Cleo", "Dora", "Emil"]).await;
    for id in &ids {
        let tags = Answer::of(
            t.request_as(&ada, Method::PUT, &format!("/api/admin/messages/{id}/tags"))
                .json(&json!({ "tags": ["vip"] })),
        )
        .await;
        tags.status(200);
        patch(&t, &ada, id, json!({ "assignedTo": ada.id })).await;
    }
    for id in [&ids[0], &ids[2]] {
        client_replies(&t, id, "Once more").await;
    }
    let expected = ["Cleo", "Anna", "Emil", "Dora", "Boris"];
    for query in ["", "tag=vip", "assignedTo=me", "status=new,in_progress", "q=example", "tag=vip&assignedTo=me"] {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = list(&t, &ada, &format!("?limit=2&{query}{cursor}")).await;
            assert_eq!(page.json()["meta"]["total"], 5, "{query}");
            found.extend(page.data().as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()));
            let Some(next) = page.json()["meta"]["nextCursor"].as_str().map(str::to_owned) else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test]
async fn who_waits_longest_comes_first() {
    let (t, ada, [anna, boris, cleo]) = with_messages(["Anna", "Boris", "Cleo"]).await;
    let waiting = async |query: &str| names(&t, &ada, &format!("?sort=waiting{query}")).await;
    assert_eq!(waiting("").await, ["Anna", "Boris", "Cleo"]);
    let since = row(&t, &ada, &anna).await["waitingSince"].clone();
    assert_eq!(since, row(&t, &ada, &anna).await["createdAt"]);
    reply(&t, &ada, &anna, json!({ "content": "Hello" })).await;
    assert_eq!(waiting("").await, ["Boris", "Cleo"]);
    assert_eq!(row(&t, &ada, &anna).await["waitingSince"], Value::Null);
    // The first line after our reply counts, not the second.
    client_replies(&t, &anna, "One thing").await;
    let since = row(&t, &ada, &anna).await["waitingSince"].clone();
    client_replies(&t, &anna, "And another").await;
    assert_eq!(row(&t, &ada, &anna).await["waitingSince"], since);
    client_replies(&t, &boris, "Still here").await;
    assert_eq!(waiting("").await, ["Boris", "Cleo", "Anna"]);
    // Nobody waits behind a closed door; once it is open again, they have waited since then.
    let closed = patch(&t, &ada, &boris, json!({ "status": "archived" })).await;
    assert_eq!(closed["waitingSince"], Value::Null);
    assert_eq!(waiting("").await, ["Cleo", "Anna"]);
    let open = patch(&t, &ada, &boris, json!({ "status": "new" })).await;
    assert_eq!(open["waitingSince"], open["createdAt"]);
    assert_eq!(waiting("&status=new").await, ["Boris", "Cleo"]);
    let undo = t.patch_as(&ada, &format!("/api/admin/messages/{anna}"), json!({ "status": "archived" })).await.data();
    let undo = format!("/api/admin/undo/{}", undo["undoId"].as_str().unwrap());
    t.post_as(&ada, &undo, json!({})).await.status(200);
    assert_eq!(row(&t, &ada, &anna).await["waitingSince"], since, "as before");
    assert_eq!(waiting("&q=cleo").await, ["Cleo"]);
    let page = list(&t, &ada, "?sort=waiting&limit=1").await;
    assert_eq!((page.json()["meta"]["total"].clone(), page.data()[0]["name"].clone()), (json!(3), json!("Boris")));
    let next = page.json()["meta"]["nextCursor"].as_str().unwrap().to_owned();
    assert_eq!(names(&t, &ada, &format!("?sort=waiting&limit=1&cursor={next}")).await, ["Cleo"]);
    let _ = cleo;
}

#[tokio::test]
async fn what_is_read_is_each_persons_own() {
    let (t, ada, [anna, boris]) = with_messages(["Anna", "Boris"]).await;
    let ben = a_colleague(&t).await;
    let unread = async |who: &Signed, id: &str| row(&t, who, id).await["unread"] == true;
    // What came before somebody joined is not theirs to read.
    assert!(unread(&ada, &anna).await && !unread(&ben, &anna).await);
    client_replies(&t, &anna, "Hello?").await;
    assert!(unread(&ada, &anna).await && unread(&ben, &anna).await);
    t.get_as(&ben, &format!("/api/admin/messages/{anna}")).await.status(200);
    assert!(unread(&ada, &anna).await && !unread(&ben, &anna).await);
    let mark = async |who: &Signed, body: Value| {
        Answer::of(t.request_as(who, Method::PUT, "/api/admin/messages/read").json(&body)).await
    };
    mark(&ada, json!({ "ids": [anna, boris, Uuid::nil()], "read": true })).await.status(200);
    assert!(!unread(&ada, &anna).await && !unread(&ada, &boris).await);
    mark(&ben, json!({ "ids": [anna, boris], "read": false })).await.status(200);
    assert!(unread(&ben, &anna).await && unread(&ben, &boris).await && !unread(&ada, &anna).await);
    let version = t.get_as(&ada, &format!("/api/admin/messages/{anna}")).await.data()["version"].clone();
    assert_eq!(version, 2, "a mark is no change");
    for ids in [json!([]), json!(vec![anna.clone(); 101])] {
        mark(&ada, json!({ "ids": ids, "read": true })).await.problem(422, "validation_failed");
    }
    let all = Answer::of(t.request_as(&ben, Method::PUT, "/api/admin/messages/read-all")).await;
    all.status(200);
    t.clock.advance(Duration::minutes(1));
    assert!(!unread(&ben, &anna).await && !unread(&ben, &boris).await);
    client_replies(&t, &boris, "Me again").await;
    assert!(unread(&ben, &boris).await && unread(&ada, &boris).await);
    // Whoever replies has read it.
    reply(&t, &ben, &boris, json!({ "content": "Hello" })).await;
    assert!(!unread(&ben, &boris).await && unread(&ada, &boris).await);
    // Marks go with their message.
    patch(&t, &ada, &anna, json!({ "status": "spam" })).await;
    t.patch_as(&ada, "/api/admin/settings", json!({ "privacy.spamDays": 30 })).await.status(200);
    t.clock.advance(Duration::days(400));
    t.app.schedule().run_due(Uuid::nil()).await;
    let left = message_reads::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert!(left.iter().all(|mark| mark.message_id.to_string() != anna), "{left:?}");
}

#[tokio::test]
async fn a_message_that_cannot_be_marked_as_read_is_shown() {
    let (t, ada, [anna]) = with_messages(["Anna"]).await;
    // As on a full disk: the table takes no more rows.
    let refuse = match Engine::of(t.app.storage.read()) {
        Engine::Sqlite => {
            "CREATE TRIGGER no_room BEFORE INSERT ON message_reads BEGIN SELECT RAISE(ABORT, 'full'); END"
        }
        Engine::Postgres => "ALTER TABLE message_reads ADD CONSTRAINT no_room CHECK (false) NOT VALID",
    };
    let conn = sea_orm::Database::connect(t.app.config.database_url()).await.unwrap();
    conn.execute_unprepared(refuse).await.unwrap();
    conn.close().await.unwrap();
    let shown = t.get_as(&ada, &format!("/api/admin/messages/{anna}")).await;
    shown.status(200);
    assert_eq!(shown.data()["message"], "I am Anna.");
    assert_eq!(row(&t, &ada, &anna).await["unread"], true);
}

#[tokio::test]
async fn a_snoozed_message_comes_back_on_its_day() {
    let (t, ada, [anna, boris]) = with_messages(["Anna", "Boris"]).await;
    let ben = a_colleague(&t).await;
    let open = async |query: &str| names(&t, &ada, &format!("?status=new,in_progress&snoozed=false{query}")).await;
    let counts = async || t.get_as(&ada, "/api/admin/messages/counts").await.data();
    for (day, field) in [("2026-03-02", "snoozedUntil"), ("2027-03-05", "followUpOn"), ("tomorrow", "snoozedUntil")] {
        let refused = t.patch_as(&ada, &format!("/api/admin/messages/{anna}"), json!({ field: day })).await;
        assert!([400, 422].contains(&refused.code), "{day}: {}", refused.text);
    }
    patch(&t, &ada, &anna, json!({ "assignedTo": ben.id })).await;
    let snoozed = patch(&t, &ada, &anna, json!({ "snoozedUntil": "2026-03-04" })).await;
    assert_eq!(snoozed["snoozedUntil"], "2026-03-04");
    assert_eq!(snoozed["history"][0]["sentence"], "snoozed the message until 2026-03-04");
    assert_eq!((open("").await, open("&assignedTo=none").await), (vec!["Boris".into()], vec!["Boris".into()]));
    assert_eq!(names(&t, &ada, "?snoozed=true").await, ["Anna"]);
    let now = counts().await;
    assert_eq!((&now["open"], &now["snoozed"], &now["new"]), (&json!(1), &json!(1), &json!(2)), "{now}");

    // Taken back within ten seconds, and set again.
    let undo = snoozed["undoId"].as_str().unwrap();
    t.post_as(&ada, &format!("/api/admin/undo/{undo}"), json!({})).await.status(200);
    assert_eq!(counts().await["snoozed"], 0);
    let bulk = json!({ "ids": [anna, boris], "snoozedUntil": "2026-03-04" });
    t.post_as(&ada, "/api/admin/messages/bulk", bulk).await.status(200);
    assert!(open("").await.is_empty());
    // Whoever writes is not out of sight.
    client_replies(&t, &boris, "Are you there?").await;
    assert_eq!(open("").await, ["Boris"]);

    t.app.schedule().run_due(Uuid::nil()).await;
    assert_eq!(open("").await, ["Boris"], "not yet");
    t.get_as(&ben, &format!("/api/admin/messages/{anna}")).await.status(200);
    // Eight in the morning in Berlin.
    t.clock.advance("2026-03-04T07:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() - t.clock.now());
    t.app.schedule().run_due(Uuid::nil()).await;
    t.clock.advance(Duration::minutes(2));
    t.app.schedule().run_due(Uuid::nil()).await;
    let (ada, ben) = (t.sign_in_again("Ada").await, t.sign_in_again("Ben").await);
    let open = names(&t, &ada, "?status=new,in_progress&snoozed=false").await;
    assert_eq!(open, ["Anna", "Boris"], "it is back, and on top");
    assert_eq!(row(&t, &ben, &anna).await["unread"], true);
    assert_eq!(t.get_as(&ada, "/api/admin/messages/counts").await.data()["snoozed"], 0);
    let told = async |who: &Signed| {
        let notices = t.get_as(who, "/api/admin/notifications").await.data();
        let events = notices.as_array().unwrap().iter().filter(|it| it["event"] == "message_returned");
        events.map(|it| it["detail"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((told(&ben).await, told(&ada).await), (vec!["snoozed".to_owned()], Vec::<String>::new()));
    let history = t.get_as(&ada, &format!("/api/admin/messages/{anna}")).await.data()["history"].clone();
    assert_eq!(history[0]["sentence"], "brought the message back: the snooze is over");
    tekvwarho::features::messages::recount(&t.app).await.map(|wrong| assert_eq!(wrong, 0)).unwrap();
}

#[tokio::test]
async fn a_follow_up_brings_a_message_back_wherever_it_stands() {
    let (t, ada, [anna, boris]) = with_messages(["Anna", "Boris"]).await;
    let ben = a_colleague(&t).await;
    reply(&t, &ada, &anna, json!({ "content": "Here is our offer." })).await;
    patch(&t, &ada, &anna, json!({ "assignedTo": null })).await;
    let set = patch(&t, &ben, &anna, json!({ "followUpOn": "2026-03-04" })).await;
    assert_eq!((&set["followUpOn"], &set["status"]), (&json!("2026-03-04"), &json!("replied")));
    assert_eq!(set["history"][0]["sentence"], "set a follow-up on 2026-03-04");
    let removed = patch(&t, &ben, &anna, json!({ "followUpOn": null })).await;
    assert_eq!(removed["history"][0]["sentence"], "removed the follow-up");
    patch(&t, &ben, &anna, json!({ "followUpOn": "2026-03-04" })).await;
    // Snoozing what is closed opens it; spam is followed up by nobody.
    let snoozed = patch(&t, &ada, &boris, json!({ "status": "archived" })).await;
    assert_eq!(snoozed["snoozedUntil"], Value::Null);
    let snoozed = patch(&t, &ada, &boris, json!({ "snoozedUntil": "2026-03-05" })).await;
    assert_eq!((&snoozed["status"], &snoozed["snoozedUntil"]), (&json!("in_progress"), &json!("2026-03-05")));
    let spam = patch(&t, &ada, &boris, json!({ "status": "spam" })).await;
    assert_eq!(spam["snoozedUntil"], Value::Null);

    t.clock.advance(Duration::days(2));
    t.app.schedule().run_due(Uuid::nil()).await;
    let (ada, ben) = (t.sign_in_again("Ada").await, t.sign_in_again("Ben").await);
    let back = t.get_as(&ada, &format!("/api/admin/messages/{anna}")).await.data();
    assert_eq!((&back["status"], &back["followUpOn"]), (&json!("in_progress"), &Value::Null));
    assert_eq!(back["waitingSince"], Value::Null, "it is our turn, but the client has our reply");
    let notices = t.get_as(&ben, "/api/admin/notifications").await.data();
    assert_eq!((&notices[0]["event"], &notices[0]["detail"]), (&json!("message_returned"), &json!("follow_up")));
    let others = t.get_as(&ada, "/api/admin/notifications").await.data();
    assert!(others.as_array().unwrap().iter().all(|it| it["event"] != "message_returned"), "whoever set it is told");
}

#[tokio::test]
async fn a_reply_that_is_not_delivered_takes_its_message_out_of_the_replied_ones() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(mail_server::of(listener, 3, "550 no such user"));
    let t = TestApp::with(&["--smtp-url", &format!("smtp://{address}")]).await;
    let ada = t.admin().await;
    let id = t.send_message(json!({})).await;
    t.clock.advance(Duration::minutes(1));
    let path = format!("/api/admin/messages/{id}");
    reply(&t, &ada, &id, json!({ "content": "Good morning" })).await;
    let before = t.get_as(&ada, &path).await.data();
    assert_eq!((&before["status"], &before["undelivered"]), (&json!("replied"), &json!(false)));
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    server.await.unwrap();
    let after = t.get_as(&ada, &path).await.data();
    assert_eq!((&after["status"], &after["undelivered"]), (&json!("in_progress"), &json!(true)));
    assert_eq!(after["waitingSince"], after["createdAt"], "the client has heard nothing");
    assert_eq!(after["history"][0]["sentence"], "marked the reply as not delivered");
    assert_eq!(t.get_as(&ada, "/api/admin/messages/counts").await.data()["replied"], 0);

    // Sent again, it counts as replied once the next server has it.
    let server = tokio::spawn(mail_server::of(TcpListener::bind(address).await.unwrap(), 3, "250 ok"));
    t.post_as(&ada, &format!("{path}/retry-mail"), json!({})).await.status(200);
    assert_eq!(t.get_as(&ada, &path).await.data()["undelivered"], true);
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    server.await.unwrap();
    let again = t.get_as(&ada, &path).await.data();
    assert_eq!((&again["status"], &again["undelivered"]), (&json!("replied"), &json!(false)));
    assert_eq!(again["waitingSince"], Value::Null);

    // Whoever snoozed it meanwhile wants to see it again.
    let server = tokio::spawn(mail_server::of(TcpListener::bind(address).await.unwrap(), 1, "550 no such user"));
    reply(&t, &ada, &id, json!({ "content": "One more thing" })).await;
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    server.await.unwrap();
    patch(&t, &ada, &id, json!({ "snoozedUntil": "2026-03-04" })).await;
    let server = tokio::spawn(mail_server::of(TcpListener::bind(address).await.unwrap(), 1, "250 ok"));
    t.post_as(&ada, &format!("{path}/retry-mail"), json!({})).await.status(200);
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    server.await.unwrap();
    let snoozed = t.get_as(&ada, &path).await.data();
    assert_eq!((&snoozed["status"], &snoozed["undelivered"]), (&json!("in_progress"), &json!(false)));
    assert_eq!(snoozed["snoozedUntil"], "2026-03-04");
    tekvwarho::features::messages::recount(&t.app).await.map(|wrong| assert_eq!(wrong, 0)).unwrap();
}

#[tokio::test]
async fn a_migration_finds_the_newest_lines_and_who_waits() {
    let (t, ada, [anna, boris, cleo, _]) = with_messages(["Anna", "Boris", "Cleo", "Dora"]).await;
    reply(&t, &ada, &anna, json!({ "content": "Good morning", "sendEmail": false })).await;
    client_replies(&t, &anna, "One thing").await;
    client_replies(&t, &anna, "And another").await;
    reply(&t, &ada, &boris, json!({ "content": "é".repeat(300), "sendEmail": false })).await;
    t.post_as(&ada, &format!("/api/admin/messages/{cleo}/notes"), json!({ "content": "Call her" })).await.status(201);
    let tagged = t.request_as(&ada, Method::PUT, &format!("/api/admin/messages/{anna}/tags"));
    Answer::of(tagged.json(&json!({ "tags": ["vip"] }))).await.status(200);
    let rows = async |conn: &sea_orm::DatabaseConnection| {
        let rows = messages::Entity::find().order_by_asc(messages::Column::Id).all(conn).await.unwrap();
        let tags = message_tags::Entity::find().all(conn).await.unwrap();
        let lines = rows.into_iter().map(|it| {
            (it.activity_id, it.last_line, it.last_line_kind, it.last_line_by, it.last_line_at, it.waiting_id)
        });
        (lines.collect::<Vec<_>>(), tags)
    };
    let before = rows(t.app.storage.read()).await;
    let conn = sea_orm::Database::connect(t.app.config.database_url()).await.unwrap();
    // The state before there was any of it.
    let indexes = [
        "by_activity",
        "by_status_activity",
        "by_assignee_activity",
        "by_assignee_only_activity",
        "by_service_activity",
        "of_nobody_activity",
        "waiting",
        "waiting_of",
        "snoozed",
        "to_follow_up",
    ];
    let columns = [
        "activity_id",
        "last_line",
        "last_line_kind",
        "last_line_by",
        "last_line_at",
        "waiting_id",
        "undelivered",
        "snoozed_until",
        "follow_up_at",
        "follow_up_by",
    ];
    let mut statements: Vec<String> = indexes.iter().map(|name| format!("DROP INDEX messages_{name}")).collect();
    statements.extend(columns.iter().map(|name| format!("ALTER TABLE messages DROP COLUMN {name}")));
    statements.push("DROP INDEX message_tags_by_activity".to_owned());
    statements.push("ALTER TABLE message_tags DROP COLUMN activity_id".to_owned());
    statements.extend(["message_reads", "inbox_reads"].map(|name| format!("DROP TABLE {name}")));
    statements.push("DELETE FROM seaql_migrations WHERE version = 'm0016_activity_and_reads'".to_owned());
    for statement in statements {
        conn.execute_unprepared(&statement).await.unwrap();
    }
    conn.close().await.unwrap();
    let other = t.restarted().await;
    assert_eq!(rows(other.storage.read()).await, before);
    // Who was here has read all but what nobody had opened.
    let marks = message_reads::Entity::find().all(other.storage.read()).await.unwrap();
    assert_eq!(marks.len(), 3, "the open ones: {marks:?}");
    assert!(marks.iter().all(|mark| mark.seen_at == chrono::DateTime::UNIX_EPOCH));
    assert_eq!(inbox_reads::Entity::find().all(other.storage.read()).await.unwrap().len(), 1);
}
