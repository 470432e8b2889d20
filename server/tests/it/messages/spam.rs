//! What is taken for spam, what is only doubtful, and how a mistake is noticed.

use chrono::Duration;
use database::entity::messages::Status;
use database::entity::staff::Role;
use database::entity::{messages, outbox};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tekvwarho::platform::marks;
use uuid::Uuid;

use crate::support::{Answer, Signed, TestApp};

async fn row(t: &TestApp, id: &str) -> messages::Model {
    let id: Uuid = id.parse().unwrap();
    messages::Entity::find_by_id(id).one(t.app.storage.read()).await.unwrap().unwrap()
}

/// The templates of the mails about a message.
async fn mails(t: &TestApp, id: &str) -> Vec<String> {
    let id: Uuid = id.parse().unwrap();
    let all = outbox::Entity::find().all(t.app.storage.read()).await.unwrap();
    let mut about: Vec<_> = all.into_iter().filter(|it| it.entity_id == Some(id)).map(|it| it.template).collect();
    about.sort_unstable();
    about
}

async fn form_token(t: &TestApp) -> String {
    t.get("/api/form-token").await.data()["formToken"].as_str().unwrap().to_owned()
}

fn path(id: &str) -> String {
    format!("/api/admin/messages/{id}")
}

#[tokio::test]
async fn one_sign_makes_a_message_doubtful_and_several_make_it_spam() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let token = form_token(&t).await;
    let haste = json!({ "formToken": token });
    let cases = [
        (json!({}), Status::New, false, json!([])),
        (haste.clone(), Status::New, true, json!(["haste"])),
        (json!({ "extra": "Berlin" }), Status::New, true, json!(["page_trap"])),
        (json!({ "message": "I sell backlinks." }), Status::New, true, json!(["phrase"])),
        (json!({ "formToken": token, "extra": "Berlin" }), Status::Spam, false, json!(["page_trap", "haste"])),
        (json!({ "formToken": token, "message": "[url=x]x[/url]" }), Status::Spam, false, json!(["haste", "markup"])),
        (json!({ "message": "Casino: http://a.example" }), Status::New, true, json!(["links", "phrase"])),
        (
            json!({ "message": "Casino [url=x]free spins[/url] http://a.example" }),
            Status::Spam,
            false,
            json!(["links", "markup", "phrase"]),
        ),
        (json!({ "website": "http://example.com" }), Status::Spam, false, json!(["api_trap"])),
    ];
    for (over, status, doubtful, signs) in cases {
        let id = t.send_message(over.clone()).await;
        let shown = t.get_as(&ada, &path(&id)).await.data();
        assert_eq!((&shown["doubtful"], &shown["signs"]), (&json!(doubtful), &signs), "{over}");
        assert_eq!(row(&t, &id).await.status, status, "{over}");
        let expected: &[&str] = match (status, doubtful) {
            (Status::Spam, _) => &[],
            (_, true) => &["contact_notice"],
            (_, false) => &["contact_confirmation", "contact_notice"],
        };
        assert_eq!(mails(&t, &id).await, expected, "{over}");
    }
    // Somebody who took their time.
    t.clock.advance(Duration::seconds(30));
    let id = t.send_message(haste).await;
    assert!(row(&t, &id).await.signs.is_none());
    let told = t.mails().await;
    let marked = told.iter().filter(|mail| mail.matches("may be spam").count() == 2);
    assert_eq!(marked.count(), 4, "in both forms of the mail");
}

