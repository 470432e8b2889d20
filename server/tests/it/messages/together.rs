//! Several people at one message: replies that can be undone, lines that somebody has not seen, mentions, assignments.

use chrono::Duration;
use database::entity::outbox;
use database::entity::staff::Role;
use reqwest::Method;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use tekvwarho::cluster::Event;
use tekvwarho::features::messages::recount;
use tekvwarho::platform::permission::Permission;

use super::thread::{self, as_client, code_of};
use crate::support::socket::Socket;
use crate::support::{Answer, Signed, TestApp};

/// Ada and Ben have the inbox, Otto has not; Anna wrote a message.
async fn desk() -> (TestApp, Signed, Signed, Signed, String) {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben Okafor", Role::Staff).await).await;
    let otto = t.sign_in(&t.person_with("Otto", &[Permission::Audit]).await).await;
    t.app.bus.publish(Event::Everything);
    let id = t.send_message(json!({ "name": "Anna" })).await;
    t.clock.advance(Duration::minutes(1));
    (t, ada, ben, otto, id)
}

async fn reply(t: &TestApp, who: &Signed, id: &str, body: Value) -> Answer {
    t.post_as(who, &format!("/api/admin/messages/{id}/replies"), body).await
}

/// A reply that is held back for ten seconds.
async fn held(t: &TestApp, who: &Signed, id: &str) -> Value {
    let answer = reply(t, who, id, json!({ "content": "Good morning, zebra", "delaySeconds": 10 })).await;
    answer.status(201).data()
}

async fn undo(t: &TestApp, who: &Signed, reply: &Value) -> Answer {
    t.post_as(who, &format!("/api/admin/undo/{}", reply["undoId"].as_str().unwrap()), json!({})).await
}

async fn detail(t: &TestApp, who: &Signed, id: &str) -> Value {
    t.get_as(who, &format!("/api/admin/messages/{id}")).await.status(200).data()
}

async fn client_replies(t: &TestApp, id: &str, content: &str) -> String {
    let reply = thread::client_replies(t, id, content).await;
    t.clock.advance(Duration::seconds(1));
    reply
}

/// What the client sees of the thread.
async fn seen_by_client(t: &TestApp, id: &str) -> Vec<String> {
    let code = code_of(t, id).await;
    let thread = as_client(t, Method::GET, &format!("/api/messages/{id}"), &code, None).await.data();
    let lines = thread["thread"].as_array().unwrap();
    lines.iter().map(|line| line["content"].as_str().unwrap().to_owned()).collect()
}

async fn mails_to(t: &TestApp, address: &str) -> Vec<String> {
    t.mails().await.into_iter().filter(|mail| mail.contains(&format!("To: {address}"))).collect()
}

async fn replies_mailed(t: &TestApp) -> usize {
    mails_to(t, "anna@example.com").await.iter().filter(|mail| mail.contains("zebra")).count()
}

/// Everything about a message that a reply changes.
fn standing(detail: &Value) -> Value {
    let mut part = detail.clone();
    for changing in ["history", "version", "lastActivityAt", "unread"] {
        part.as_object_mut().unwrap().remove(changing);
    }
    part
}

