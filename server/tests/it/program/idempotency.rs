//! `Idempotency-Key`: a repeated request is processed once, and nobody else gets its response.

use std::collections::BTreeSet;

use chrono::Duration;
use database::entity::staff::Role;
use database::entity::{
    api_tokens, canned_replies, idempotency_keys, message_notes, message_replies, one_time_tokens, staff,
};
use image::{DynamicImage, ImageFormat, RgbImage};
use reqwest::Method;
use sea_orm::{EntityTrait, PaginatorTrait as _, Set};
use serde_json::{Value, json};
use tekvwarho::platform::permission::Permission;
use tekvwarho::{http, router};

use crate::support::{Answer, Signed, TestApp};

async fn off() -> TestApp {
    TestApp::with(&["--rate-limits", "off"]).await
}

impl TestApp {
    async fn keyed(&self, who: &Signed, method: Method, path: &str, key: &str, body: &Value) -> Answer {
        Answer::of(self.request_as(who, method, path).header("idempotency-key", key).json(body)).await
    }

    /// Sends a request twice with one key: the second response must equal the first.
    #[track_caller]
    fn twice<'a>(
        &'a self,
        who: &'a Signed,
        method: Method,
        path: &'a str,
        body: Value,
    ) -> impl Future<Output = Answer> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let key = format!("{method} {path} {place}");
            let first = self.keyed(who, method.clone(), path, &key, &body).await;
            assert!((200..300).contains(&first.code), "{method} {path}: {first:?}");
            assert_eq!(first.header("idempotency-replayed"), "");
            let again = self.keyed(who, method.clone(), path, &key, &body).await;
            assert_eq!(again.header("idempotency-replayed"), "true", "{method} {path}: {again:?}");
            assert_eq!((again.code, &again.text), (first.code, &first.text), "{method} {path}");
            for name in ["location", "etag", "content-type"] {
                assert_eq!(again.header(name), first.header(name), "{method} {path}: {name}");
            }
            first
        }
    }

    async fn count<E: EntityTrait>(&self) -> usize
    where
        E::Model: Sync,
    {
        E::find().all(self.app.storage.read()).await.unwrap().len()
    }
}

#[tokio::test]
async fn what_makes_or_sends_something_is_done_once() {
    let t = off().await;
    let ada = t.admin().await;
    let ben = t.person("Ben", Role::Staff).await;
    let id = t.send_message(json!({})).await;
    let before = t.count::<idempotency_keys::Entity>().await;

    t.twice(&ada, Method::POST, &format!("/api/admin/messages/{id}/notes"), json!({ "content": "Calls back." })).await;
    assert_eq!(t.count::<message_notes::Entity>().await, 1);
    t.twice(&ada, Method::POST, &format!("/api/admin/messages/{id}/replies"), json!({ "content": "Yes." })).await;
    assert_eq!(t.count::<message_replies::Entity>().await, 1);
    let canned = json!({ "title": "Thanks", "shortcut": "thanks", "content": "Thank you" });
    let canned = t.twice(&ada, Method::POST, "/api/admin/canned-replies", canned).await;
    assert!(canned.status(201).header("etag").starts_with('"'));
    assert_eq!(t.count::<canned_replies::Entity>().await, 1);
    let token = json!({ "name": "Stock list", "permissions": ["messages"], "expiresInDays": 30 });
    t.twice(&ada, Method::POST, "/api/admin/tokens", token).await;
    assert_eq!(t.count::<api_tokens::Entity>().await, 1);

    let invited = json!({ "name": "Cleo", "email": "cleo@client.example", "role": "staff" });
    let cleo = t.twice(&ada, Method::POST, "/api/admin/staff", invited).await.data()["id"].as_str().unwrap().to_owned();
    t.twice(&ada, Method::POST, &format!("/api/admin/staff/{cleo}/invitation"), json!(null)).await;
    t.twice(&ada, Method::POST, &format!("/api/admin/staff/{}/reset-link", ben.id), json!(null)).await.status(202);
    assert_eq!(t.count::<one_time_tokens::Entity>().await, 2, "the invitation and the reset link that came last");
    let mails = t.mails().await;
    assert_eq!(mails.iter().filter(|mail| mail.contains("/admin/invite#")).count(), 2, "one each");
    assert_eq!(mails.iter().filter(|mail| mail.contains("/admin/reset#")).count(), 1);

    let bulk = json!({ "ids": [id], "addTags": ["soon"] });
    let undo = t.twice(&ada, Method::POST, "/api/admin/messages/bulk", bulk).await.data()["undoId"].clone();
    let undone = t.twice(&ada, Method::POST, &format!("/api/admin/undo/{}", undo.as_str().unwrap()), json!(null)).await;
    assert_eq!(undone.data(), json!({ "restored": 1, "skipped": 0 }));
    t.twice(&ada, Method::POST, "/api/admin/settings/mail/test", json!({ "template": "reply" })).await;
    let folder = std::fs::read_dir(t.folder.path().join("mail")).unwrap().count();
    assert_eq!(folder, mails.len() + 1, "one test mail");

    let people = t.count::<staff::Entity>().await;
    t.twice(&ada, Method::POST, "/api/admin/samples", json!(null)).await.status(201);
    assert!(t.count::<staff::Entity>().await > people);
    assert_eq!(t.count::<idempotency_keys::Entity>().await, before + 11);
}