#[tokio::test]
async fn the_page_has_a_trap_that_nothing_fills() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let page = t.get("/contact").await.text;
    assert!(page.contains(r#"name="extra""#) && !page.contains(r#"name="website""#));
    let token = page.split("name=\"formToken\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    t.clock.advance(Duration::seconds(20));
    let form = [("name", "A"), ("email", "a@example.com"), ("message", "m"), ("extra", "x"), ("formToken", &token)];
    Answer::of(t.request(Method::POST, "/contact").form(&form)).await.status(303);
    let row = messages::Entity::find().one(t.app.storage.read()).await.unwrap().unwrap();
    assert_eq!((row.status, row.doubtful, row.signs.as_deref()), (Status::New, true, Some("page_trap")));
}

#[tokio::test]
async fn without_the_guard_only_a_block_counts() {
    let t = TestApp::with(&["--rate-limits", "off", "--bot-guard", "off"]).await;
    let ada = t.admin().await;
    let id = t.send_message(json!({ "website": "x", "message": "Casino and backlinks" })).await;
    assert_eq!(row(&t, &id).await.signs, None);
    t.post_as(&ada, &format!("{}/block-sender", path(&id)), json!({})).await.status(200);
    let id = t.send_message(json!({})).await;
    assert_eq!(row(&t, &id).await.signs.as_deref(), Some("blocked"));
}

#[tokio::test]
async fn a_doubt_ends_with_a_look_or_a_reply_and_can_be_undone() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let id = t.send_message(json!({ "extra": "x" })).await;
    let list = t.get_as(&ada, "/api/admin/messages").await.data();
    assert_eq!(list[0]["doubtful"], json!(true));
    // Whoever files it has judged it, and undo brings the doubt back.
    let filed = t.patch_as(&ada, &path(&id), json!({ "status": "spam" })).await.data();
    assert_eq!(filed["doubtful"], json!(false));
    let undo = format!("/api/admin/undo/{}", filed["undoId"].as_str().unwrap());
    t.post_as(&ada, &undo, json!({})).await.status(200);
    assert!(row(&t, &id).await.doubtful);
    let fine = t.patch_as(&ada, &path(&id), json!({ "doubtful": false })).await.data();
    assert_eq!((&fine["doubtful"], &fine["signs"]), (&json!(false), &json!(["page_trap"])));
    assert_eq!(fine["history"][0]["sentence"], "marked the message as not spam");
    let undo = format!("/api/admin/undo/{}", fine["undoId"].as_str().unwrap());
    t.post_as(&ada, &undo, json!({})).await.status(200);
    assert!(row(&t, &id).await.doubtful);
    t.post_as(&ada, &format!("{}/replies", path(&id)), json!({ "content": "Hello" })).await.status(201);
    assert!(!row(&t, &id).await.doubtful, "who is answered is no program");
}

#[tokio::test]
async fn two_people_who_block_one_sender_at_once_block_them_once() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let (ada, ben) = (t.admin().await, t.sign_in(&t.person("Ben", Role::Staff).await).await);
    let first = format!("{}/block-sender", path(&t.send_message(json!({})).await));
    let second = format!("{}/block-sender", path(&t.send_message(json!({})).await));
    let (one, two) = tokio::join!(t.post_as(&ada, &first, json!({})), t.post_as(&ben, &second, json!({})));
    one.status(200);
    two.status(200);
    assert_eq!(blocked(&t, &ada).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn undo_takes_the_block_off_as_well() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let id = t.send_message(json!({})).await;
    let done = t.post_as(&ada, &format!("{}/block-sender", path(&id)), json!({})).await.data();
    let undo = format!("/api/admin/undo/{}", done["undoId"].as_str().unwrap());
    t.post_as(&ada, &undo, json!({})).await.status(200);
    let shown = t.get_as(&ada, &path(&id)).await.data();
    assert_eq!((&shown["status"], &shown["senderBlocked"]), (&json!("new"), &json!(false)));
    assert_eq!(blocked(&t, &ada).await, json!([]));
    let next = t.send_message(json!({})).await;
    assert_eq!(row(&t, &next).await.status, Status::New);
}

async fn blocked(t: &TestApp, who: &Signed) -> Value {
    t.get_as(who, "/api/admin/blocked-senders").await.data()
}

#[tokio::test]
async fn what_a_blocked_sender_writes_is_spam_until_the_block_is_taken_off() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let first = t.send_message(json!({ "email": "Pest_one@Example.com" })).await;
    let block = format!("{}/block-sender", path(&first));
    let shown = t.post_as(&ada, &block, json!({})).await.data();
    assert_eq!((&shown["status"], &shown["senderBlocked"]), (&json!("spam"), &json!(true)));
    t.post_as(&ada, &block, json!({})).await.status(200);
    let list = blocked(&t, &ada).await;
    assert_eq!(list.as_array().unwrap().len(), 1, "twice is once");
    assert_eq!((&list[0]["email"], &list[0]["blockedBy"]["name"]), (&json!("Pest_one@Example.com"), &json!("Ada")));

    // However the address is spelled.
    let second = t.send_message(json!({ "email": "pest_one+two@EXAMPLE.com" })).await;
    let stored = row(&t, &second).await;
    assert_eq!((stored.status, stored.signs.as_deref()), (Status::Spam, Some("blocked")));
    assert!(mails(&t, &second).await.is_empty());
    let other = t.send_message(json!({ "email": "pest@example.com" })).await;
    assert_eq!(row(&t, &other).await.status, Status::New);

    let shown = t.delete_as(&ada, &block).await.data();
    assert_eq!((&shown["status"], &shown["senderBlocked"]), (&json!("spam"), &json!(false)));
    let third = t.send_message(json!({ "email": "pest_one@example.com" })).await;
    assert_eq!(row(&t, &third).await.status, Status::New);

    t.post_as(&ada, &format!("{}/block-sender", path(&third)), json!({})).await.status(200);
    let id = blocked(&t, &ada).await[0]["id"].as_str().unwrap().to_owned();
    let one = format!("/api/admin/blocked-senders/{id}");
    t.delete_as(&ada, &one).await.status(200);
    t.delete_as(&ada, &one).await.problem(404, "not_found");
    assert_eq!(blocked(&t, &ada).await, json!([]));
    let trail = t.get_as(&ada, "/api/admin/audit?action=messages.sender_unblocked").await.data();
    assert_eq!(trail[0]["sentence"], "unblocked pest_one@example.com");
}

