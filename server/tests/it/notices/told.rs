//! Notices: who gets which, on which channel, and when they are deleted.

use std::sync::Mutex;

use chrono::Duration;
use database::entity::notifications;
use database::entity::staff::Role;
use reqwest::Method;
use sea_orm::{ColumnTrait as _, EntityTrait, PaginatorTrait as _, QueryFilter as _, Set};
use serde_json::{Value, json};
use tekvwarho::cluster::Event;
use tekvwarho::platform::audit::seal_pending;
use tekvwarho::platform::mail::deliver_due;
use tekvwarho::platform::permission::Permission;
use uuid::Uuid;

use crate::support::mail_server::{Refused, picky};
use crate::support::{Answer, Signed, TestApp};

async fn notices(t: &TestApp, who: &Signed) -> Vec<Value> {
    t.get_as(who, "/api/admin/notifications").await.data().as_array().unwrap().clone()
}

async fn unread(t: &TestApp, who: &Signed) -> u64 {
    t.get_as(who, "/api/admin/notifications/count").await.data()["unread"].as_u64().unwrap()
}

async fn events(t: &TestApp, who: &Signed) -> Vec<String> {
    notices(t, who).await.iter().map(|it| it["event"].as_str().unwrap().to_owned()).collect()
}

async fn choose(t: &TestApp, who: &Signed, event: &str, channel: &str, is_on: bool) -> Answer {
    let body = json!({ "choices": [{ "event": event, "channel": channel, "isOn": is_on }] });
    t.patch_as(who, "/api/admin/notifications/preferences", body).await
}

/// Ada has every permission, Ben the inbox, Otto only the audit trail.
async fn three() -> (TestApp, Signed, Signed, Signed) {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben", Role::Staff).await).await;
    let otto = t.sign_in(&t.person_with("Otto", &[Permission::Audit]).await).await;
    t.app.bus.publish(Event::Everything);
    (t, ada, ben, otto)
}

#[tokio::test]
async fn a_new_message_is_told_to_those_who_may_see_it() {
    let (t, ada, ben, otto) = three().await;
    let id = t.send_message(json!({ "name": "Anna" })).await;
    t.send_message(json!({ "website": "https://spam.example" })).await;
    for who in [&ada, &ben] {
        assert_eq!(unread(&t, who).await, 1, "spam is told to nobody");
        let notice = &notices(&t, who).await[0];
        assert_eq!((&notice["event"], &notice["entityId"]), (&json!("message_created"), &json!(id)));
        assert_eq!((&notice["subject"], &notice["readAt"]), (&json!("Anna"), &Value::Null));
    }
    assert_eq!(unread(&t, &otto).await, 0);
    // After losing the permission, old notices disappear too.
    t.change_person_of(&ben, |change| change.permissions = Set(json!([]))).await;
    assert_eq!((unread(&t, &ben).await, notices(&t, &ben).await.len()), (0, 0));
}

#[tokio::test]
async fn an_answer_is_told_to_whose_message_it_is_and_an_assignment_to_who_got_it() {
    let (t, ada, ben, _) = three().await;
    let id = t.send_message(json!({})).await;
    let path = format!("/api/admin/messages/{id}");
    t.patch_as(&ada, &path, json!({ "assignedTo": ben.id })).await.status(200);
    let told = notices(&t, &ben).await;
    assert_eq!((&told[0]["event"], &told[0]["actor"]), (&json!("message_assigned"), &json!("Ada")));
    // Assigning something to oneself causes no notice.
    t.patch_as(&ben, &path, json!({ "assignedTo": null })).await.status(200);
    t.patch_as(&ben, &path, json!({ "assignedTo": ben.id })).await.status(200);
    assert_eq!(events(&t, &ben).await, ["message_assigned", "message_created"]);

    let detail = t.get_as(&ada, &path).await.data();
    let code = detail["threadUrl"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let reply = t.request(Method::POST, &format!("/api/messages/{id}/replies"));
    let reply = reply.header("authorization", format!("Manage {code}")).json(&json!({ "content": "Thank you." }));
    Answer::of(reply).await.status(201);
    assert_eq!(events(&t, &ben).await[0], "client_replied");
    assert_eq!(events(&t, &ada).await, ["message_created"]);
}

#[tokio::test]
async fn notices_are_read_one_by_one_by_entity_and_all() {
    let (t, ada, ben, _) = three().await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(t.send_message(json!({})).await);
        t.clock.advance(Duration::seconds(1));
    }
    let read = async |body: Value| t.post_as(&ada, "/api/admin/notifications/read", body).await;
    let list = notices(&t, &ada).await;
    let id = |place: usize| list[place]["id"].clone();
    assert_eq!(read(json!({ "ids": [id(0)] })).await.data()["unread"], 3);
    assert_eq!(read(json!({ "ids": [id(0)] })).await.data()["unread"], 3);
    assert_eq!(read(json!({ "entityId": ids[0] })).await.data()["unread"], 2);
    let page = t.get_as(&ada, "/api/admin/notifications?unread=true").await;
    assert_eq!((page.data().as_array().unwrap().len(), &page.json()["meta"]["total"]), (2, &json!(2)));
    assert_eq!(read(json!({ "upTo": id(0) })).await.data()["unread"], 0);
    assert_eq!(unread(&t, &ben).await, 4, "those of others stay as they are");
    // Nobody can mark another person's notices as read.
    let other = notices(&t, &ben).await[0]["id"].clone();
    read(json!({ "ids": [other] })).await.status(200);
    assert_eq!(unread(&t, &ben).await, 4);
    for body in [
        json!({}),
        json!({ "ids": [] }),
        json!({ "ids": vec![id(0); 101] }),
        json!({ "ids": [id(0)], "upTo": id(0) }),
        json!({ "ids": "all" }),
        json!({ "everything": true }),
    ] {
        read(body).await.problem(422, "validation_failed");
    }
    t.get_as(&ada, "/api/admin/notifications?unread=maybe").await.problem(422, "validation_failed");
}