#[tokio::test]
async fn a_held_reply_leaves_when_its_time_has_come() {
    let (t, ada, ben, _, id) = desk().await;
    let sent = held(&t, &ada, &id).await;
    let leaves = (t.clock.now() + Duration::seconds(10)).to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    assert_eq!(sent["leavesAt"].as_str().unwrap()[..19], leaves[..19]);
    assert_eq!(detail(&t, &ben, &id).await["thread"][0]["leavesAt"], sent["leavesAt"], "colleagues see that it waits");
    assert_eq!((replies_mailed(&t).await, seen_by_client(&t, &id).await.len()), (0, 0));
    t.clock.advance(Duration::seconds(9));
    assert_eq!((replies_mailed(&t).await, seen_by_client(&t, &id).await.len()), (0, 0));
    t.clock.advance(Duration::seconds(1));
    assert_eq!((replies_mailed(&t).await, seen_by_client(&t, &id).await.len()), (1, 1));
    let now = detail(&t, &ada, &id).await;
    assert_eq!((&now["thread"][0]["leavesAt"], &now["thread"][0]["mail"]["state"]), (&Value::Null, &json!("sent")));
    // It has left a moment ago.
    assert_eq!(undo(&t, &ada, &sent).await.status(200).data(), json!({ "restored": 0, "skipped": 1 }));
    undo(&t, &ada, &sent).await.problem(404, "not_found");
    assert_eq!(standing(&detail(&t, &ada, &id).await), standing(&now));
    let sent = held(&t, &ada, &id).await;
    t.clock.advance(Duration::seconds(11));
    undo(&t, &ada, &sent).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_reply_that_is_undone_leaves_nothing_behind() {
    let (t, ada, ben, _, id) = desk().await;
    let path = format!("/api/admin/messages/{id}");
    t.patch_as(&ada, &path, json!({ "snoozedUntil": "2026-03-10" })).await.status(200);
    t.get_as(&ada, &path).await.status(200);
    t.clock.advance(Duration::minutes(1));
    let other = t.send_message(json!({ "name": "Boris", "email": "boris@example.com" })).await;
    t.clock.advance(Duration::minutes(1));
    let before = detail(&t, &ada, &id).await;
    let found = async || t.get_as(&ada, "/api/admin/messages?q=zebra").await.json()["meta"]["total"].clone();
    for send_email in [true, false] {
        let body = json!({ "content": "Good morning, zebra", "delaySeconds": 10, "sendEmail": send_email });
        let sent = reply(&t, &ada, &id, body).await.status(201).data();
        let then = detail(&t, &ada, &id).await;
        assert_eq!((&then["status"], &then["snoozedUntil"]), (&json!("replied"), &Value::Null));
        assert_eq!(found().await, 1);
        undo(&t, &ben, &sent).await.problem(404, "not_found");
        assert_eq!(undo(&t, &ada, &sent).await.status(200).data(), json!({ "restored": 1, "skipped": 0 }));
        let after = detail(&t, &ada, &id).await;
        assert_eq!(standing(&after), standing(&before));
        assert_eq!(after["history"][0]["sentence"], "took back a reply before it was sent");
        undo(&t, &ada, &sent).await.problem(404, "not_found");
        assert_eq!(found().await, 0);
        t.clock.advance(Duration::seconds(20));
        assert_eq!((replies_mailed(&t).await, seen_by_client(&t, &id).await.len()), (0, 0));
    }
    // It stands in lists where it stood.
    let rows = t.get_as(&ada, "/api/admin/messages").await.data();
    assert_eq!((&rows[0]["id"], &rows[1]["id"]), (&json!(other), &json!(id)));
    assert_eq!(recount(&t.app).await.unwrap(), 0);

    // With replies before it, the newest of them is the newest again.
    reply(&t, &ben, &id, json!({ "content": "First" })).await.status(201);
    t.clock.advance(Duration::seconds(1));
    client_replies(&t, &id, "And?").await;
    let before = detail(&t, &ada, &id).await;
    let sent = held(&t, &ada, &id).await;
    undo(&t, &ada, &sent).await.status(200);
    let after = detail(&t, &ada, &id).await;
    assert_eq!(standing(&after), standing(&before));
    assert_eq!((&after["lastLine"]["excerpt"], &after["assignedTo"]["name"]), (&json!("And?"), &json!("Ben Okafor")));
    assert_eq!(recount(&t.app).await.unwrap(), 0);
}

#[tokio::test]
async fn what_happened_meanwhile_stays_when_a_reply_is_undone() {
    let (t, ada, ben, _, id) = desk().await;
    let path = format!("/api/admin/messages/{id}");
    // The client wrote: it is open, and they wait since their message.
    let sent = held(&t, &ada, &id).await;
    t.clock.advance(Duration::seconds(1));
    client_replies(&t, &id, "One more thing").await;
    assert_eq!(undo(&t, &ada, &sent).await.status(200).data()["restored"], 1);
    let now = detail(&t, &ada, &id).await;
    assert_eq!((&now["status"], &now["lastLine"]["excerpt"]), (&json!("new"), &json!("One more thing")));
    assert_eq!((&now["waitingSince"], &now["assignedTo"]), (&now["createdAt"], &Value::Null));
    assert_eq!(now["thread"].as_array().unwrap().len(), 1);

    // A colleague took it and closed it.
    let sent = held(&t, &ada, &id).await;
    t.clock.advance(Duration::seconds(1));
    t.patch_as(&ben, &path, json!({ "status": "archived", "assignedTo": ben.id })).await.status(200);
    t.post_as(&ben, &format!("{path}/notes"), json!({ "content": "Done by phone" })).await.status(201);
    undo(&t, &ada, &sent).await.status(200);
    let now = detail(&t, &ada, &id).await;
    assert_eq!((&now["status"], &now["assignedTo"]["name"]), (&json!("archived"), &json!("Ben Okafor")));
    assert_eq!((&now["lastLine"]["kind"], &now["waitingSince"]), (&json!("note"), &Value::Null));
    assert_eq!(recount(&t.app).await.unwrap(), 0);

    // A mail that is on its way cannot be stopped, whatever the clock says.
    let sent = held(&t, &ada, &id).await;
    let leased = outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(outbox::State::Sending))
        .filter(outbox::Column::State.eq(outbox::State::Pending));
    t.app.storage.write(leased, |tx, it| Box::pin(async move { Ok(it.clone().exec(tx.conn()).await?) })).await.unwrap();
    assert_eq!(undo(&t, &ada, &sent).await.status(200).data(), json!({ "restored": 0, "skipped": 1 }));
    assert_eq!(detail(&t, &ada, &id).await["status"], "replied");
}