#[tokio::test]
async fn what_was_taken_for_spam_is_listed_by_mail_once_a_week() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let reports = async || {
        t.app.schedule().run_due(Uuid::nil()).await;
        let mails = t.mails().await;
        mails.into_iter().filter(|mail| mail.contains("Filed as spam last week")).collect::<Vec<_>>()
    };
    // The clock of the tests begins on some day; a week later every Monday has passed.
    assert_eq!(reports().await.len(), 0, "nothing to tell");
    let name = "Anna <b>";
    let spam = t.send_message(json!({ "website": "x", "name": name, "message": "One\nline" })).await;
    t.send_message(json!({ "website": "x", "message": "Found by staff" })).await;
    let judged = t.send_message(json!({ "message": "Put there by a person" })).await;
    t.patch_as(&ada, &path(&judged), json!({ "status": "spam" })).await.status(200);
    let rescued = t.send_message(json!({ "website": "x", "message": "A client" })).await;
    t.patch_as(&ada, &path(&rescued), json!({ "status": "new" })).await.status(200);
    t.clock.advance(Duration::days(7));
    let sent = reports().await;
    let [report] = sent.as_slice() else { panic!("{} reports", sent.len()) };
    for part in ["last week: 2 messages", "One line", &format!("{spam}?view=spam"), "Anna &lt;b&gt;"] {
        assert!(report.contains(part), "{part} in {report}");
    }
    for part in ["Put there by a person", "A client", "more are in the spam view"] {
        assert!(!report.contains(part), "{part} in {report}");
    }
    t.clock.advance(Duration::hours(2));
    assert_eq!(reports().await.len(), 1, "once");
    // Two nodes that both think that it is their turn.
    let until = t.clock.now() + Duration::days(1);
    let advance = || {
        t.app.storage.write((), move |tx, ()| {
            Box::pin(async move { Ok(marks::advance(tx.conn(), marks::FIRM, "aWeek", until, until).await?) })
        })
    };
    let (one, two) = tokio::join!(advance(), advance());
    assert!(one.unwrap() ^ two.unwrap(), "one of them sends");
    assert!(marks::has_reached(t.app.storage.read(), marks::FIRM, "aWeek", until).await.unwrap());
    t.clock.advance(Duration::days(7));
    assert_eq!(reports().await.len(), 1, "nothing came since");

    let ada = t.sign_in_again("Ada").await;
    t.patch_as(&ada, "/api/admin/settings", json!({ "notifications.spamReport": false })).await.status(200);
    t.send_message(json!({ "website": "x" })).await;
    t.clock.advance(Duration::days(7));
    assert_eq!(reports().await.len(), 1, "nobody wants it");
}