#[tokio::test]
async fn a_page_of_notices_goes_on_where_the_last_one_ended() {
    let (t, ada, ..) = three().await;
    for _ in 0..5 {
        t.send_message(json!({})).await;
    }
    let first = t.get_as(&ada, "/api/admin/notifications?limit=2").await;
    let cursor = first.json()["meta"]["nextCursor"].as_str().unwrap().to_owned();
    let second = t.get_as(&ada, &format!("/api/admin/notifications?limit=3&cursor={cursor}")).await;
    assert_eq!(second.json()["meta"]["nextCursor"], Value::Null);
    let ids: std::collections::HashSet<String> = [first, second]
        .iter()
        .flat_map(|page| page.data().as_array().unwrap().clone())
        .map(|it| it["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn choices_are_obeyed_by_both_channels() {
    let (t, ada, ben, otto) = three().await;
    let shown = t.get_as(&otto, "/api/admin/notifications/preferences").await.data();
    let shown: Vec<_> =
        shown.as_array().unwrap().iter().map(|it| (it["event"].clone(), it["channel"].clone())).collect();
    assert_eq!(
        shown,
        [
            (json!("new_device"), json!("app")),
            (json!("new_device"), json!("mail")),
            (json!("audit_head"), json!("mail"))
        ]
    );
    choose(&t, &ada, "message_created", "app", false).await.status(200);
    choose(&t, &ada, "message_created", "mail", true).await.status(200);
    choose(&t, &ben, "message_returned", "mail", true).await.status(200);
    let id = t.send_message(json!({})).await;
    assert_eq!((unread(&t, &ada).await, unread(&t, &ben).await), (0, 1));
    let path = format!("/api/admin/messages/{id}");
    t.patch_as(&ada, &path, json!({ "assignedTo": ben.id })).await.status(200);
    let mails = t.mails().await;
    let to = |address: &str, subject: &str| {
        mails.iter().filter(|mail| mail.contains(&format!("To: {address}")) && mail.contains(subject)).count()
    };
    assert_eq!(to("ada@tekvwarho.example", "Anna"), 1, "{mails:#?}");
    assert_eq!(to("ben@tekvwarho.example", "Ada assigned you the message"), 1, "{mails:#?}");
    let trail = t.get_as(&ada, "/api/admin/audit?action=notifications.changed").await.data();
    assert_eq!(trail.as_array().unwrap().len(), 3);
    assert_eq!(trail[2]["changes"], json!({ "message_created.app": { "from": true, "to": false } }));
    // Repeating the choice changes nothing.
    choose(&t, &ada, "message_created", "app", false).await.status(200);
    let again = t.get_as(&ada, "/api/admin/audit?action=notifications.changed").await.data();
    assert_eq!(again.as_array().unwrap().len(), 3);
    for (who, event, channel, is_on) in [
        (&ada, "new_device", "mail", false),
        (&ada, "mail_failed", "mail", true),
        (&ada, "audit_head", "app", true),
        (&otto, "message_created", "app", true),
        (&ada, "earthquake", "app", true),
        (&ada, "new_device", "pigeon", true),
    ] {
        choose(&t, who, event, channel, is_on).await.problem(422, "validation_failed");
    }
}

#[tokio::test]
async fn who_wants_no_mail_of_answers_gets_none_and_the_firm_gets_it() {
    let (t, ada, ben, _) = three().await;
    let id = t.send_message(json!({})).await;
    let path = format!("/api/admin/messages/{id}");
    t.patch_as(&ada, &path, json!({ "assignedTo": ben.id })).await.status(200);
    let detail = t.get_as(&ada, &path).await.data();
    let code = detail["threadUrl"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let answer = async |text: &str| {
        let reply = t.request(Method::POST, &format!("/api/messages/{id}/replies"));
        let reply = reply.header("authorization", format!("Manage {code}")).json(&json!({ "content": text }));
        Answer::of(reply).await.status(201);
        t.clock.advance(Duration::seconds(1));
        t.mails().await
    };
    let to_ben = |mails: &[String]| {
        let told = mails.iter().filter(|mail| mail.contains("To: ben@tekvwarho.example"));
        told.filter(|mail| mail.contains("has replied")).count()
    };
    assert_eq!(to_ben(&answer("One").await), 1);
    choose(&t, &ben, "client_replied", "mail", false).await.status(200);
    assert_eq!(to_ben(&answer("Two").await), 1);
    assert_eq!(events(&t, &ben).await[0], "client_replied");
}

#[tokio::test]
async fn an_answer_to_somebody_who_may_not_see_messages_any_more_is_told_to_all() {
    let (t, ada, ben, _) = three().await;
    let id = t.send_message(json!({})).await;
    let path = format!("/api/admin/messages/{id}");
    t.patch_as(&ada, &path, json!({ "assignedTo": ben.id })).await.status(200);
    t.mails().await;
    t.change_person_of(&ben, |change| change.permissions = Set(json!([]))).await;
    t.app.bus.publish(Event::Everything);
    let detail = t.get_as(&ada, &path).await.data();
    let code = detail["threadUrl"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let reply = t.request(Method::POST, &format!("/api/messages/{id}/replies"));
    let reply = reply.header("authorization", format!("Manage {code}")).json(&json!({ "content": "Thank you." }));
    Answer::of(reply).await.status(201);
    assert_eq!(events(&t, &ada).await[0], "client_replied");
    let mails = t.mails().await;
    assert!(mails.iter().any(|mail| mail.contains("To: hello@tekvwarho.example") && mail.contains("Thank you.")));
    assert!(!mails.iter().any(|mail| mail.contains("To: ben@") && mail.contains("has replied")));
}

#[tokio::test]
async fn a_mail_that_was_given_up_is_told_and_noted() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    drop(listener);
    let t = TestApp::with(&["--smtp-url", &url]).await;
    let ada = t.admin().await;
    let id = t.send_message(json!({})).await;
    for _ in 0..12 {
        deliver_due(&t.app, Uuid::nil()).await.unwrap();
        t.clock.advance(Duration::hours(16));
    }
    let ada = t.sign_in(&t.app_person(&ada).await).await;
    let failed: Vec<Value> =
        notices(&t, &ada).await.into_iter().filter(|notice| notice["event"] == "mail_failed").collect();
    assert_eq!(failed.len(), 2);
    assert_eq!((&failed[0]["entityId"], &failed[0]["subject"]), (&json!(id), &json!("Anna Müller")));
    let trail = t.get_as(&ada, "/api/admin/audit?action=mail.given_up").await.data();
    assert_eq!(trail.as_array().unwrap().len(), 2);
    assert_eq!(trail[0]["sentence"], "gave up on an email about the message from Anna Müller");
    assert_eq!(trail[0]["actor"], Value::Null);
}

#[tokio::test]
async fn whoever_manages_settings_gets_an_email_when_emails_are_given_up_once_a_day() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let refused = Refused::new(Mutex::new(vec!["anna@client.example"]));
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let server = tokio::spawn(picky(listener, refused.clone(), tell));
    let t = TestApp::with(&["--smtp-url", &url, "--rate-limits", "off"]).await;
    let ada = t.admin().await;
    t.person_with("Mia", &[Permission::Messages]).await;
    t.app.bus.publish(Event::Everything);
    let mut reports = Vec::new();
    let mut due = async |advance: Duration| {
        t.clock.advance(advance);
        t.app.schedule().run_due(Uuid::nil()).await;
        deliver_due(&t.app, Uuid::nil()).await.unwrap();
        let new = std::iter::from_fn(|| told.try_recv().ok());
        reports.extend(new.filter(|mail| mail.contains("could not be delivered since")));
        reports.clone()
    };
    assert!(due(Duration::minutes(11)).await.is_empty());
    t.send_message(json!({ "email": "anna@client.example" })).await;
    assert!(due(Duration::minutes(11)).await.is_empty(), "it is given up only now");
    let first = due(Duration::minutes(11)).await;
    assert_eq!(first.len(), 1, "one person manages settings");
    assert!(first[0].contains("To: ada@tekvwarho.example") && first[0].contains("An email from"), "{}", first[0]);
    assert!(first[0].contains("1 =C3=97 the mail server rejects the mail"), "{}", first[0]);
    assert!(!first[0].contains("anna@client.example"), "a report names nobody");
    for number in 0..2 {
        t.send_message(json!({ "email": "anna@client.example", "message": format!("Number {number}") })).await;
        assert_eq!(due(Duration::hours(2)).await.len(), 1, "not before a day is over");
    }
    let second = due(Duration::hours(21)).await;
    assert_eq!(second.len(), 2);
    assert!(second[1].contains("2 emails from"), "{}", second[1]);
    assert_eq!(due(Duration::days(2)).await.len(), 2, "nothing was given up since");
    // A report that nobody takes does not cause another one.
    refused.lock().unwrap().push("ada@tekvwarho.example");
    t.send_message(json!({ "email": "anna@client.example" })).await;
    for _ in 0..4 {
        due(Duration::days(2)).await;
    }
    let ada = t.sign_in(&t.app_person(&ada).await).await;
    let trail = t.get_as(&ada, "/api/admin/audit?action=mail.failures_reported").await.data();
    assert_eq!(trail.as_array().unwrap().len(), 3);
    assert_eq!(trail[0]["changes"], json!({ "emails": { "to": 1 }, "recipients": { "to": 1 } }));
    server.abort();
}

#[tokio::test]
async fn who_is_gone_by_now_keeps_nothing_from_happening() {
    let (t, ada, ..) = three().await;
    let gone = t.person("Zoe", Role::Staff).await;
    t.app.bus.publish(Event::Everything);
    t.send_message(json!({})).await;
    // Deleted without any event: the recipients are still cached from a moment ago.
    t.app
        .storage
        .write(gone.id, |tx, id| {
            Box::pin(async move {
                let own = notifications::Column::StaffId.eq(*id);
                notifications::Entity::delete_many().filter(own).exec(tx.conn()).await?;
                database::entity::staff::Entity::delete_by_id(*id).exec(tx.conn()).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    t.send_message(json!({})).await;
    assert_eq!(events(&t, &ada).await, ["message_created", "message_created"]);
}

#[tokio::test]
async fn a_new_device_is_told_to_its_person_only() {
    let (t, ada, ben, _) = three().await;
    let sign_in = t
        .request(Method::POST, "/api/admin/auth/login")
        .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
    let body = json!({ "email": "ben@tekvwarho.example", "password": crate::support::people::PASSWORD });
    Answer::of(sign_in.json(&body)).await.status(200);
    let told = notices(&t, &ben).await;
    assert_eq!((&told[0]["event"], &told[0]["detail"]), (&json!("new_device"), &json!("Firefox on Linux")));
    assert_eq!(unread(&t, &ada).await, 0);
}

#[tokio::test]
async fn notices_are_deleted_when_they_are_old() {
    let (t, ada, ben, _) = three().await;
    t.send_message(json!({})).await;
    let newest = notices(&t, &ada).await[0]["id"].clone();
    t.post_as(&ada, "/api/admin/notifications/read", json!({ "upTo": newest })).await.status(200);
    let left = async || notifications::Entity::find().count(t.app.storage.read()).await.unwrap();
    t.clock.advance(Duration::days(29));
    t.app.schedule().run_due(Uuid::nil()).await;
    assert_eq!(left().await, 2);
    t.clock.advance(Duration::days(2));
    t.app.schedule().run_due(Uuid::nil()).await;
    assert_eq!(left().await, 1, "what was read goes after a month");
    t.clock.advance(Duration::days(60));
    t.app.schedule().run_due(Uuid::nil()).await;
    assert_eq!(left().await, 0, "everything goes after three");
    drop(ben);
}

#[tokio::test]
async fn the_head_of_the_trail_is_mailed_once_a_week_to_who_wants_it() {
    let (t, _, _, otto) = three().await;
    seal_pending(&t.app, false).await.unwrap();
    let mails = async || {
        t.app.schedule().run_due(Uuid::nil()).await;
        t.mails().await.into_iter().filter(|mail| mail.contains("Subject: Audit trail checkpoint")).collect::<Vec<_>>()
    };
    assert!(mails().await.is_empty(), "nobody wants it");
    let head = t.get_as(&otto, "/api/admin/audit/head").await.data()["head"].as_str().unwrap().to_owned();
    choose(&t, &otto, "audit_head", "mail", true).await.status(200);
    t.clock.advance(Duration::hours(1));
    let first = mails().await;
    assert_eq!(first.len(), 1);
    assert!(first[0].contains(&head) && first[0].contains("To: otto@tekvwarho.example"), "{}", first[0]);
    t.clock.advance(Duration::days(6));
    assert_eq!(mails().await.len(), 1);
    t.clock.advance(Duration::days(1) + Duration::hours(1));
    assert_eq!(mails().await.len(), 2);
}
