//! Files of a conversation by message: with the contact form, the client's reply and the firm's.

use chrono::Duration;
use database::entity::staff::Role;
use image::ImageFormat;
use reqwest::Method;
use serde_json::{Value, json};
use tekvwarho::platform::permission::Permission;

use crate::messages::thread::{as_client, code_of};
use crate::support::files::{Found, files_of, form, id_of, photo};
use crate::support::{Answer, Signed, TestApp};

/// A form of the site, and what is uploaded for it.
struct Draft<'t> {
    t: &'t TestApp,
    token: String,
}

impl<'t> Draft<'t> {
    async fn new(t: &'t TestApp) -> Self {
        let token = t.get("/api/form-token").await.data()["formToken"].as_str().unwrap().to_owned();
        Self { t, token }
    }

    async fn upload(&self, name: &str, bytes: &[u8]) -> Answer {
        let request = self.t.request(Method::POST, "/api/contact/files");
        Answer::of(form(request.header("authorization", format!("Form {}", self.token)), "file", name, bytes)).await
    }

    async fn send(&self, files: &[&str]) -> Answer {
        let mut body = self.t.message();
        body["formToken"] = json!(self.token);
        body["files"] = json!(files);
        self.t.post("/api/contact", body).await
    }
}

/// A message with a file; returns both ids.
async fn with_file(t: &TestApp, name: &str) -> (String, String) {
    let draft = Draft::new(t).await;
    let file = id_of(&draft.upload(name, b"%PDF-1.7").await);
    t.clock.advance(Duration::seconds(5));
    let id = draft.send(&[&file]).await.status(201).data()["id"].as_str().unwrap().to_owned();
    (id, file)
}

async fn upload_for_reply(t: &TestApp, who: &Signed, name: &str) -> String {
    let request = t.request_as(who, Method::POST, "/api/admin/files?for=message");
    id_of(&Answer::of(form(request, "file", name, b"%PDF-1.7 reply")).await)
}

async fn upload_as_client(t: &TestApp, id: &str, code: &str, name: &str) -> Answer {
    let request = t.request(Method::POST, &format!("/api/messages/{id}/files"));
    Answer::of(form(request.header("authorization", format!("Manage {code}")), "file", name, b"client")).await
}

async fn for_client(t: &TestApp, id: &str, code: &str, file: &str) -> Found {
    let path = format!("/api/messages/{id}/files/{file}");
    Found::of(t.request(Method::GET, &path).header("authorization", format!("Manage {code}"))).await
}

async fn detail(t: &TestApp, who: &Signed, id: &str) -> Value {
    t.get_as(who, &format!("/api/admin/messages/{id}")).await.data()
}

#[tokio::test]
async fn files_come_with_the_form_and_whoever_reads_messages_has_them() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let draft = Draft::new(&t).await;
    let first = draft.upload("Floor plan.pdf", b"%PDF-1.7").await;
    assert_eq!(first.header("location"), format!("/api/contact/files/{}", id_of(&first)));
    let first = id_of(&first);
    let second = id_of(&draft.upload("us.png", &photo(700, 350, ImageFormat::Png)).await);
    assert_eq!(t.file_for(&ada, &first).await.code, 404, "nobody has sent it yet");
    t.clock.advance(Duration::seconds(5));
    let id = draft.send(&[&first, &second]).await.status(201).data()["id"].as_str().unwrap().to_owned();
    let shown = detail(&t, &ada, &id).await;
    assert_eq!(files_of(&shown), [&*first, &*second]);
    assert_eq!(
        shown["files"][0],
        json!({ "fileId": first, "name": "Floor plan.pdf", "type": "application/pdf", "size": 8 })
    );
    assert_eq!(shown["fileLimits"]["maxCount"], 3);
    assert_eq!(t.file_for(&ada, &first).await.bytes, b"%PDF-1.7");
    let found = t.get_as(&ada, "/api/admin/messages?q=floor").await.data();
    assert_eq!(found[0]["id"], json!(id), "it is found by the name of its file");
    let mails = t.mails().await;
    let notice = mails.iter().find(|mail| mail.contains("New message from")).unwrap();
    assert!(notice.contains("Floor plan.pdf (8 bytes)") && notice.contains("us.png ("), "{notice}");
    let confirmation = mails.iter().find(|mail| mail.contains("\nTo: anna@example.com")).unwrap();
    assert!(!confirmation.contains("Floor plan"), "it goes to an address that a stranger typed");
    let none = t.sign_in(&t.person_with("Mia", &[Permission::Chats]).await).await;
    assert_eq!(t.file_for(&none, &first).await.code, 403);
}

