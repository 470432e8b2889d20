//! Rules for new messages: what they do, whom they tell, and how they are kept.

use chrono::Duration;
use database::entity::staff;
use database::entity::staff::Role;
use reqwest::Method;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tekvwarho::cluster::Event;
use tekvwarho::features::messages::recount;

use crate::support::{Answer, Signed, TestApp};

const RULES: &str = "/api/admin/message-rules";

/// Ada and Ben have the inbox.
async fn desk() -> (TestApp, Signed, staff::Model) {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let ben = t.person("Ben Okafor", Role::Staff).await;
    t.app.bus.publish(Event::Everything);
    (t, ada, ben)
}

async fn add(t: &TestApp, who: &Signed, rule: Value) -> Value {
    t.post_as(who, RULES, rule).await.status(201).data()
}

async fn put(t: &TestApp, who: &Signed, path: &str, body: Value) -> Answer {
    Answer::of(t.request_as(who, Method::PUT, path).json(&body)).await
}

async fn received(t: &TestApp, who: &Signed, message: Value) -> Value {
    let id = t.send_message(message).await;
    t.get_as(who, &format!("/api/admin/messages/{id}")).await.data()
}

fn subjects(mails: &[String]) -> Vec<&str> {
    mails.iter().filter_map(|mail| mail.lines().find_map(|line| line.strip_prefix("Subject: "))).collect()
}