#[tokio::test]
async fn of_several_held_replies_each_can_be_undone_in_any_order() {
    let (t, ada, ben, _, id) = desk().await;
    let hold = async |who: &Signed, status: &str| {
        let body = json!({ "content": format!("{status}, zebra"), "delaySeconds": 60, "status": status });
        let sent = reply(&t, who, &id, body).await.status(201).data();
        t.clock.advance(Duration::seconds(1));
        sent
    };
    let path = format!("/api/admin/messages/{id}");
    t.patch_as(&ada, &path, json!({ "snoozedUntil": "2026-03-10" })).await.status(200);
    t.clock.advance(Duration::minutes(1));
    let before = standing(&detail(&t, &ada, &id).await);
    for (one, other) in [("replied", "archived"), ("archived", "replied"), ("spam", "archived")] {
        for first_goes_first in [true, false] {
            let (first, second) = (hold(&ada, one).await, hold(&ben, other).await);
            let whose = detail(&t, &ada, &id).await["assignedTo"]["name"].clone();
            assert_eq!(whose, "Ada");
            if first_goes_first {
                undo(&t, &ada, &first).await.status(200);
                let left = detail(&t, &ada, &id).await;
                assert_eq!((&left["status"], &left["assignedTo"]["name"]), (&json!(other), &json!("Ben Okafor")));
                undo(&t, &ben, &second).await.status(200);
            } else {
                undo(&t, &ben, &second).await.status(200);
                assert_eq!(detail(&t, &ada, &id).await["status"], one);
                undo(&t, &ada, &first).await.status(200);
            }
            assert_eq!(standing(&detail(&t, &ada, &id).await), before, "{one} {other} {first_goes_first}");
        }
    }
    assert_eq!(recount(&t.app).await.unwrap(), 0);
    // Both at the same moment.
    for _ in 0..5 {
        let (first, second) = (hold(&ada, "replied").await, hold(&ben, "archived").await);
        let (one, other) = tokio::join!(undo(&t, &ada, &first), undo(&t, &ben, &second));
        assert_eq!((one.data()["restored"].clone(), other.data()["restored"].clone()), (json!(1), json!(1)));
        assert_eq!(standing(&detail(&t, &ada, &id).await), before);
    }

    // Beside a colleague's reply that was sent, only the line goes.
    let first = hold(&ada, "replied").await;
    reply(&t, &ben, &id, json!({ "content": "I will call you." })).await.status(201);
    undo(&t, &ada, &first).await.status(200);
    let left = detail(&t, &ada, &id).await;
    assert_eq!((&left["status"], &left["assignedTo"]["name"]), (&json!("replied"), &json!("Ben Okafor")));
    assert_eq!((left["thread"].as_array().unwrap().len(), &left["waitingSince"]), (1, &Value::Null));
    assert_eq!(recount(&t.app).await.unwrap(), 0);
}