#[tokio::test]
async fn a_file_belongs_to_its_form_and_goes_with_one_message() {
    let t = TestApp::new().await;
    let (own, other) = (Draft::new(&t).await, Draft::new(&t).await);
    let file = id_of(&own.upload("a.pdf", b"%PDF-1.7").await);
    let foreign = id_of(&other.upload("b.pdf", b"%PDF-1.7").await);
    t.clock.advance(Duration::seconds(5));
    for files in [vec![&*foreign], vec![&*file, &*foreign], vec![&*file, &*file]] {
        let refused = own.send(&files).await;
        refused.problem(422, "validation_failed");
        assert_eq!(refused.json()["errors"][0]["field"], "files");
    }
    let mut without = t.message();
    without["files"] = json!([file]);
    t.post("/api/contact", without).await.problem(422, "validation_failed");
    own.send(&[&*file; 4]).await.problem(422, "validation_failed");
    own.send(&[&file]).await.status(201);
    own.send(&[&file]).await.problem(422, "validation_failed");
    // Only a form of ours takes files, and for a day.
    let forged = Draft { t: &t, token: format!("{}0", &own.token[..own.token.len() - 1]) };
    if forged.token != own.token {
        forged.upload("c.pdf", b"%PDF-1.7").await.problem(401, "unauthenticated");
    }
    t.clock.advance(Duration::hours(25));
    own.upload("c.pdf", b"%PDF-1.7").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn client_and_firm_exchange_files_on_the_page_of_the_conversation() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben", Role::Staff).await).await;
    let (id, first) = with_file(&t, "Plan.pdf").await;
    let code = code_of(&t, &id).await;
    assert_eq!(for_client(&t, &id, &code, &first).await.bytes, b"%PDF-1.7");
    assert_eq!(for_client(&t, &id, "wrong", &first).await.code, 401);
    let (other, _) = with_file(&t, "Other.pdf").await;
    let code_of_other = code_of(&t, &other).await;
    assert_eq!(for_client(&t, &other, &code_of_other, &first).await.code, 404);

    let offer = upload_for_reply(&t, &ada, "Offer.pdf").await;
    assert_eq!(for_client(&t, &id, &code, &offer).await.code, 404);
    let path = format!("/api/admin/messages/{id}/replies");
    let body = json!({ "content": "Here it is.", "files": [offer] });
    t.post_as(&ben, &path, body.clone()).await.problem(422, "validation_failed");
    assert_eq!(files_of(&t.post_as(&ada, &path, body).await.status(201).data()), [&*offer]);
    assert_eq!(for_client(&t, &id, &code, &offer).await.bytes, b"%PDF-1.7 reply");
    let mails = t.mails().await;
    let mail = mails.iter().find(|mail| mail.contains("A file came with this reply")).unwrap();
    assert!(mail.contains("- Offer.pdf (14 bytes)"), "{mail}");

    let signed = upload_as_client(&t, &id, &code, "Signed.txt").await;
    let signed = id_of(&signed);
    let path = format!("/api/messages/{id}/replies");
    let body = Some(json!({ "content": "Signed.", "files": [signed] }));
    let made = as_client(&t, Method::POST, &path, &code, body.clone()).await.status(201).data();
    let again = as_client(&t, Method::POST, &path, &code, body).await.status(201).data();
    assert_eq!(made["id"], again["id"], "a page that is loaded again sends its form again");
    let more = id_of(&upload_as_client(&t, &id, &code, "Signed.txt").await);
    let body = Some(json!({ "content": "Signed.", "files": [more] }));
    let next = as_client(&t, Method::POST, &path, &code, body).await.status(201).data();
    assert_ne!(made["id"], next["id"], "the same words with another file are another reply");
    let thread = as_client(&t, Method::GET, &format!("/api/messages/{id}"), &code, None).await.data();
    let files: Vec<Vec<&str>> = thread["thread"].as_array().unwrap().iter().map(files_of).collect();
    assert_eq!((files_of(&thread), files), (vec![&*first], vec![vec![&*offer], vec![&*signed], vec![&*more]]));
    let shown = detail(&t, &ada, &id).await;
    assert_eq!((files_of(&shown), files_of(&shown["thread"][1])), (vec![&*first], vec![&*signed]));
    assert!(t.mails().await.iter().any(|mail| mail.contains("has replied") && mail.contains("Signed.txt (6 bytes)")));
    let found = t.get_as(&ada, "/api/admin/messages?q=signed.txt").await.data();
    assert_eq!(found[0]["id"], json!(id));
}