#[tokio::test]
async fn an_import_with_its_key_invites_once() {
    let t = off().await;
    let ada = t.admin().await;
    let file = "name,email\nCleo,cleo@client.example\n";
    let send = |path: String, file: &'static str| {
        let request = t.request_as(&ada, Method::POST, &path).header("idempotency-key", "import");
        Answer::of(request.header("content-type", "text/csv").body(file))
    };
    let preview = send("/api/admin/staff/import/preview".into(), file).await.data();
    let path = format!("/api/admin/staff/import?digest={}", preview["digest"].as_str().unwrap());
    let first = send(path.clone(), file).await;
    assert_eq!(first.data(), json!({ "invited": 1, "skipped": 0 }));
    assert_eq!(send(path.clone(), file).await.text, first.text);
    assert_eq!(t.count::<staff::Entity>().await, 2);
    // Other bytes, and another query with the same bytes.
    let reused = [("Idempotency-Key".to_owned(), "reused".to_owned())];
    assert_eq!(send(path, "name,email\nBen,ben@client.example\n").await.status(422).refused(), reused);
    assert_eq!(send("/api/admin/staff/import?digest=x".into(), file).await.status(422).refused(), reused);
    assert_eq!(t.count::<staff::Entity>().await, 2);
}

#[tokio::test]
async fn what_changes_something_gets_its_answer_again() {
    let t = off().await;
    let ada = t.admin().await;
    let ben = t.person("Ben", Role::Staff).await;
    let id = t.send_message(json!({})).await;
    let path = format!("/api/admin/messages/{id}");
    let changed = t.twice(&ada, Method::PATCH, &path, json!({ "status": "in_progress" })).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    assert!(changed.data()["undoId"].is_string());
    t.twice(&ada, Method::PUT, &format!("{path}/tags"), json!({ "tags": ["soon"] })).await;
    t.twice(&ada, Method::PATCH, "/api/admin/settings", json!({ "firm.city": "Kiel" })).await;
    t.twice(&ada, Method::PATCH, "/api/admin/onboarding", json!({ "dismissed": true })).await;
    let person = format!("/api/admin/staff/{}", ben.id);
    t.twice(&ada, Method::PATCH, &person, json!({ "name": "Benno" })).await;
    t.twice(&ada, Method::POST, &format!("{person}/deactivate"), json!(null)).await;
    t.twice(&ada, Method::POST, &format!("{person}/activate"), json!(null)).await;
    // A repeated deletion gets the first response; for everyone else the person is gone.
    t.twice(&ada, Method::DELETE, &person, json!(null)).await;
    t.delete_as(&ada, &person).await.problem(404, "not_found");
    // A failure stores nothing.
    let wrong = t.keyed(&ada, Method::PATCH, &path, "later", &json!({ "status": "nonsense" })).await;
    wrong.problem(422, "validation_failed");
    t.keyed(&ada, Method::PATCH, &path, "later", &json!({ "status": "archived" })).await.status(200);
    t.keyed(&ada, Method::PATCH, &path, "later", &json!({ "status": "new" })).await.problem(422, "validation_failed");
    assert_eq!(t.get_as(&ada, &path).await.data()["status"], "archived");
    // After a day it counts as a new request.
    t.clock.advance(Duration::hours(24));
    let ada = t.sign_in_again("Ada").await;
    t.keyed(&ada, Method::PATCH, &path, "later", &json!({ "status": "new" })).await.status(200);
}