#[tokio::test]
async fn a_snooze_stays_what_others_made_it_when_a_reply_is_undone() {
    let (t, ada, ben, _, id) = desk().await;
    let path = format!("/api/admin/messages/{id}");
    let sent = held(&t, &ada, &id).await;
    t.patch_as(&ben, &path, json!({ "snoozedUntil": "2026-03-10" })).await.status(200);
    undo(&t, &ada, &sent).await.status(200);
    assert_eq!(detail(&t, &ada, &id).await["snoozedUntil"], "2026-03-10");
    // A client who writes is not hidden again.
    let body = json!({ "content": "Hello", "delaySeconds": 10, "status": "new" });
    let sent = reply(&t, &ada, &id, body).await.status(201).data();
    t.clock.advance(Duration::seconds(1));
    client_replies(&t, &id, "One more thing").await;
    undo(&t, &ada, &sent).await.status(200);
    assert_eq!(detail(&t, &ada, &id).await["snoozedUntil"], Value::Null);
}

#[tokio::test]
async fn a_reply_waits_a_minute_at_most_and_by_default_not_at_all() {
    let (t, ada, _, _, id) = desk().await;
    let body = json!({ "content": "Hello, zebra", "delaySeconds": 61 });
    reply(&t, &ada, &id, body).await.problem(422, "validation_failed");
    for wrong in [json!(-1), json!(1.5), json!("5")] {
        let refused = reply(&t, &ada, &id, json!({ "content": "Hello", "delaySeconds": wrong })).await.refused();
        assert_eq!(refused[0], ("delaySeconds".to_owned(), "invalid".to_owned()), "{wrong}");
    }
    let sent = reply(&t, &ada, &id, json!({ "content": "Hello, zebra" })).await.status(201).data();
    assert_eq!((sent.get("undoId"), &sent["leavesAt"]), (None, &Value::Null));
    assert_eq!(replies_mailed(&t).await, 1);
    reply(&t, &ada, &id, json!({ "content": "Hello, zebra", "delaySeconds": 60 })).await.status(201);
    t.clock.advance(Duration::seconds(60));
    assert_eq!(replies_mailed(&t).await, 2);
}

#[tokio::test]
async fn a_reply_stops_where_somebody_wrote_that_its_writer_has_not_seen() {
    let (t, ada, ben, _, id) = desk().await;
    let after = async |who: &Signed, seen: &str| {
        let answer = reply(&t, who, &id, json!({ "content": "Hello, zebra", "lastSeenId": seen })).await;
        t.clock.advance(Duration::seconds(1));
        answer
    };
    // One's own lines are no news, and notes are none either.
    after(&ada, &id).await.status(201);
    t.post_as(&ben, &format!("/api/admin/messages/{id}/notes"), json!({ "content": "Call" })).await.status(201);
    after(&ada, &id).await.status(201);
    after(&ben, &id).await.problem(409, "conflict");
    let client = client_replies(&t, &id, "Thank you").await;
    let before = standing(&detail(&t, &ada, &id).await);
    after(&ada, &id).await.problem(409, "conflict");
    assert_eq!(standing(&detail(&t, &ada, &id).await), before);
    assert_eq!(replies_mailed(&t).await, 2, "nothing was sent");
    after(&ada, &client).await.status(201);
    // Who does not ask is not stopped.
    reply(&t, &ben, &id, json!({ "content": "Hello" })).await.status(201);

    // The key works once the news was seen: the refused attempt left nothing behind it.
    client_replies(&t, &id, "Once more").await;
    let attempt = async |seen: &str| {
        let path = format!("/api/admin/messages/{id}/replies");
        let request = t.request_as(&ada, Method::POST, &path).header("Idempotency-Key", "attempt-1");
        Answer::of(request.json(&json!({ "content": "Hello", "lastSeenId": seen }))).await
    };
    attempt(&client).await.problem(409, "conflict");
    let newest = detail(&t, &ada, &id).await["thread"].as_array().unwrap().last().unwrap()["id"].clone();
    attempt(newest.as_str().unwrap()).await.status(201);
}