#[tokio::test]
async fn a_browser_without_scripts_saves_files() {
    let t = TestApp::new().await;
    let (id, file) = with_file(&t, "Plan.pdf").await;
    let code = code_of(&t, &id).await;
    let path = format!("/message/{id}/files/{file}");
    let saved = Found::of(t.request(Method::POST, &path).form(&[("token", &code)])).await;
    assert_eq!((saved.code, &*saved.bytes), (200, &b"%PDF-1.7"[..]));
    assert!(saved.header("content-disposition").starts_with("attachment"), "{}", saved.header("content-disposition"));
    assert_eq!(saved.header("cache-control"), "private, no-store");
    assert_eq!(Found::of(t.request(Method::POST, &path).form(&[("token", "wrong")])).await.code, 401);
    assert_eq!(t.get(&path).await.code, 405);
}

#[tokio::test]
async fn an_undone_reply_gives_its_files_back_and_a_held_one_shows_them_to_nobody() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (id, _) = with_file(&t, "Plan.pdf").await;
    let code = code_of(&t, &id).await;
    let offer = upload_for_reply(&t, &ada, "Zebra.pdf").await;
    let path = format!("/api/admin/messages/{id}/replies");
    let body = json!({ "content": "Here it is.", "files": [offer], "delaySeconds": 10 });
    let held = t.post_as(&ada, &path, body.clone()).await.status(201).data();
    assert_eq!(for_client(&t, &id, &code, &offer).await.code, 404);
    let undo = format!("/api/admin/undo/{}", held["undoId"].as_str().unwrap());
    assert_eq!(t.post_as(&ada, &undo, json!({})).await.status(200).data()["restored"], 1);
    assert_eq!(t.file_for(&ada, &offer).await.code, 200, "it is hers again");
    let found = t.get_as(&ada, "/api/admin/messages?q=zebra").await.data();
    assert!(found.as_array().unwrap().is_empty());
    assert_eq!(files_of(&t.post_as(&ada, &path, body).await.status(201).data()), [&*offer]);
    t.clock.advance(Duration::seconds(11));
    assert_eq!(for_client(&t, &id, &code, &offer).await.code, 200);
    // It stays, whatever time passes.
    t.clock.advance(Duration::days(2));
    t.app.schedule().run_due(uuid::Uuid::nil()).await;
    assert_eq!(for_client(&t, &id, &code, &offer).await.code, 200);
}

#[tokio::test]
async fn files_go_with_their_message_and_come_back_with_it() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (id, file) = with_file(&t, "Plan.pdf").await;
    let delete = async || {
        let done = t.post_as(&ada, "/api/admin/messages/delete", json!({ "ids": [id] })).await.status(200).data();
        done["undoId"].as_str().unwrap().to_owned()
    };
    let undo = delete().await;
    t.clock.advance(Duration::seconds(30));
    t.app.schedule().run_due(uuid::Uuid::nil()).await;
    t.post_as(&ada, &format!("/api/admin/undo/{undo}"), json!({})).await.status(200);
    assert_eq!(files_of(&detail(&t, &ada, &id).await), [&*file]);
    assert_eq!(t.file_for(&ada, &file).await.bytes, b"%PDF-1.7");
    delete().await;
    t.clock.advance(Duration::minutes(2));
    assert_eq!(t.file_for(&ada, &file).await.code, 404);
    t.app.schedule().run_due(uuid::Uuid::nil()).await;
    assert_eq!(t.objects().len(), 0);
}

#[tokio::test]
async fn files_can_be_switched_off_and_those_that_came_stay() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (id, file) = with_file(&t, "Plan.pdf").await;
    let code = code_of(&t, &id).await;
    t.patch_as(&ada, "/api/admin/settings", json!({ "mail.files": 0 })).await.status(200);
    Draft::new(&t).await.upload("a.pdf", b"%PDF-1.7").await.problem(404, "not_found");
    upload_as_client(&t, &id, &code, "a.txt").await.problem(404, "not_found");
    let shown = detail(&t, &ada, &id).await;
    assert_eq!((&shown["fileLimits"]["enabled"], &shown["fileLimits"]["maxCount"]), (&json!(false), &json!(0)));
    assert_eq!((files_of(&shown), for_client(&t, &id, &code, &file).await.code), (vec![&*file], 200));
    // A conversation that counts as spam takes none, and shows nothing new.
    t.patch_as(&ada, "/api/admin/settings", json!({ "mail.files": 1 })).await.status(200);
    t.patch_as(&ada, &format!("/api/admin/messages/{id}"), json!({ "status": "spam" })).await.status(200);
    upload_as_client(&t, &id, &code, "a.txt").await.problem(409, "conflict");
}
