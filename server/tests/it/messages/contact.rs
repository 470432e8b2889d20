//! A visitor's message: what is accepted, what is rejected, and what follows from it.

use chrono::Duration;
use database::entity::{audit_logs, messages, outbox};
use reqwest::Method;
use sea_orm::{EntityTrait, PaginatorTrait as _};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

#[tokio::test]
async fn a_form_without_scripts_that_is_sent_twice_arrives_once() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let token = t.get("/api/form-token").await.data()["formToken"].as_str().unwrap().to_owned();
    t.clock.advance(chrono::Duration::minutes(1));
    let post = |message: &'static str| {
        let form = [("name", "Anna"), ("email", "anna@example.com"), ("message", message), ("consent", "on")];
        let form: Vec<_> = form.into_iter().chain([("formToken", token.as_str())]).collect();
        t.request(Method::POST, "/contact").form(&form)
    };
    let (one, two) = tokio::join!(Answer::of(post("Please call me back.")), Answer::of(post("Please call me back.")));
    for answer in [one, two, Answer::of(post("And bring a ladder.")).await] {
        answer.status(303);
        assert_eq!(answer.header("location"), "/contact/thanks");
    }
    assert_eq!(messages::Entity::find().count(t.app.storage.read()).await.unwrap(), 2);
}