#[tokio::test]
async fn a_new_message_is_assigned_tagged_and_moved_and_its_person_told_once() {
    let (t, ada, ben) = desk().await;
    let rule = json!({ "name": "Shops", "words": ["web shop"], "assignTo": ben.id, "tags": ["Shop"], "status": "in_progress" });
    add(&t, &ada, rule).await;
    // Ben wants every new message by mail. One mail about each is enough.
    let signed = t.sign_in(&ben).await;
    let wanted = json!({ "choices": [{ "event": "message_created", "channel": "mail", "isOn": true }] });
    t.patch_as(&signed, "/api/admin/notifications/preferences", wanted).await.status(200);
    let met = received(&t, &ada, json!({ "name": "Anna", "message": "We need a WEB-SHOP." })).await;
    assert_eq!(
        [&met["assignedTo"]["name"], &met["tags"], &met["status"]],
        [&json!("Ben Okafor"), &json!(["shop"]), &json!("in_progress")]
    );
    assert_ne!(met["waitingSince"], Value::Null, "the client waits");
    let history: Vec<&str> =
        met["history"].as_array().unwrap().iter().map(|it| it["sentence"].as_str().unwrap()).collect();
    assert_eq!(
        history,
        [
            "sorted the message by the rule Shops: status from new to in progress, assignment from nobody to Ben Okafor, tags from none to shop",
            "wrote through the contact form"
        ]
    );
    let other = received(&t, &ada, json!({ "name": "Bo", "message": "We need a shed." })).await;
    assert_eq!([&other["assignedTo"], &other["tags"], &other["status"]], [&Value::Null, &json!([]), &json!("new")]);
    assert_eq!(other["history"].as_array().unwrap().len(), 1);

    // Ben is told of it as his, Ada that it has come.
    let told = async |who: &Signed| {
        let all = t.get_as(who, "/api/admin/notifications").await.data();
        let of = |it: &Value| it["entityId"] == met["id"];
        all.as_array().unwrap().iter().filter(|it| of(it)).map(|it| it["event"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(told(&signed).await, [json!("message_assigned")]);
    assert_eq!(told(&ada).await, [json!("message_created")]);
    let mails = t.mails().await;
    let to_ben: Vec<String> = mails
        .into_iter()
        .filter(|mail| mail.lines().any(|line| line.starts_with("To: ") && line.contains(&ben.email)))
        .collect();
    let mut subjects = subjects(&to_ben);
    subjects.sort_unstable();
    assert_eq!(subjects, ["New message from Bo", "The rule \"Shops\" assigned you the message from Anna"]);
    assert_eq!(recount(&t.app).await.unwrap(), 0);
    assert_eq!(t.get_as(&ada, "/api/admin/messages?tag=shop").await.json()["meta"]["total"], 1);
}

#[tokio::test]
async fn what_a_rule_closes_concerns_nobody_and_what_it_calls_spam_gets_no_mail() {
    let (t, ada, _) = desk().await;
    add(&t, &ada, json!({ "name": "Adverts", "words": ["cheap pills"], "status": "spam" })).await;
    add(&t, &ada, json!({ "name": "Automatic", "words": ["out of office"], "status": "archived" })).await;
    let spam =
        received(&t, &ada, json!({ "name": "Spammer", "email": "pills@example.com", "message": "Cheap pills!" })).await;
    assert_eq!((&spam["status"], &spam["waitingSince"]), (&json!("spam"), &Value::Null));
    assert_eq!(spam["signs"], json!(["rule"]), "staff are told why");
    let away = json!({ "name": "Anna", "email": "away@example.com", "message": "I am out of the office." });
    assert_eq!(received(&t, &ada, away).await["status"], "new", "another text");
    let away = json!({ "name": "Anna", "email": "away@example.com", "message": "Out of office until Monday." });
    let away = received(&t, &ada, away).await;
    assert_eq!((&away["status"], &away["waitingSince"]), (&json!("archived"), &Value::Null));
    let mails = t.mails().await;
    assert!(!mails.iter().any(|mail| mail.contains("To: pills@example.com") || mail.contains("Cheap pills")));
    // Who wrote something that is filed hears that it arrived, both times; the firm hears of the first.
    let to_them = |mail: &&String| mail.lines().any(|line| line == "To: away@example.com");
    assert_eq!(mails.iter().filter(to_them).count(), 2);
    assert!(!mails.iter().any(|mail| mail.contains("until Monday")));
    let notices = t.get_as(&ada, "/api/admin/notifications").await.data();
    assert!(!notices.as_array().unwrap().iter().any(|it| it["entityId"] == away["id"] || it["entityId"] == spam["id"]));
    assert_eq!(recount(&t.app).await.unwrap(), 0);
}

#[tokio::test]
async fn rules_ask_for_service_and_hours_in_the_order_that_people_set() {
    let (t, ada, ben) = desk().await;
    let night =
        add(&t, &ada, json!({ "name": "Night", "hours": "closed", "tags": ["night"], "assignTo": ada.id })).await;
    let cloud = add(&t, &ada, json!({ "name": "Cloud", "service": "it-consulting", "assignTo": ben.id })).await;
    let names = async |ada: &Signed| {
        let rules = t.get_as(ada, RULES).await.data();
        rules.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&ada).await, ["Night", "Cloud"]);
    let cloudy = || json!({ "service": "it-consulting" });
    // A Monday at nine in UTC, when the sample firm is open.
    let by_day = received(&t, &ada, cloudy()).await;
    assert_eq!((&by_day["assignedTo"]["name"], &by_day["tags"]), (&json!("Ben Okafor"), &json!([])));
    t.clock.advance(Duration::hours(14));
    let ada = t.sign_in_again("Ada").await;
    let by_night = received(&t, &ada, cloudy()).await;
    assert_eq!((&by_night["assignedTo"]["name"], &by_night["tags"]), (&json!("Ada"), &json!(["night"])));
    put(&t, &ada, &format!("{RULES}/order"), json!({ "ids": [cloud["id"], night["id"]] })).await.status(200);
    assert_eq!(names(&ada).await, ["Cloud", "Night"]);
    let by_night = received(&t, &ada, cloudy()).await;
    assert_eq!((&by_night["assignedTo"]["name"], &by_night["tags"]), (&json!("Ben Okafor"), &json!(["night"])));
    for ids in [json!([cloud["id"]]), json!([cloud["id"], cloud["id"]]), json!([])] {
        put(&t, &ada, &format!("{RULES}/order"), json!({ "ids": ids })).await.problem(409, "conflict");
    }
    // A rule that is off does nothing, and one whose person has left assigns to nobody.
    let night = format!("{RULES}/{}", night["id"].as_str().unwrap());
    t.patch_as(&ada, &night, json!({ "isActive": false })).await.status(200);
    t.change_person(&ben, |it| it.is_active = Set(false)).await;
    let nobody = received(&t, &ada, cloudy()).await;
    assert_eq!((&nobody["assignedTo"], &nobody["tags"]), (&Value::Null, &json!([])));
    assert_eq!(recount(&t.app).await.unwrap(), 0);
}

#[tokio::test]
async fn a_rule_is_checked_changed_and_deleted() {
    let (t, ada, ben) = desk().await;
    let refused = async |rule: Value| t.post_as(&ada, RULES, rule).await.refused();
    let one = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    assert_eq!(refused(json!({ "name": "Nothing" })).await, one("assignTo", "required"));
    assert_eq!(refused(json!({ "name": " ", "tags": ["a"] })).await, one("name", "required"));
    assert_eq!(refused(json!({ "name": "a", "service": "nope", "tags": ["a"] })).await, one("service", "invalid"));
    assert_eq!(refused(json!({ "name": "a", "status": "new" })).await, one("status", "invalid"));
    assert_eq!(refused(json!({ "name": "a", "words": ["!"], "tags": ["a"] })).await, one("words", "invalid"));
    assert_eq!(
        refused(json!({ "name": "a", "words": ["a".repeat(81)], "tags": ["a"] })).await,
        one("words", "too_long")
    );
    assert_eq!(refused(json!({ "name": "a", "words": vec!["a"; 51], "tags": ["a"] })).await, one("words", "too_long"));
    let stranger = "00000000-0000-7000-8000-000000000000";
    assert_eq!(refused(json!({ "name": "a", "assignTo": stranger })).await, one("assignTo", "invalid"));

    let rule =
        add(&t, &ada, json!({ "name": "Money", "words": ["  unpaid   invoice ", ""], "assignTo": ben.id })).await;
    assert_eq!(rule["words"], json!(["unpaid invoice"]));
    assert_eq!((&rule["isActive"], &rule["assignTo"]["name"]), (&json!(true), &json!("Ben Okafor")));
    let path = format!("{RULES}/{}", rule["id"].as_str().unwrap());
    let changed = t.patch_as(&ada, &path, json!({ "assignTo": null, "tags": ["money"], "hours": "open" })).await;
    changed.status(200);
    assert_eq!((&changed.data()["assignTo"], &changed.data()["tags"]), (&Value::Null, &json!(["money"])));
    assert_eq!(changed.data()["hours"], "open");
    t.patch_as(&ada, &path, json!({ "tags": [] })).await.problem(422, "validation_failed");
    let stale = t.request_as(&ada, Method::PATCH, &path).header("if-match", rule["etag"].as_str().unwrap());
    Answer::of(stale.json(&json!({ "name": "Late" }))).await.problem(412, "precondition_failed");
    // Somebody who has left may stay in a rule that is changed otherwise.
    let rule = add(&t, &ada, json!({ "name": "Ben's", "assignTo": ben.id })).await;
    t.change_person(&ben, |it| it.is_active = Set(false)).await;
    let of_ben = format!("{RULES}/{}", rule["id"].as_str().unwrap());
    t.patch_as(&ada, &of_ben, json!({ "name": "Ben's old" })).await.status(200);
    t.delete_as(&ada, &path).await.status(200);
    t.delete_as(&ada, &path).await.problem(404, "not_found");
    assert_eq!(t.get_as(&ada, RULES).await.data().as_array().unwrap().len(), 1);
    let trail = t.get_as(&ada, "/api/admin/audit?entityType=message_rule").await.data();
    assert_eq!(trail[0]["sentence"], "deleted the rule “Money”");
}

#[tokio::test]
async fn there_are_no_more_rules_than_can_be_asked() {
    let (t, ada, _) = desk().await;
    for n in 0..100 {
        add(&t, &ada, json!({ "name": format!("Rule {n}"), "tags": ["a"] })).await;
    }
    t.post_as(&ada, RULES, json!({ "name": "One more", "tags": ["a"] })).await.problem(409, "conflict");
}
