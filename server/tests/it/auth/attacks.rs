//! Attacks on sign-in: what they cost the attacker, and that they affect nobody else.

use std::time::{Duration as StdDuration, Instant};

use axum::body::{Body, Bytes};
use axum::response::Response;
use database::entity::active_sessions;
use database::entity::staff::Role;
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use reqwest::Method;
use sea_orm::{EntityTrait as _, Set};
use serde_json::{Value, json};
use tekvwarho::platform::auth::Caller;
use tekvwarho::platform::permission::{Permission, PermissionSet};

use crate::support::people::PASSWORD;
use crate::support::{Answer, Signed, TestApp};

const ADA: &str = "ada@tekvwarho.example";
/// A password that takes long to judge.
const WORST: &str = "4@8({[<369!1|7+0$5%24@8({[<369!1|7+0$5%24@8({[<369!1|7+0$5%24@8(";

#[tokio::test]
async fn a_stranger_without_a_link_makes_nobody_judge_a_password() {
    let t = TestApp::new().await;
    t.admin().await;
    let began = Instant::now();
    let ask = |path| t.post(path, json!({ "token": "x", "password": WORST }));
    for path in ["/api/auth/reset", "/api/auth/accept-invite"] {
        for answer in join_all((0..10).map(|_| ask(path))).await {
            assert_eq!(answer.refused(), [("token".to_owned(), "invalid".to_owned())]);
        }
        // Only someone who is entitled to set a password learns that it is too common.
        let common = t.post(path, json!({ "token": "x", "password": "password1234" })).await;
        assert_eq!(common.refused(), [("token".to_owned(), "invalid".to_owned())]);
    }
    assert!(began.elapsed() < StdDuration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_password_of_own_words_is_common() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    for own in ["ada@tekvwarho.example", "Tekvwarho1"] {
        let change = json!({ "currentPassword": PASSWORD, "newPassword": own });
        let refused = t.post_as(&ada, "/api/auth/password", change).await.refused();
        assert_eq!(refused, [("newPassword".to_owned(), "too_common".to_owned())], "{own}");
    }
}

#[tokio::test]
async fn of_many_guesses_at_once_no_more_are_looked_at_than_may_fail() {
    let t = TestApp::new().await;
    t.admin().await;
    let began = Instant::now();
    let guesses = join_all((0..60).map(|_| t.login(ADA, "not this one at all"))).await;
    let looked_at = guesses.iter().filter(|answer| answer.code == 401).count();
    let refused = guesses.iter().filter(|answer| answer.code == 429).count();
    assert!(looked_at <= 5, "{looked_at}");
    assert_eq!(looked_at + refused, 60);
    // Allows for slow hashing in a debug build; only a handful of attempts were hashed.
    assert!(began.elapsed() < StdDuration::from_secs(6), "{:?}", began.elapsed());
}

/// A sign-in by a browser with its cookies.
async fn by_browser(t: &TestApp, password: &str, cookie: &str) -> Answer {
    let body = json!({ "email": ADA, "password": password });
    let request = t.request(Method::POST, "/api/admin/auth/login").header("x-client", "web").header("cookie", cookie);
    Answer::of(request.json(&body)).await
}

/// The mark that a browser gets.
async fn mark(t: &TestApp) -> String {
    let answer = by_browser(t, PASSWORD, "").await;
    let cookie = answer.cookies().into_iter().find(|cookie| cookie.starts_with("device=")).unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn all_known_browsers_together_have_no_more_tries_than_a_network() {
    let t = TestApp::new().await;
    t.person("Ada", Role::Admin).await;
    let mut marks = Vec::new();
    for _ in 0..5 {
        marks.push(mark(&t).await);
    }
    let mut looked_at = 0;
    for mark in &marks {
        for _ in 0..9 {
            looked_at += usize::from(by_browser(&t, "not this one at all", mark).await.code == 401);
        }
    }
    assert_eq!(looked_at, 20);
}

#[tokio::test]
async fn marks_end_with_signing_out_everywhere() {
    let t = TestApp::new().await;
    t.person("Ada", Role::Admin).await;
    let mark = mark(&t).await;
    for _ in 0..5 {
        t.login(ADA, "not this one at all").await.status(401);
    }
    t.login(ADA, PASSWORD).await.status(429);
    let signed = by_browser(&t, PASSWORD, &mark).await.data();
    let access = signed["accessToken"].as_str().unwrap();
    t.clock.advance(chrono::Duration::seconds(1));
    for _ in 0..5 {
        t.login(ADA, "not this one at all").await;
    }
    Answer::of(t.request(Method::POST, "/api/auth/logout-all").bearer_auth(access)).await.status(200);
    by_browser(&t, PASSWORD, &mark).await.problem(429, "rate_limited");
}

#[tokio::test]
async fn marks_end_with_a_reset() {
    let t = TestApp::new().await;
    t.person("Ada", Role::Admin).await;
    let mark = mark(&t).await;
    t.clock.advance(chrono::Duration::seconds(1));
    t.post("/api/auth/forgot", json!({ "email": ADA })).await.status(202);
    let mail = t.mails().await.pop().unwrap();
    let token = mail.split_once("/admin/reset#").unwrap().1.split_whitespace().next().unwrap().to_owned();
    let fresh = "regen tulpe fahrrad";
    t.post("/api/auth/reset", json!({ "token": token, "password": fresh })).await.status(200);
    for _ in 0..5 {
        t.login(ADA, "not this one at all").await.status(401);
    }
    by_browser(&t, fresh, &mark).await.problem(429, "rate_limited");
}

/// The caller of a session, as a route receives it.
async fn caller(t: &TestApp, who: &Signed, permissions: &[Permission]) -> Caller {
    let session = active_sessions::Entity::find().one(t.app.storage.read()).await.unwrap().unwrap();
    Caller {
        staff_id: who.id.parse().unwrap(),
        session_id: session.id,
        token: None,
        name: String::new(),
        email: String::new(),
        role: Role::Staff,
        permissions: permissions.iter().copied().collect(),
        second_factor_missing: false,
        proved_at: None,
    }
}

#[tokio::test]
async fn a_long_answer_breaks_off_with_the_right_to_it() {
    let t = TestApp::new().await;
    let ben = t.person_with("Ben", &[Permission::Messages]).await;
    let who = t.sign_in(&ben).await;
    let caller = caller(&t, &who, &[Permission::Messages]).await;
    let lines = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(b"a row\n"))).take(1_000);
    let answer = Response::new(Body::from_stream(lines));
    let mut body = caller.while_allowed(&t.app, Permission::Messages, answer).into_body();
    assert!(body.frame().await.unwrap().is_ok());
    t.change_person(&ben, |change| change.permissions = Set(PermissionSet::default().to_json())).await;
    assert!(body.frame().await.unwrap().is_err(), "the permission was taken");
}