#[tokio::test]
async fn whoever_a_note_names_is_told_in_the_dashboard_and_by_mail_while_away() {
    let (t, ada, ben, otto, id) = desk().await;
    let note = async |who: &Signed, content: &str| {
        let path = format!("/api/admin/messages/{id}/notes");
        t.post_as(who, &path, json!({ "content": content })).await.status(201);
        t.clock.advance(Duration::seconds(1));
    };
    let told = async |who: &Signed| {
        let all = t.get_as(who, "/api/admin/notifications").await.data();
        all.as_array().unwrap().iter().filter(|it| it["event"] == "message_mentioned").count()
    };
    note(&ada, "@Ben Okafor and @Otto, and I, @Ada: who calls Anna?").await;
    assert_eq!((told(&ada).await, told(&ben).await, told(&otto).await), (0, 1, 0));
    let mails = mails_to(&t, "ben.okafor@tekvwarho.example").await;
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert!(mails[0].contains("Subject: Ada mentioned you in a note about Anna"), "{}", mails[0]);
    assert!(mails[0].contains("who calls Anna?") && mails[0].contains(&format!("/admin/messages/{id}?view=all")));
    assert!(mails_to(&t, "otto@tekvwarho.example").await.is_empty(), "whoever may not see it hears nothing");

    // Whoever has the dashboard in front of them needs no mail.
    let socket = Socket::of(&t, &ben).await;
    note(&ada, "@ben again").await;
    assert_eq!((told(&ben).await, mails_to(&t, "ben.okafor@tekvwarho.example").await.len()), (2, 1));
    drop(socket);
    while t.app.hub.is_watched_by(ben.id.parse().unwrap()) {
        tokio::task::yield_now().await;
    }
    note(&ada, "Nobody: ben.okafor@ben, Ben").await;
    assert_eq!((told(&ben).await, mails_to(&t, "ben.okafor@tekvwarho.example").await.len()), (2, 1));
    note(&ada, "@ben once more").await;
    assert_eq!((told(&ben).await, mails_to(&t, "ben.okafor@tekvwarho.example").await.len()), (3, 2));
}

#[tokio::test]
async fn an_assignment_is_mailed_once_to_whoever_is_away() {
    let (t, ada, ben, _, id) = desk().await;
    let second = t.send_message(json!({ "name": "Boris", "email": "boris@example.com" })).await;
    let third = t.send_message(json!({ "name": "Cleo", "email": "cleo@example.com" })).await;
    let subjects = async || {
        let mails = mails_to(&t, "ben.okafor@tekvwarho.example").await;
        let line = |mail: &String| mail.lines().find(|line| line.starts_with("Subject: ")).unwrap().trim().to_owned();
        mails.iter().map(line).collect::<Vec<_>>()
    };
    let assign = async |ids: &[&str]| {
        let body = json!({ "ids": ids, "assignedTo": ben.id });
        t.post_as(&ada, "/api/admin/messages/bulk", body).await.status(200);
        t.clock.advance(Duration::seconds(1));
    };
    assign(&[&id]).await;
    assert_eq!(subjects().await, ["Subject: Ada assigned you the message from Anna"]);
    // What he has already is no news.
    assign(&[&id, &second, &third]).await;
    assert_eq!(subjects().await[1..], ["Subject: Ada assigned you 2 messages"]);
    assign(&[&id, &second, &third]).await;
    assert_eq!(subjects().await.len(), 2);
    let told = t.get_as(&ben, "/api/admin/notifications").await.data();
    let told: Vec<&Value> = told.as_array().unwrap().iter().filter(|it| it["event"] == "message_assigned").collect();
    assert_eq!(told.len(), 2);
    assert_eq!((&told[0]["detail"], &told[0]["entityId"]), (&json!("2 messages"), &Value::Null));

    let preferences = t.get_as(&ben, "/api/admin/notifications/preferences").await.data();
    let mail = |event: &str| {
        let all = preferences.as_array().unwrap().iter();
        all.clone().find(|it| it["event"] == event && it["channel"] == "mail").unwrap().clone()
    };
    assert_eq!(
        (&mail("message_assigned")["isOn"], &mail("message_assigned")["whileAway"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(mail("client_replied")["whileAway"], false);
    let _socket = Socket::of(&t, &ben).await;
    t.patch_as(&ada, &format!("/api/admin/messages/{id}"), json!({ "assignedTo": null })).await.status(200);
    assign(&[&id]).await;
    assert_eq!(subjects().await.len(), 2, "he is in the dashboard");
}
