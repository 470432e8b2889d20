//! The inbox: searching, reading, changing, replying, undoing, exporting.

use chrono::Duration;
use database::entity::audit_logs;
use database::entity::staff::{self, Role};
use reqwest::Method;
use sea_orm::{ActiveModelTrait as _, EntityTrait, Set};
use serde_json::{Value, json};

use crate::support::{Answer, Signed, TestApp, begin_elsewhere};

async fn off() -> TestApp {
    TestApp::with(&["--rate-limits", "off"]).await
}

fn names(list: &Answer) -> Vec<String> {
    list.data().as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

async fn list(t: &TestApp, who: &Signed, query: &str) -> Answer {
    let answer = t.get_as(who, &format!("/api/admin/messages{query}")).await;
    answer.status(200);
    answer
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repeat() {
    let t = off().await;
    let ada = t.admin().await;
    for number in 0..7 {
        t.clock.advance(Duration::seconds(1));
        t.send_message(json!({ "name": format!("Visitor {number}") })).await;
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=3".to_owned());
    loop {
        let page = list(&t, &ada, &query).await;
        let meta = page.json()["meta"].clone();
        assert_eq!((meta["total"].as_u64(), meta["totalIsLowerBound"].as_bool()), (Some(7), Some(false)));
        seen.extend(names(&page));
        match meta["nextCursor"].as_str() {
            Some(cursor) => query = format!("?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, (0..7).rev().map(|number| format!("Visitor {number}")).collect::<Vec<_>>());
    assert_eq!(names(&list(&t, &ada, "?sort=oldest&limit=2").await), ["Visitor 0", "Visitor 1"]);
    for query in [
        "?limit=0",
        "?limit=101",
        "?limit=many",
        "?cursor=nonsense",
        "?status=old",
        "?sort=random",
        "?from=yesterday",
        "?assignedTo=anna",
    ] {
        t.get_as(&ada, &format!("/api/admin/messages{query}")).await.problem(422, "validation_failed");
    }
}

#[tokio::test]
async fn filters_and_search_find_what_they_should() {
    let t = off().await;
    let first = t
        .send_message(json!({ "name": "Jörg Äpfel", "company": "Äpfel & Söhne", "message": "about the WEBSHOP 2026" }))
        .await;
    t.clock.advance(Duration::days(2));
    let ada = t.admin().await;
    let second = t
        .send_message(json!({ "name": "Boris", "email": "boris@elsewhere.example", "service": "it-consulting" }))
        .await;
    t.patch_as(
        &ada,
        &format!("/api/admin/messages/{second}"),
        json!({ "status": "in_progress", "assignedTo": ada.id }),
    )
    .await
    .status(200);
    Answer::of(
        t.request_as(&ada, Method::PUT, &format!("/api/admin/messages/{first}/tags"))
            .json(&json!({ "tags": ["Offer  Sent", "b"] })),
    )
    .await
    .status(200);
    for (query, expected) in [
        ("", vec!["Boris", "Jörg Äpfel"]),
        ("?status=new", vec!["Jörg Äpfel"]),
        ("?status=new,in_progress", vec!["Boris", "Jörg Äpfel"]),
        ("?status=spam", vec![]),
        ("?assignedTo=me", vec!["Boris"]),
        ("?assignedTo=none", vec!["Jörg Äpfel"]),
        ("?service=it-consulting", vec!["Boris"]),
        ("?tag=offer%20sent", vec!["Jörg Äpfel"]),
        ("?from=2026-03-04", vec!["Boris"]),
        ("?to=2026-03-03", vec!["Jörg Äpfel"]),
        ("?q=apfel", vec!["Jörg Äpfel"]),
        ("?q=JORG%20websh", vec!["Jörg Äpfel"]),
        ("?q=elsewhere", vec!["Boris"]),
        ("?q=shop", vec![]),
        ("?q=apfel&status=in_progress", vec![]),
        ("?q=%22%27%3B--%20*%25_", vec![]),
        ("?q=a%F0%9F%85%90b", vec![]),
        ("?q=%E0%A4%95%E0%A4%BF", vec![]),
        ("?status=in_progress&assignedTo=me&q=boris", vec!["Boris"]),
    ] {
        let found = list(&t, &ada, query).await;
        assert_eq!(names(&found), expected, "{query}");
        assert_eq!(found.json()["meta"]["total"], expected.len(), "{query}");
    }
    let counts = t.get_as(&ada, "/api/admin/messages/counts").await.data();
    assert_eq!(
        counts,
        json!({ "new": 1, "in_progress": 1, "replied": 0, "converted": 0, "archived": 0, "spam": 0, "open": 2, "unassigned": 1, "mine": 1, "snoozed": 0 })
    );
    let tags = t.get_as(&ada, "/api/admin/messages/tags").await.data();
    assert_eq!(tags.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_mistyped_filter_is_refused_and_exports_nothing() {
    let t = off().await;
    let ada = t.admin().await;
    for path in ["/api/admin/messages?staus=new", "/api/admin/messages/export?format=csv&assigend=me"] {
        let refused = t.get_as(&ada, path).await;
        refused.problem(422, "validation_failed");
        assert_eq!(refused.json()["errors"][0]["code"], "unknown");
    }
    // Routes without parameters accept any: load balancers add their own.
    t.get("/api/health?probe=7").await.status(200);
}

#[tokio::test]
async fn opening_a_message_marks_it_as_read() {
    let t = off().await;
    let ada = t.admin().await;
    let id = t.send_message(json!({})).await;
    assert_eq!(list(&t, &ada, "").await.data()[0]["unread"], true);
    let detail = t.get_as(&ada, &format!("/api/admin/messages/{id}")).await;
    assert_eq!(detail.header("etag"), "\"1\"");
    assert_eq!(detail.data()["message"], "Our stock list is a spreadsheet.");
    assert_eq!(detail.data()["history"][0]["sentence"], "wrote through the contact form");
    assert_eq!(list(&t, &ada, "").await.data()[0]["unread"], false);
    for id in ["nonsense", "00000000-0000-7000-8000-000000000000"] {
        t.get_as(&ada, &format!("/api/admin/messages/{id}")).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_stale_change_is_refused_and_loses_nothing() {
    let t = off().await;
    let ada = t.admin().await;
    let id = t.send_message(json!({})).await;
    let path = format!("/api/admin/messages/{id}");
    let change = |etag: &'static str, body: Value| {
        Answer::of(t.request_as(&ada, Method::PATCH, &path).header("if-match", etag).json(&body))
    };
    let changed = change("\"1\"", json!({ "status": "in_progress" })).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    change("\"1\"", json!({ "status": "archived" })).await.problem(412, "precondition_failed");
    assert_eq!(t.get_as(&ada, &path).await.data()["status"], "in_progress");
    // Repeating it changes nothing: no new version, nothing to undo.
    let same = change("\"2\"", json!({ "status": "in_progress" })).await;
    assert_eq!((same.header("etag"), same.data().get("undoId")), ("\"2\"", None));
    let nobody = json!({ "assignedTo": "00000000-0000-7000-8000-000000000000" });
    assert_eq!(t.patch_as(&ada, &path, nobody).await.refused(), [("assignedTo".to_owned(), "invalid".to_owned())]);
}

#[tokio::test]
async fn nothing_is_given_to_who_leaves_in_the_same_moment() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let ben = t.person("Ben", Role::Staff).await;
    let id = t.send_message(json!({})).await;
    // As another node writes it: uncommitted while the assignment is requested.
    let leaving = begin_elsewhere(&t.app.config.database_url()).await;
    let change = staff::ActiveModel { id: Set(ben.id), is_active: Set(false), ..Default::default() };
    change.update(&leaving).await.unwrap();
    let path = format!("/api/admin/messages/{id}");
    let assigning = t.patch_as(&ada, &path, json!({ "assignedTo": ben.id }));
    let committing = async {
        // Enough time to reach the lock.
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        leaving.commit().await.unwrap();
    };
    let (answer, ()) = tokio::join!(assigning, committing);
    answer.problem(422, "validation_failed");
    assert_eq!(t.get_as(&ada, &path).await.data()["assignedTo"], Value::Null);
}

#[tokio::test]
async fn nothing_is_given_back_to_who_may_not_see_messages_any_more() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let ben = t.person("Ben", Role::Staff).await;
    let id = t.send_message(json!({})).await;
    let path = format!("/api/admin/messages/{id}");
    t.patch_as(&ada, &path, json!({ "assignedTo": ben.id })).await.status(200);
    let away = t.patch_as(&ada, &path, json!({ "assignedTo": null, "status": "archived" })).await.data();
    t.change_person(&ben, |it| it.is_active = Set(false)).await;
    let undo = format!("/api/admin/undo/{}", away["undoId"].as_str().unwrap());
    assert_eq!(t.post_as(&ada, &undo, json!({})).await.data(), json!({ "restored": 1, "skipped": 0 }));
    let now = t.get_as(&ada, &path).await.data();
    assert_eq!((&now["status"], &now["assignedTo"]), (&json!("new"), &json!(null)));
}

#[tokio::test]
async fn many_are_changed_at_once_and_taken_back_for_ten_seconds() {
    let t = off().await;
    let ada = t.admin().await;
    let other = t.person("Ben", Role::Staff).await;
    let ben = t.sign_in(&other).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(t.send_message(json!({})).await);
    }
    let body = json!({ "ids": ids, "status": "archived", "assignedTo": ben.id, "addTags": ["old"] });
    let done = t.post_as(&ada, "/api/admin/messages/bulk", body).await.data();
    assert_eq!(done["changed"], 3);
    let undo = format!("/api/admin/undo/{}", done["undoId"].as_str().unwrap());
    assert_eq!(list(&t, &ada, "?status=archived&tag=old").await.json()["meta"]["total"], 3);
    // Someone continues with one of them.
    t.patch_as(&ben, &format!("/api/admin/messages/{}", ids[0]), json!({ "status": "converted" })).await.status(200);
    t.post_as(&ben, &undo, json!({})).await.problem(404, "not_found");
    let undone = t.post_as(&ada, &undo, json!({})).await.data();
    assert_eq!(undone, json!({ "restored": 2, "skipped": 1 }));
    assert_eq!(list(&t, &ada, "?status=new").await.json()["meta"]["total"], 2);
    assert_eq!(list(&t, &ada, "?tag=old").await.json()["meta"]["total"], 1);
    t.post_as(&ada, &undo, json!({})).await.problem(404, "not_found");

    let late = t.patch_as(&ada, &format!("/api/admin/messages/{}", ids[1]), json!({ "status": "spam" })).await.data();
    t.clock.advance(Duration::seconds(11));
    t.post_as(&ada, &format!("/api/admin/undo/{}", late["undoId"].as_str().unwrap()), json!({}))
        .await
        .problem(404, "not_found");
    t.post_as(&ada, "/api/admin/messages/bulk", json!({ "ids": [] })).await.problem(422, "validation_failed");
    let unknown = json!({ "ids": [ids[1], "00000000-0000-7000-8000-000000000000"], "status": "replied" });
    t.post_as(&ada, "/api/admin/messages/bulk", unknown).await.problem(404, "not_found");
    assert_eq!(list(&t, &ada, "?status=replied").await.json()["meta"]["total"], 0, "all or none");
}

#[tokio::test]
async fn a_message_has_no_more_than_twenty_tags() {
    let t = off().await;
    let ada = t.admin().await;
    let id = t.send_message(json!({})).await;
    let names = |from: usize, to: usize| (from..to).map(|n| format!("tag {n:02}")).collect::<Vec<_>>();
    let add = async |tags: Vec<String>| {
        t.post_as(&ada, "/api/admin/messages/bulk", json!({ "ids": [id], "addTags": tags })).await
    };
    add(names(0, 19)).await.status(200);
    assert_eq!(add(names(19, 21)).await.refused(), [("addTags".to_owned(), "too_long".to_owned())]);
    add(names(19, 20)).await.status(200);
    add(names(0, 20)).await.status(200);
    assert_eq!(add(names(20, 21)).await.refused(), [("addTags".to_owned(), "too_long".to_owned())]);
    let detail = t.get_as(&ada, &format!("/api/admin/messages/{id}")).await.data();
    assert_eq!(detail["tags"], json!(names(0, 20)));
}

#[tokio::test]
async fn an_answer_is_mailed_into_the_thread() {
    let t = off().await;
    let id = t.send_message(json!({ "service": "web-development" })).await;
    t.clock.advance(Duration::minutes(42));
    let ada = t.admin().await;
    let path = format!("/api/admin/messages/{id}/replies");
    t.post_as(&ada, &path, json!({ "content": " " })).await.problem(422, "validation_failed");
    let reply = t.post_as(&ada, &path, json!({ "content": "Hello Anna,\n\n5 < 6 & yes." })).await;
    reply.status(201);
    assert_eq!(
        (reply.data()["kind"].as_str(), reply.data()["mail"]["state"].as_str()),
        (Some("reply"), Some("pending"))
    );
    let detail = t.get_as(&ada, &format!("/api/admin/messages/{id}")).await.data();
    assert_eq!((detail["status"].as_str(), detail["assignedTo"]["name"].as_str()), (Some("replied"), Some("Ada")));

    let mails = t.mails().await;
    let confirmation = mails.iter().find(|mail| mail.contains("Subject: Your message to")).unwrap();
    let header = |mail: &str, name: &str| {
        mail.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned))
    };
    let answer = mails.iter().find(|mail| mail.contains("Subject: Re: Your message to Tekvwarho")).unwrap();
    assert_eq!(header(answer, "In-Reply-To"), header(confirmation, "Message-ID"));
    assert_eq!(header(answer, "References"), header(confirmation, "Message-ID"));
    assert_eq!(header(answer, "Auto-Submitted"), None, "a person wrote it");
    assert_eq!(header(confirmation, "Auto-Submitted").as_deref(), Some("auto-generated"));
    assert!(answer.contains("Content-Type: text/plain") && answer.contains("Content-Type: text/html"));
    assert!(answer.contains("5 < 6 & yes."), "the text part is text");
    assert!(answer.contains("5 &lt; 6 &amp; yes."), "the HTML part is escaped");
    assert!(answer.contains(&format!("/message/{id}#")));
    assert!(
        !confirmation.contains("Anna") && !confirmation.contains("spreadsheet"),
        "a confirmation never quotes a stranger"
    );
    let sent = t.get_as(&ada, &format!("/api/admin/messages/{id}")).await.data();
    assert_eq!(sent["thread"][0]["mail"]["state"], "sent");

    // A second reply references both, and one without email sends none.
    t.post_as(&ada, &path, json!({ "content": "One more thing.", "status": "converted" })).await.status(201);
    let before = t.mails().await.len();
    t.post_as(&ada, &path, json!({ "content": "Only here.", "sendEmail": false })).await.status(201);
    assert_eq!(t.mails().await.len(), before);
    let dashboard = t.get_as(&ada, "/api/admin/dashboard").await.data();
    assert_eq!(
        dashboard["firstResponse"],
        json!({ "medianMinutes": 42, "previousMedianMinutes": null, "answered": 1 })
    );
    assert_eq!(dashboard["trend"][29], json!({ "day": "2026-03-02", "received": 1, "answered": 1 }));
}

#[tokio::test]
async fn notes_stay_inside() {
    let t = off().await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben", Role::Staff).await).await;
    let id = t.send_message(json!({})).await;
    let note = t.post_as(&ada, &format!("/api/admin/messages/{id}/notes"), json!({ "content": "knows Ben" })).await;
    note.status(201);
    let path = format!("/api/admin/messages/{id}/notes/{}", note.data()["id"].as_str().unwrap());
    Answer::of(t.request_as(&ben, Method::DELETE, &path)).await.problem(404, "not_found");
    assert_eq!(t.get_as(&ben, &format!("/api/admin/messages/{id}")).await.data()["thread"][0]["kind"], "note");
    assert!(t.mails().await.iter().all(|mail| !mail.contains("knows Ben")));
    Answer::of(t.request_as(&ada, Method::DELETE, &path)).await.status(200);
    assert_eq!(t.get_as(&ada, &format!("/api/admin/messages/{id}")).await.data()["thread"], json!([]));
}

#[tokio::test]
async fn exports_hold_every_row_and_no_formula() {
    let t = off().await;
    let ada = t.admin().await;
    t.send_message(json!({ "name": "=1+1", "message": "a \"quote\", a comma\nand a line" })).await;
    let boris = t.send_message(json!({ "name": "Boris", "company": "@SUM(A1)" })).await;
    let tags = t.request_as(&ada, Method::PUT, &format!("/api/admin/messages/{boris}/tags"));
    Answer::of(tags.json(&json!({ "tags": ["rush", "vip"] }))).await.status(200);
    let csv = t.get_as(&ada, "/api/admin/messages/export?format=csv").await;
    csv.status(200);
    assert_eq!((csv.header("x-total-count"), csv.header("content-type")), ("2", "text/csv; charset=utf-8"));
    assert!(csv.header("content-disposition").contains("messages-2026-03-02.csv"));
    assert!(csv.text.starts_with('\u{feff}'));
    assert!(csv.text.contains(",'=1+1,") && csv.text.contains(",'@SUM(A1),"), "{}", csv.text);
    assert!(csv.text.contains("\"a \"\"quote\"\", a comma\nand a line\""));
    let some = t.get_as(&ada, "/api/admin/messages/export?q=boris").await;
    assert_eq!((some.header("x-total-count"), some.text.contains("=1+1")), ("1", false));
    assert!(some.text.ends_with(",\"rush, vip\"\r\n") && some.text.matches("\r\n").count() == 2, "{}", some.text);
    let xlsx = t.request_as(&ada, Method::GET, "/api/admin/messages/export?format=xlsx").send().await.unwrap();
    assert_eq!(xlsx.headers()["x-total-count"], "2");
    let announced = xlsx.content_length();
    let whole = xlsx.bytes().await.unwrap();
    assert_eq!(announced, Some(whole.len() as u64), "the size is known before the content comes");
    let mut workbook = zip::ZipArchive::new(std::io::Cursor::new(whole)).unwrap();
    let mut sheet = String::new();
    std::io::Read::read_to_string(&mut workbook.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet).unwrap();
    assert!(sheet.contains("=1+1") && sheet.contains("@SUM(A1)") && !sheet.contains("<f>"), "text, and no formula");
    assert!(sheet.contains("Received (UTC)") && !sheet.contains("createdAt"), "heads for people: {sheet}");
    assert!(sheet.contains("<v>46083") && sheet.contains("<v>0</v>"), "days and numbers are counted with: {sheet}");
    t.get_as(&ada, "/api/admin/messages/export?format=pdf").await.problem(422, "validation_failed");
    let entries = audit_logs::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert_eq!(entries.iter().filter(|entry| entry.action == "messages.exported").count(), 3);
}

#[tokio::test]
async fn a_search_shows_the_line_that_holds_the_words() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let text = "Hello, we are a small bakery in the old town and our invoices never leave the printer on Mondays.";
    let id = t.send_message(json!({ "name": "Anna", "company": "Bread & Co", "message": text })).await;
    let say = async |what: &str, content: &str| {
        t.clock.advance(chrono::Duration::seconds(1));
        let path = format!("/api/admin/messages/{id}/{what}");
        t.post_as(&ada, &path, json!({ "content": content })).await.status(201);
    };
    say("notes", "Ask the manufacturer of the printer about the warranty").await;
    say("replies", "We can come on Thursday.").await;
    let found = async |query: &str| {
        let rows = t.get_as(&ada, &format!("/api/admin/messages?q={query}")).await.data();
        assert_eq!(rows.as_array().unwrap().len(), 1, "{query}");
        rows[0]["found"].clone()
    };
    // The row shows these anyway.
    for query in ["anna", "bread", "thursday", "anna+thursday", "example.com"] {
        assert_eq!(found(query).await, Value::Null, "{query}");
    }
    let line = found("invoices").await;
    assert_eq!((&line["kind"], &line["author"]), (&json!("client"), &Value::Null));
    assert_eq!(line["excerpt"], "… in the old town and our invoices never leave the printer on Mondays.");
    let line = found("warranty").await;
    assert_eq!((&line["kind"], &line["author"]["name"]), (&json!("note"), &json!("Ada")));
    // Of several lines, the newest; of those, the one that holds more.
    assert_eq!(found("printer").await["kind"], "note");
    assert_eq!(found("printer+invoices").await["kind"], "client");
    assert_eq!(found("anna+warr").await["kind"], "note");
    let rows = t.get_as(&ada, "/api/admin/messages").await.data();
    assert_eq!(rows[0]["found"], Value::Null, "without a search");
}

#[tokio::test]
async fn words_are_found_in_every_script_and_phone_numbers_however_they_are_written() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let mut ids = std::collections::HashMap::new();
    for (name, message, phone) in [
        ("Kenji", "東京で会いましょう", "03-1234-5678"),
        ("Layla", "مرحبا بالعالم", "555-456 78"),
        ("Noa", "שלום עולם", "+49 (30) 98765"),
        ("Jens", "Unser Büro liegt in der Straße am Łódźer Platz.", "none"),
    ] {
        let phone = (phone != "none").then_some(phone);
        ids.insert(name, t.send_message(json!({ "name": name, "message": message, "phone": phone })).await);
    }
    let found = async |query: &str| {
        let mut address = reqwest::Url::parse("http://x/api/admin/messages").unwrap();
        address.query_pairs_mut().append_pair("q", query);
        let path = format!("/api/admin/messages?{}", address.query().unwrap());
        let rows = t.get_as(&ada, &path).await.data();
        let mut names: Vec<String> =
            rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names.join(" ")
    };
    for (query, name) in [
        ("東京", "Kenji"),
        ("会い", "Kenji"),
        ("東京で会いましょう", "Kenji"),
        ("مرحبا", "Layla"),
        ("עולם", "Noa"),
        ("strasse", "Jens"),
        ("STRAẞE lodz", "Jens"),
        ("55545678", "Layla"),
        ("555 456-78", "Layla"),
        ("(0)3-1234 5678", "Kenji"),
        ("4930", "Noa"),
        ("大阪", ""),
    ] {
        assert_eq!(found(query).await, name, "{query}");
    }
    // Later text is found as well; undone text is not.
    let jens = format!("/api/admin/messages/{}", ids["Jens"]);
    t.post_as(&ada, &format!("{jens}/replies"), json!({ "content": "Gern am Donnerstag" })).await.status(201);
    let note = t.post_as(&ada, &format!("{jens}/notes"), json!({ "content": "Rabatt besprechen" })).await.data();
    assert_eq!((found("donnerstag").await, found("rabatt").await), ("Jens".to_owned(), "Jens".to_owned()));
    t.delete_as(&ada, &format!("{jens}/notes/{}", note["id"].as_str().unwrap())).await.status(200);
    assert_eq!((found("donnerstag").await, found("rabatt").await), ("Jens".to_owned(), String::new()));
    assert_eq!(found("buro").await, "Jens");
}