#[tokio::test]
async fn an_upload_counts_by_its_bytes_up_to_the_limit_of_its_route() {
    let t = off().await;
    let ada = t.admin().await;
    let ben = t.person("Ben", Role::Staff).await;
    // Noise, so that it does not compress.
    let picture = |seed: u32| {
        let at = |x: u32, y: u32| (x * 500 + y + seed).wrapping_mul(2_654_435_761).to_be_bytes();
        let noise = RgbImage::from_fn(500, 500, |x, y| image::Rgb([at(x, y)[0], at(x, y)[1], at(x, y)[2]]));
        let mut bytes = std::io::Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(noise).write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    let path = format!("/api/admin/staff/{}/avatar", ben.id);
    let put = |bytes: Vec<u8>| {
        Answer::of(t.request_as(&ada, Method::PUT, &path).header("idempotency-key", "face").body(bytes))
    };
    assert!(picture(1).len() > 256_000, "more than other routes take: {}", picture(1).len());
    let first = put(picture(1)).await;
    first.status(200);
    assert_eq!(put(picture(1)).await.text, first.text);
    assert_eq!(put(picture(2)).await.status(422).refused()[0].1, "reused");
    put(vec![0; 2_000_001]).await.problem(413, "body_too_large");
}

#[tokio::test]
async fn an_answer_is_given_again_only_to_who_is_let_in_now() {
    let t = off().await;
    let ada = t.admin().await;
    let may = t.person_with("Ben", &[Permission::Messages]).await;
    let ben = t.sign_in(&may).await;
    let id = t.send_message(json!({})).await;
    let path = format!("/api/admin/messages/{id}/notes");
    let body = json!({ "content": "Calls back." });
    t.keyed(&ben, Method::POST, &path, "k", &body).await.status(201);
    // A key belongs to one caller: another caller's request with it does its own work.
    let hers = t.keyed(&ada, Method::POST, &path, "k", &body).await;
    assert_eq!((hers.code, hers.header("idempotency-replayed")), (201, ""));
    let nobody = Answer::of(t.request(Method::POST, &path).header("idempotency-key", "k").json(&body)).await;
    nobody.problem(401, "unauthenticated");
    t.change_person(&may, |change| change.permissions = Set(json!(["audit"]))).await;
    t.app.liveness.forget_all();
    t.keyed(&ben, Method::POST, &path, "k", &body).await.problem(403, "forbidden");
    assert_eq!(t.count::<message_notes::Entity>().await, 2);
    // If a fresh proof is required, the repeated request needs it too.
    let token = json!({ "name": "Stock list", "permissions": ["messages"], "expiresInDays": 30 });
    t.keyed(&ada, Method::POST, "/api/admin/tokens", "t", &token).await.status(201);
    t.clock.advance(Duration::minutes(11));
    let late = t.keyed(&ada, Method::POST, "/api/admin/tokens", "t", &token).await;
    late.problem(403, "reauthentication_required");
}

#[tokio::test]
async fn of_two_nodes_with_one_key_one_does_the_work() {
    let t = off().await;
    let ada = t.admin().await;
    let id = t.send_message(json!({})).await;
    // Another process on the same database: it does not know what the first is working on.
    let other = t.restarted().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(http::serve::serve(listener, None, router::build(&other), t.stop.clone()));
    let path = format!("/api/admin/messages/{id}/notes");
    for round in 0..10 {
        let send = |url: String| {
            let request = t.client.post(url).bearer_auth(&ada.access).header("idempotency-key", format!("k{round}"));
            Answer::of(request.json(&json!({ "content": "Calls back." })))
        };
        let (one, two) = tokio::join!(send(t.url(&path)), send(format!("http://{address}{path}")));
        let mut codes = [one.code, two.code];
        codes.sort_unstable();
        assert!(codes[0] == 201 && matches!(codes[1], 201 | 409), "{one:?} {two:?}");
        let notes = message_notes::Entity::find().count(t.app.storage.read()).await.unwrap();
        assert_eq!(notes, round + 1, "{one:?} {two:?}");
    }
    // The failed request left nothing behind.
    let keys = t.count::<idempotency_keys::Entity>().await;
    let nowhere = "/api/admin/messages/00000000-0000-7000-8000-000000000000/notes";
    t.keyed(&ada, Method::POST, nowhere, "k", &json!({ "content": "x" })).await.problem(404, "not_found");
    assert_eq!(t.count::<idempotency_keys::Entity>().await, keys);
}

#[tokio::test]
async fn a_change_of_another_version_is_another_request() {
    let t = off().await;
    let ada = t.admin().await;
    let change = async |seen: &str| {
        let request = t.request_as(&ada, Method::PATCH, "/api/admin/settings").header("idempotency-key", "one");
        Answer::of(request.header("if-match", seen).json(&json!({ "firm.city": "Kiel" }))).await
    };
    let seen = t.get_as(&ada, "/api/admin/settings").await.header("etag").to_owned();
    change(&seen).await.status(200);
    assert_eq!(change(&seen).await.status(200).header("idempotency-replayed"), "true");
    change("\"999\"").await.problem(422, "validation_failed");
}

#[tokio::test]
async fn a_wrong_code_does_not_get_the_answer_of_the_right_one() {
    let t = off().await;
    let id = t.send_message(json!({})).await;
    let mails = t.mails().await;
    let marker = format!("/message/{id}#");
    let link = mails.iter().find_map(|mail| mail.split(&marker).nth(1)).unwrap();
    let code: String = link.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
    let path = format!("/api/messages/{id}/replies");
    let send = |authorization: Option<String>| {
        let mut request = t.request(Method::POST, &path).header("idempotency-key", "k");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        Answer::of(request.json(&json!({ "content": "Thank you." })))
    };
    let first = send(Some(format!("Manage {code}"))).await;
    first.status(201);
    send(Some("Manage wrong".to_owned())).await.problem(401, "unauthenticated");
    send(None).await.problem(401, "unauthenticated");
    let again = send(Some(format!("Manage {code}"))).await;
    assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &first.text));
    assert_eq!(t.count::<message_replies::Entity>().await, 1);
}