#[tokio::test]
async fn a_message_is_stored_with_its_audit_entry_and_both_mails() {
    let t = TestApp::new().await;
    let answer = t
        .post("/api/contact", json!({ "name": " Anna ", "email": "Anna@Example.com", "phone": "+49 30 1234", "service": "web-development", "message": "5 < 6 & <b>" }))
        .await;
    answer.status(201);
    let id = answer.data()["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("location"), format!("/api/messages/{id}"));
    assert!(answer.json()["message"].as_str().unwrap().contains("arrived"));

    let conn = t.app.storage.read();
    let row = messages::Entity::find().one(conn).await.unwrap().unwrap();
    assert_eq!(
        (row.id.to_string(), row.name.as_str(), row.email.as_str(), row.message.as_str()),
        (id.clone(), "Anna", "Anna@Example.com", "5 < 6 & <b>")
    );
    assert_eq!(row.phone.as_deref(), Some("+49 30 1234"));
    assert_eq!(row.status, messages::Status::New);
    assert_eq!(row.created_at, t.clock.now());
    let entry = audit_logs::Entity::find().one(conn).await.unwrap().unwrap();
    assert_eq!((entry.action.as_str(), entry.entity_id.as_deref()), ("message.created", Some(id.as_str())));
    assert_eq!(entry.request_id.as_deref(), Some(answer.header("x-request-id")));
    let mails = outbox::Entity::find().all(conn).await.unwrap();
    let mut to: Vec<_> = mails.iter().map(|mail| (mail.template.as_str(), mail.recipient.as_str())).collect();
    to.sort_unstable();
    assert_eq!(to, [("contact_confirmation", "Anna@Example.com"), ("contact_notice", "hello@tekvwarho.example")]);
}

#[tokio::test]
async fn the_alias_takes_messages_too() {
    let t = TestApp::new().await;
    t.post("/api/messages", t.message()).await.status(201);
    assert_eq!(messages::Entity::find().all(t.app.storage.read()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn bad_input_is_refused_with_the_field_and_never_stored() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let long = "x".repeat(5_001);
    let cases: Vec<(Value, &str, &str)> = vec![
        (json!({}), "name", "required"),
        (json!({ "name": "", "email": "a@example.com", "message": "m" }), "name", "required"),
        (json!({ "name": "A", "email": "nobody", "message": "m" }), "email", "invalid"),
        (json!({ "name": "A", "email": "a@example.com", "message": long }), "message", "too_long"),
        (json!({ "name": "A\r\nBcc: x@example.com", "email": "a@example.com", "message": "m" }), "name", "invalid"),
        (json!({ "name": 5, "email": "a@example.com", "message": "m" }), "name", "invalid"),
        (json!({ "name": ["A", ["B"]], "email": "a@example.com", "message": "m" }), "name", "invalid"),
        (json!({ "name": "A", "email": "a@example.com", "message": "m", "admin": true }), "admin", "unknown"),
        (json!({ "name": "A", "email": "a@example.com", "message": "m", "service": "magic" }), "service", "invalid"),
        (json!({ "name": "A", "email": "a@example.com", "message": "nul \u{0} byte" }), "message", "invalid"),
        (
            json!({ "name": "A", "email": "a@example.com", "message": "m", "visitorId": "not an id" }),
            "visitorId",
            "invalid",
        ),
    ];
    let everything = t.post("/api/contact", json!({})).await;
    let fields: Vec<_> = everything.refused().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["name", "email", "message"], "all that is missing, at once");
    for (body, field, code) in cases {
        let answer = t.post("/api/contact", body.clone()).await;
        answer.problem(422, "validation_failed");
        assert!(answer.refused().contains(&(field.to_owned(), code.to_owned())), "{body}: {}", answer.text);
    }
    assert!(messages::Entity::find().all(t.app.storage.read()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let send = |kind: &'static str, body: Vec<u8>| {
        Answer::of(t.request(Method::POST, "/api/contact").header("content-type", kind).body(body))
    };
    send("application/json", b"{".to_vec()).await.problem(400, "malformed_body");
    send("application/json", b"".to_vec()).await.problem(400, "malformed_body");
    send("application/json", b"{\"name\":\"\xff\xfe\"}".to_vec()).await.problem(400, "malformed_body");
    send("application/json", format!("{}1", "[".repeat(5_000)).into_bytes()).await.status(400);
    send("text/plain", b"{}".to_vec()).await.problem(415, "unsupported_media_type");
    send("application/json", vec![b' '; 1_000_000]).await.problem(413, "body_too_large");
}

#[tokio::test]
async fn five_an_hour_from_one_address_and_mistakes_do_not_count() {
    let t = TestApp::with(&["--trusted-proxies", "127.0.0.1"]).await;
    let token = t.get("/api/form-token").await.data()["formToken"].as_str().unwrap().to_owned();
    t.clock.advance(Duration::seconds(30));
    let from = |address: &'static str, body: Value| {
        Answer::of(t.request(Method::POST, "/api/contact").header("x-forwarded-for", address).json(&body))
    };
    let mut body = t.message();
    body["formToken"] = json!(token);
    for _ in 0..8 {
        from("203.0.113.1", json!({ "name": "A", "email": "?", "message": "m" })).await.status(422);
    }
    for _ in 0..5 {
        from("203.0.113.1", body.clone()).await.status(201);
    }
    let refused = from("203.0.113.1", body.clone()).await;
    refused.problem(429, "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() <= 720);
    assert_eq!(refused.header("ratelimit-limit"), "5");
    from("203.0.113.2", body.clone()).await.status(201);
    let form = t.request(Method::POST, "/contact").header("x-forwarded-for", "203.0.113.1");
    let page = Answer::of(form.form(&[("name", "A"), ("email", "a@example.com"), ("message", "typed")])).await;
    page.status(429);
    assert!(page.text.contains("typed") && !page.header("retry-after").is_empty());
    // Viewing does not count.
    t.get("/contact").await.status(200);
    // Without a token the limit is three.
    for _ in 0..3 {
        from("203.0.113.3", t.message()).await.status(201);
    }
    from("203.0.113.3", t.message()).await.problem(429, "rate_limited");
}

#[tokio::test]
async fn a_stranger_cannot_flood_a_mailbox_with_confirmations() {
    let t = TestApp::with(&["--trusted-proxies", "127.0.0.1"]).await;
    for number in 1..=5 {
        let request = t.request(Method::POST, "/api/contact").header("x-forwarded-for", format!("203.0.113.{number}"));
        Answer::of(request.json(&t.message())).await.status(201);
    }
    let mails = outbox::Entity::find().all(t.app.storage.read()).await.unwrap();
    let count = |template: &str| mails.iter().filter(|mail| mail.template == template).count();
    assert_eq!((count("contact_notice"), count("contact_confirmation")), (5, 3));
}

#[tokio::test]
async fn an_idempotency_key_gives_the_first_answer_again() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let send = |key: &'static str, body: Value| {
        Answer::of(t.request(Method::POST, "/api/contact").header("idempotency-key", key).json(&body))
    };
    let first = send("abc", t.message()).await;
    first.status(201);
    let again = send("abc", t.message()).await;
    again.status(201);
    assert_eq!(first.data()["id"], again.data()["id"]);
    assert_eq!(again.header("idempotency-replayed"), "true");
    let mut other = t.message();
    other["message"] = json!("something else");
    let refused = send("abc", other.clone()).await;
    refused.problem(422, "validation_failed");
    send("def", other).await.status(201);
    assert_eq!(messages::Entity::find().all(t.app.storage.read()).await.unwrap().len(), 2);
    // Concurrent ones: one does the work, the others wait or get the same response.
    let at_once = futures_util::future::join_all((0..20).map(|_| send("jkl", t.message()))).await;
    assert!(at_once.iter().all(|answer| matches!(answer.code, 201 | 409)), "{at_once:?}");
    let ids: std::collections::HashSet<_> =
        at_once.iter().filter(|it| it.code == 201).map(|it| it.data()["id"].to_string()).collect();
    assert_eq!(ids.len(), 1);
    // A failed request stores nothing: the key is free for the corrected one.
    send("ghi", json!({})).await.status(422);
    send("ghi", t.message()).await.status(201);
}

#[tokio::test]
async fn the_form_works_without_scripts() {
    let t = TestApp::new().await;
    let page = t.get("/contact?service=web-development").await;
    page.status(200);
    let token = page.text.split("name=\"formToken\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    t.clock.advance(Duration::seconds(20));
    let post = |fields: Vec<(&'static str, String)>| Answer::of(t.request(Method::POST, "/contact").form(&fields));
    let wrong = post(vec![
        ("name", "<Anna>".into()),
        ("email", "nobody".into()),
        ("message", "typed \"text\"".into()),
        ("formToken", token.clone()),
    ])
    .await;
    wrong.status(422);
    assert!(wrong.text.contains("&lt;Anna&gt;"), "what was typed is kept, escaped");
    assert!(wrong.text.contains("typed &quot;text&quot;") || wrong.text.contains("typed &#34;text&#34;"));
    assert!(wrong.text.contains("does not look like an email address"));
    let right = post(vec![
        ("name", "Anna".into()),
        ("email", "anna@example.com".into()),
        ("message", "line one\r\nline two".into()),
        ("consent", "true".into()),
        ("extra", String::new()),
        ("formToken", token),
    ])
    .await;
    right.status(303);
    assert_eq!(right.header("location"), "/contact/thanks");
    t.get("/contact/thanks").await.status(200);
    let row = messages::Entity::find().one(t.app.storage.read()).await.unwrap().unwrap();
    assert_eq!((row.message.as_str(), row.consent, row.status), ("line one\nline two", true, messages::Status::New));
}

#[tokio::test]
async fn a_message_has_room_for_its_letters_in_every_script() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let message = "я".repeat(5_000);
    t.post("/api/contact", json!({ "name": "Яна", "email": "jana@example.com", "message": message })).await.status(201);
    // As written by programs that use only ASCII.
    let escaped = format!(r#"{{"name":"A","email":"a@example.com","message":"{}"}}"#, r"\u044f".repeat(5_000));
    let request = t.request(Method::POST, "/api/contact").header("content-type", "application/json").body(escaped);
    Answer::of(request).await.status(201);
    // As submitted by a form without scripts.
    let form = [("name", "Яна"), ("email", "jana@example.com"), ("message", message.as_str()), ("consent", "on")];
    Answer::of(t.request(Method::POST, "/contact").form(&form)).await.status(303);
    let long = "x".repeat(16_000);
    let form = [("name", "A"), ("email", "a@example.com"), ("message", long.as_str()), ("consent", "on")];
    let kept = Answer::of(t.request(Method::POST, "/contact").form(&form)).await;
    kept.status(422);
    assert!(kept.text.contains(&long), "what was typed can be shortened");
    let lengths = messages::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert!(lengths.iter().all(|row| row.message == message) && lengths.len() == 3);
    let long = json!({ "name": "A", "email": "a@example.com", "message": "x".repeat(10_000) });
    let refused = t.post("/api/contact", long).await;
    refused.problem(413, "body_too_large");
    assert!(refused.text.contains("10 kB"), "{}", refused.text);
}

#[tokio::test]
async fn who_is_refused_for_a_missing_token_may_still_write_with_one() {
    let t = TestApp::new().await;
    for _ in 0..3 {
        t.post("/api/contact", t.message()).await.status(201);
    }
    t.post("/api/contact", t.message()).await.problem(429, "rate_limited");
    t.post("/api/contact", t.message()).await.problem(429, "rate_limited");
    let mut body = t.message();
    body["formToken"] = t.get("/api/form-token").await.data()["formToken"].clone();
    t.clock.advance(Duration::seconds(30));
    for _ in 0..2 {
        t.post("/api/contact", body.clone()).await.status(201);
    }
    t.post("/api/contact", body).await.problem(429, "rate_limited");
}

#[tokio::test]
async fn what_strangers_ask_for_an_address_keeps_its_owner_from_nothing() {
    let t = TestApp::with(&["--trusted-proxies", "127.0.0.1"]).await;
    let ada = t.admin().await;
    let email = t.app_person(&ada).await.email;
    let forgot = |address: &'static str| {
        let request = t.request(Method::POST, "/api/auth/forgot").header("x-forwarded-for", address);
        Answer::of(request.json(&json!({ "email": email })))
    };
    for _ in 0..3 {
        t.send_message(json!({ "email": email })).await;
    }
    for stranger in ["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"] {
        forgot(stranger).await.status(202);
    }
    let mails = outbox::Entity::find().all(t.app.storage.read()).await.unwrap();
    let count = |template: &str| mails.iter().filter(|mail| mail.template == template).count();
    assert_eq!((count("password_reset"), count("contact_confirmation")), (3, 3), "each kind has its own allowance");
    // The owner's own request comes too late for another email, but the newest one that someone else requested works.
    forgot("203.0.113.5").await.status(202);
    let resets = mails.iter().filter(|mail| mail.template == "password_reset");
    assert!(resets.map(|mail| mail.payload.to_string()).all(|values| !values.contains("/admin/reset")));
    let sent = t.mails().await;
    let newest = sent.iter().rev().find(|mail| mail.contains("/admin/reset#")).unwrap();
    let token = newest.split_once("/admin/reset#").unwrap().1.split_whitespace().next().unwrap();
    let reset = json!({ "token": token, "password": "tulpe fahrrad regen" });
    t.post("/api/auth/reset", reset).await.status(200);
}