/// Who can change which setting, and with what proof.
async fn set(t: &TestApp, who: &Signed, key: &str, value: &Value) -> Answer {
    t.patch_as(who, "/api/admin/settings", json!({ key: value })).await
}

#[tokio::test]
async fn nobody_reads_mails_to_clients_by_a_setting() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let sue = t.person_with("Sue", &[Permission::Settings]).await;
    let sue = t.sign_in(&sue).await;
    let body = json!({ "name": "Backup", "permissions": ["settings", "messages"], "expiresInDays": 1 });
    let token = t.post_as(&ada, "/api/admin/tokens", body).await.data()["token"].as_str().unwrap().to_owned();
    let mut seen = 0;
    let registry = t.app.settings.registry();
    for key in registry.keys.iter().filter(|key| key.sensitive && !key.key.starts_with("security.")) {
        let value = match key.key.as_str() {
            "notifications.recipients" => json!(["eve@elsewhere.example"]),
            "notifications.newDevice" => json!(false),
            _ => json!("eve@elsewhere.example"),
        };
        seen += 1;
        if key.change_needs.is_some() {
            set(&t, &sue, &key.key, &value).await.problem(403, "forbidden");
        }
        let by_token = t.request(Method::PATCH, "/api/admin/settings").bearer_auth(&token);
        Answer::of(by_token.json(&json!({ &key.key: value }))).await.problem(403, "not_for_tokens");
    }
    assert_eq!(seen, 4, "firm.email, mail.replyTo, notifications.recipients and notifications.newDevice");
    // They can still see them, and change everything else.
    assert!(t.get_as(&sue, "/api/admin/settings").await.data()["firm.email"].is_string());
    set(&t, &sue, "firm.phone", &json!("030 1234")).await.status(200);
    t.clock.advance(chrono::Duration::minutes(11));
    set(&t, &ada, "firm.email", &json!("new@tekvwarho.example")).await.problem(403, "reauthentication_required");
}