#[tokio::test]
async fn signing_in_and_the_own_account_do_not_look_at_a_key() {
    let t = off().await;
    let ada = t.admin().await;
    let body = json!({ "email": "ada@tekvwarho.example", "password": crate::support::people::PASSWORD });
    let sign_in =
        || Answer::of(t.request(Method::POST, "/api/admin/auth/login").header("idempotency-key", "k").json(&body));
    let (one, two) = (sign_in().await.data(), sign_in().await.data());
    assert_ne!(one["refreshToken"], two["refreshToken"]);
    for path in ["/api/auth/ws-ticket", "/api/auth/mfa/totp"] {
        let one = t.keyed(&ada, Method::POST, path, "k", &json!(null)).await;
        one.status(200);
        assert_ne!(t.keyed(&ada, Method::POST, path, "k", &json!(null)).await.data(), one.data(), "{path}");
    }
    assert_eq!(t.count::<idempotency_keys::Entity>().await, 0);
}

#[test]
fn the_document_names_the_key_where_it_is_honoured() {
    let document: Value = serde_json::to_value(router::document()).unwrap();
    let mut wrong = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let staff = path.starts_with("/api/admin/") && !path.starts_with("/api/admin/auth/");
            let public = ["/api/contact", "/api/messages", "/api/messages/{id}/replies"].contains(&path.as_str());
            let expected = usize::from(method != "get" && (staff || public));
            let named = operation["parameters"].as_array().into_iter().flatten();
            let named = named.filter(|it| it["name"] == "Idempotency-Key" && it["in"] == "header").count();
            if named != expected {
                wrong.insert(format!("{method} {path}: {named}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