#[tokio::test]
async fn a_link_is_worked_on_by_one_at_a_time() {
    let t = TestApp::new().await;
    t.admin().await;
    t.post("/api/auth/forgot", json!({ "email": ADA })).await.status(202);
    let mail = t.mails().await.pop().unwrap();
    let token = mail.split_once("/admin/reset#").unwrap().1.split_whitespace().next().unwrap().to_owned();
    let reset =
        |number: usize| t.post("/api/auth/reset", json!({ "token": token, "password": format!("{WORST}{number}") }));
    let answers = join_all((0..12).map(reset)).await;
    let of = |code: u16| answers.iter().filter(|answer| answer.code == code).count();
    assert_eq!(of(200), 1);
    assert_eq!(of(200) + of(422) + of(429), 12);
    assert!(of(429) > 0, "all of them were looked at");
}

#[tokio::test]
async fn a_reset_and_an_unlock_open_the_account_for_known_browsers_too() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.person("Ben", Role::Staff).await;
    let by = |password: &'static str, cookie: String| {
        let body = json!({ "email": "ben@tekvwarho.example", "password": password });
        let request = t.request(Method::POST, "/api/admin/auth/login").header("x-client", "web");
        Answer::of(request.header("cookie", cookie).json(&body))
    };
    let mut marks = Vec::new();
    for _ in 0..3 {
        let given = by(PASSWORD, String::new()).await.cookies();
        let mark = given.into_iter().find(|cookie| cookie.starts_with("device=")).unwrap();
        marks.push(mark.split(';').next().unwrap().to_owned());
    }
    for mark in &marks[..2] {
        for _ in 0..10 {
            by("not this one at all", mark.clone()).await.status(401);
        }
    }
    by(PASSWORD, marks[2].clone()).await.status(429);
    assert!(t.get_as(&ada, &format!("/api/admin/staff/{}", ben.id)).await.data()["lockedUntil"].is_string());
    t.post_as(&ada, &format!("/api/admin/staff/{}/unlock", ben.id), json!({})).await.status(200);
    by(PASSWORD, marks[2].clone()).await.status(200);
}

#[tokio::test]
async fn who_had_a_key_of_an_older_form_still_signs_in() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let old = "ada@müller.example".to_owned();
    t.change_person(&person, |change| {
        change.email = Set(old.clone());
        change.email_key = Set(old.clone());
    })
    .await;
    t.login(&old, PASSWORD).await.status(401);
    t.restarted().await;
    t.login(&old, PASSWORD).await.status(200);
    t.login("ada@xn--mller-kva.example", PASSWORD).await.status(200);
}

/// An upload that has its slot and sends nothing.
async fn slow_upload(t: &TestApp, who: &Signed) -> tokio::net::TcpStream {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let head = format!(
        "PUT /api/auth/me/avatar HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-type: image/png\r\n\
         content-length: 1000\r\nexpect: 100-continue\r\n\r\n",
        who.access
    );
    let mut line = tokio::net::TcpStream::connect(t.address).await.unwrap();
    line.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body once the upload has its slot.
    let mut said = [0; 12];
    line.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"HTTP/1.1 100");
    line
}

#[tokio::test]
async fn files_that_wait_fill_no_memory_and_nobody_takes_all_slots() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let mut people = Vec::new();
    for name in ["Ben", "Cem", "Dag", "Eva", "Fay"] {
        people.push(t.sign_in(&t.person(name, Role::Staff).await).await);
    }
    let (fay, others) = people.split_last().unwrap();
    let upload = async |who: &Signed| {
        let request = t.request(Method::PUT, "/api/auth/me/avatar").bearer_auth(&who.access);
        Answer::of(request.header("content-type", "image/png").body("no picture")).await
    };
    let mut slow = vec![slow_upload(&t, &others[0]).await, slow_upload(&t, &others[0]).await];
    upload(&others[0]).await.problem(503, "unavailable");
    upload(fay).await.status(422);
    for other in &others[1..] {
        slow.push(slow_upload(&t, other).await);
        slow.push(slow_upload(&t, other).await);
    }
    upload(fay).await.problem(503, "unavailable");
    let began = Instant::now();
    drop(slow);
    for who in [&others[0], fay] {
        while upload(who).await.code == 503 {
            assert!(began.elapsed() < StdDuration::from_secs(20), "nobody waits any more");
        }
        upload(who).await.status(422);
    }
}
