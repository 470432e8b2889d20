//! Signing in, sessions, passwords.

use std::time::{Duration as StdDuration, Instant};

use chrono::Duration;
use database::entity::staff::Role;
use database::entity::{audit_logs, refresh_tokens};
use reqwest::Method;
use sea_orm::{EntityTrait, Set};
use serde_json::{Value, json};
use tekvwarho::secrets::{Purpose, hmac};

use crate::support::people::PASSWORD;
use crate::support::{Answer, TestApp};

#[tokio::test]
async fn a_right_password_brings_tokens_and_a_wrong_one_nothing() {
    let t = TestApp::new().await;
    t.person("Ada", Role::Manager).await;
    let answer = t.login("ADA@tekvwarho.example", PASSWORD).await;
    let data = answer.data();
    assert_eq!(data["expiresIn"], 900);
    assert_eq!(data["staff"]["role"], "manager");
    assert!(!answer.text.contains("argon2"));
    assert!(answer.cookies().is_empty(), "a program gets no cookie");
    let header = data["accessToken"].as_str().unwrap().split('.').next().unwrap().to_owned();
    let header =
        String::from_utf8(base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, header).unwrap())
            .unwrap();
    assert!(header.contains("\"typ\":\"at+jwt\"") && header.contains("HS256"), "{header}");
    t.login("ada@tekvwarho.example", "wrong password").await.problem(401, "invalid_credentials");
    t.login("nobody@tekvwarho.example", "wrong password").await.problem(401, "invalid_credentials");
    let stored = refresh_tokens::Entity::find().one(t.app.storage.read()).await.unwrap().unwrap();
    assert_ne!(stored.token_hash, data["refreshToken"].as_str().unwrap(), "the table holds hashes");
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_account_for_strangers_only() {
    let t = TestApp::new().await;
    t.person("Ada", Role::Admin).await;
    let web = |password: &'static str, cookie: String| {
        let body = json!({ "email": "ada@tekvwarho.example", "password": password });
        Answer::of(
            t.request(Method::POST, "/api/admin/auth/login")
                .header("x-client", "web")
                .header("cookie", cookie)
                .json(&body),
        )
    };
    let known = web(PASSWORD, String::new()).await;
    known.status(200);
    let mark = known.cookies().into_iter().find(|cookie| cookie.starts_with("device=")).unwrap();
    let mark = mark.split(';').next().unwrap().to_owned();
    for _ in 0..5 {
        t.login("ada@tekvwarho.example", "wrong password").await.problem(401, "invalid_credentials");
    }
    let locked = t.login("ada@tekvwarho.example", PASSWORD).await;
    locked.problem(429, "rate_limited");
    assert_eq!((locked.header("retry-after"), locked.header("ratelimit-reset")), ("900", "900"));
    web(PASSWORD, mark).await.status(200);
    // An account that does not exist locks in the same way, so that nothing is revealed.
    for _ in 0..5 {
        t.login("nobody@tekvwarho.example", "wrong password").await.problem(401, "invalid_credentials");
    }
    t.login("nobody@tekvwarho.example", "wrong password").await.problem(429, "rate_limited");
    t.clock.advance(Duration::minutes(16));
    t.login("ada@tekvwarho.example", PASSWORD).await.status(200);
}

#[tokio::test]
async fn a_browser_gets_its_refresh_token_as_a_cookie() {
    let t = TestApp::with(&["--public-url", "https://desk.example.com"]).await;
    t.person("Ada", Role::Admin).await;
    let sign_in = |remember: bool| {
        let body = json!({ "email": "ada@tekvwarho.example", "password": PASSWORD, "remember": remember });
        Answer::of(t.request(Method::POST, "/api/admin/auth/login").header("x-client", "web").json(&body))
    };
    let answer = sign_in(true).await;
    assert!(answer.data().get("refreshToken").is_none());
    let cookies = answer.cookies();
    let cookie = cookies.iter().find(|cookie| cookie.starts_with("__Host-refresh=")).unwrap().clone();
    for attribute in ["Path=/", "HttpOnly", "SameSite=Strict", "Secure", "Max-Age=604800"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let session =
        sign_in(false).await.cookies().into_iter().find(|cookie| cookie.starts_with("__Host-refresh=")).unwrap();
    assert!(!session.contains("Max-Age"), "without `remember` it ends with the browser: {session}");

    let value = cookie.split(';').next().unwrap().to_owned();
    let refresh = |headers: Vec<(&'static str, &'static str)>| {
        let mut request = t.request(Method::POST, "/api/auth/refresh").header("cookie", &value);
        for (name, content) in headers {
            request = request.header(name, content);
        }
        Answer::of(request)
    };
    refresh(vec![]).await.problem(401, "unauthenticated");
    refresh(vec![("x-client", "web"), ("sec-fetch-site", "same-site")]).await.problem(401, "unauthenticated");
    refresh(vec![("x-client", "web"), ("sec-fetch-site", "same-origin")]).await.status(200);

    let plain = TestApp::with(&["--public-url", "http://desk.example.com"]).await;
    plain.person("Ada", Role::Admin).await;
    let body = json!({ "email": "ada@tekvwarho.example", "password": PASSWORD });
    let refused =
        Answer::of(plain.request(Method::POST, "/api/admin/auth/login").header("x-client", "web").json(&body)).await;
    refused.problem(409, "conflict");
}

#[tokio::test]
async fn what_ends_a_session_ends_it_at_once() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let (first, second) = (t.sign_in(&person).await, t.sign_in(&person).await);
    let sessions = t.get_as(&first, "/api/auth/sessions").await.data();
    assert_eq!(sessions.as_array().unwrap().len(), 2);
    let other = sessions.as_array().unwrap().iter().find(|it| it["current"] == false).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(sessions[0]["device"], "Unknown device");

    Answer::of(t.request_as(&first, Method::DELETE, &format!("/api/auth/sessions/{other}"))).await.status(200);
    t.get_as(&second, "/api/auth/me").await.problem(401, "unauthenticated");
    t.get_as(&first, "/api/auth/me").await.status(200);
    Answer::of(t.request_as(&first, Method::DELETE, &format!("/api/auth/sessions/{other}")))
        .await
        .problem(404, "not_found");

    let third = t.sign_in(&person).await;
    t.post_as(&first, "/api/auth/logout", json!({})).await.status(200);
    t.get_as(&first, "/api/auth/me").await.problem(401, "unauthenticated");
    t.post("/api/auth/refresh", json!({ "refreshToken": first.refresh })).await.problem(401, "unauthenticated");
    t.get_as(&third, "/api/auth/me").await.status(200);
    t.post_as(&third, "/api/auth/logout-all", json!({})).await.status(200);
    t.get_as(&third, "/api/auth/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn what_changes_in_the_database_counts_within_a_second() {
    let t = TestApp::new().await;
    let person = t.person("Ben", Role::Staff).await;
    let ben = t.sign_in(&person).await;
    t.get_as(&ben, "/api/admin/messages").await.status(200);
    // Written directly to the database, as another node or the command line would.
    let change =
        database::entity::staff::ActiveModel { id: Set(person.id), is_active: Set(false), ..Default::default() };
    t.app
        .storage
        .write(change, |tx, change| {
            Box::pin(async move { Ok(tekvwarho::platform::staff::change(tx.conn(), change.clone()).await?) })
        })
        .await
        .unwrap();
    let began = Instant::now();
    while t.get_as(&ben, "/api/admin/messages").await.code == 200 {
        assert!(began.elapsed() < StdDuration::from_secs(1), "a deactivated person still reads");
    }
    t.login(&person.email, PASSWORD).await.problem(401, "invalid_credentials");
    t.post("/api/auth/refresh", json!({ "refreshToken": ben.refresh })).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn tokens_of_another_kind_are_refused() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let ada = t.sign_in(&person).await;
    let refuse = async |token: &str| {
        Answer::of(t.request(Method::GET, "/api/auth/me").bearer_auth(token)).await.problem(401, "unauthenticated");
    };
    refuse("nonsense").await;
    refuse(&ada.refresh).await;
    let encode = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text);
    let mut parts = ada.access.split('.');
    let (_, claims, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    refuse(&format!("{}.{claims}.", encode(r#"{"alg":"none","typ":"at+jwt"}"#))).await;
    refuse(&format!("{}.{claims}.{signature}", encode(r#"{"alg":"HS256","typ":"JWT","kid":"x"}"#))).await;
    refuse(&format!("{}x", ada.access)).await;
    refuse(&format!("{}.", ada.access)).await;
    refuse(&ada.access[..ada.access.len() - 1]).await;
    // Signed with our key, but of another token type.
    let (kid, key) = t.app.keys.current(Purpose::AccessToken);
    let sign = |header: &Value, claims: &Value| {
        let signed = format!("{}.{}", encode(&header.to_string()), encode(&claims.to_string()));
        let signature =
            base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, hmac(key, signed.as_bytes()));
        format!("{signed}.{signature}")
    };
    let header = json!({ "typ": "at+jwt", "alg": "HS256", "kid": kid });
    let claims: Value = serde_json::from_slice(
        &base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims).unwrap(),
    )
    .unwrap();
    let good = t.request(Method::GET, "/api/auth/me").bearer_auth(sign(&header, &claims));
    Answer::of(good).await.status(200);
    for (field, value) in [
        ("typ", json!("JWT")),
        ("alg", json!("none")),
        ("alg", json!("HS512")),
        ("kid", json!("x")),
        ("crit", json!(["exp"])),
    ] {
        let mut other = header.clone();
        other[field] = value;
        refuse(&sign(&other, &claims)).await;
    }
    for (field, value) in [("iss", json!("https://elsewhere.example")), ("aud", json!("other")), ("exp", json!(null))] {
        let mut other = claims.clone();
        other[field] = value;
        refuse(&sign(&header, &other)).await;
    }
    // Increasing the version invalidates earlier tokens.
    t.change_person(&person, |change| change.token_version = Set(2)).await;
    refuse(&ada.access).await;
}

#[tokio::test]
async fn an_access_token_ends_after_a_quarter_of_an_hour() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.clock.advance(Duration::minutes(14));
    t.get_as(&ada, "/api/auth/me").await.status(200);
    t.clock.advance(Duration::minutes(2));
    t.get_as(&ada, "/api/auth/me").await.problem(401, "token_expired");
    t.post("/api/auth/refresh", json!({ "refreshToken": ada.refresh })).await.status(200);
    t.clock.advance(Duration::days(8));
    t.post("/api/auth/refresh", json!({ "refreshToken": ada.refresh })).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn changing_the_password_needs_the_current_one_and_ends_other_sessions() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let (mine, other) = (t.sign_in(&person).await, t.sign_in(&person).await);
    let change = |current: &'static str, new: &'static str| {
        t.post_as(&mine, "/api/auth/password", json!({ "currentPassword": current, "newPassword": new }))
    };
    let wrong = change("not it at all", "a new one that is fine").await;
    assert_eq!(wrong.refused(), [("currentPassword".to_owned(), "invalid".to_owned())]);
    let weak = change(PASSWORD, "password1").await;
    assert_eq!(weak.refused(), [("newPassword".to_owned(), "too_common".to_owned())]);
    let short = change(PASSWORD, "kurz").await;
    assert_eq!(short.refused(), [("newPassword".to_owned(), "too_short".to_owned())]);
    change(PASSWORD, "a new one that is fine").await.status(200);
    t.get_as(&mine, "/api/auth/me").await.status(200);
    t.get_as(&other, "/api/auth/me").await.problem(401, "unauthenticated");
    t.login(&person.email, PASSWORD).await.problem(401, "invalid_credentials");
    t.login(&person.email, "a new one that is fine").await.status(200);
    assert!(t.mails().await.iter().any(|mail| mail.contains("Subject: Your password was changed")));
}

#[tokio::test]
async fn a_forgotten_password_is_reset_by_a_link_that_works_once() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let signed_in = t.sign_in(&person).await;
    let known = t.post("/api/auth/forgot", json!({ "email": person.email })).await;
    let unknown = t.post("/api/auth/forgot", json!({ "email": "nobody@tekvwarho.example" })).await;
    known.status(202);
    unknown.status(202);
    assert_eq!(known.json()["message"], unknown.json()["message"]);
    let mails = t.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("Auto-Submitted: auto-generated"));
    let token = mails[0]
        .split("/admin/reset#")
        .nth(1)
        .unwrap()
        .split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'))
        .next()
        .unwrap()
        .to_owned();
    let reset = |password: &'static str| t.post("/api/auth/reset", json!({ "token": token, "password": password }));
    let open = async || t.post("/api/auth/reset/link", json!({ "token": token })).await;
    assert_eq!(open().await.data()["email"], person.email);
    reset("12345678").await.problem(422, "validation_failed");
    assert_eq!(open().await.data()["email"], person.email, "a look does not use it up");
    reset("a fresh one that is fine").await.status(200);
    assert_eq!(reset("another one that is fine").await.refused(), [("token".to_owned(), "invalid".to_owned())]);
    assert_eq!(open().await.refused(), [("token".to_owned(), "invalid".to_owned())]);
    t.get_as(&signed_in, "/api/auth/me").await.problem(401, "unauthenticated");
    t.login(&person.email, "a fresh one that is fine").await.status(200);
    // Three an hour per mailbox, whether it exists or not.
    for email in [person.email.as_str(), "nobody@tekvwarho.example"] {
        t.app.limits.sweep();
        let mut codes = Vec::new();
        for _ in 0..3 {
            codes.push(t.post("/api/auth/forgot", json!({ "email": email })).await.code);
        }
        assert_eq!(codes.last(), Some(&429), "{email}: {codes:?}");
    }
}

#[tokio::test]
async fn the_own_profile_can_be_changed_and_is_audited() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let changed = t
        .patch_as(&ada, "/api/auth/me", json!({ "name": "Ada Brandt", "timeZone": "Europe/Berlin", "theme": "dark" }))
        .await
        .data();
    assert_eq!(
        (changed["name"].as_str(), changed["timeZone"].as_str(), changed["theme"].as_str()),
        (Some("Ada Brandt"), Some("Europe/Berlin"), Some("dark"))
    );
    let refused = t.patch_as(&ada, "/api/auth/me", json!({ "timeZone": "Mars/Olympus", "theme": "pink" })).await;
    assert_eq!(refused.refused().len(), 2);
    let actions: Vec<_> = audit_logs::Entity::find()
        .all(t.app.storage.read())
        .await
        .unwrap()
        .into_iter()
        .map(|entry| entry.action)
        .collect();
    assert!(actions.contains(&"staff.profile_changed".to_owned()), "{actions:?}");
}

#[tokio::test]
async fn a_new_device_is_told_by_mail() {
    let t = TestApp::new().await;
    t.person("Ada", Role::Admin).await;
    let sign_in = || {
        let body = json!({ "email": "ada@tekvwarho.example", "password": PASSWORD });
        Answer::of(t.request(Method::POST, "/api/admin/auth/login").header("x-client", "web").json(&body))
    };
    sign_in().await.status(200);
    assert!(t.mails().await.is_empty(), "the very first sign-in is no news");
    sign_in().await.status(200);
    let mails = t.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("New sign-in to your account"));
}

#[tokio::test]
async fn a_program_on_a_new_address_is_told_by_mail_too() {
    let t = TestApp::with(&["--trusted-proxies", "127.0.0.1"]).await;
    t.person("Ada", Role::Admin).await;
    let sign_in = |address: &'static str| {
        let body = json!({ "email": "ada@tekvwarho.example", "password": PASSWORD });
        Answer::of(t.request(Method::POST, "/api/admin/auth/login").header("x-forwarded-for", address).json(&body))
    };
    sign_in("203.0.113.1").await.status(200);
    sign_in("203.0.113.1").await.status(200);
    assert!(t.mails().await.is_empty());
    sign_in("203.0.113.2").await.status(200);
    assert_eq!(t.mails().await.len(), 1);
}

#[tokio::test]
async fn wrong_passwords_from_one_address_lock_it_whatever_the_account() {
    let t = TestApp::with(&["--trusted-proxies", "127.0.0.1"]).await;
    t.person("Ada", Role::Admin).await;
    let sign_in = |email: String, password: &'static str, address: &'static str| {
        let body = json!({ "email": email, "password": password });
        Answer::of(t.request(Method::POST, "/api/admin/auth/login").header("x-forwarded-for", address).json(&body))
    };
    for number in 0..20 {
        sign_in(format!("guess{number}@example.com"), "wrong password", "203.0.113.1")
            .await
            .problem(401, "invalid_credentials");
    }
    sign_in("ada@tekvwarho.example".into(), PASSWORD, "203.0.113.1").await.problem(429, "rate_limited");
    sign_in("ada@tekvwarho.example".into(), PASSWORD, "203.0.113.2").await.status(200);
    sign_in("\u{0}".into(), PASSWORD, "203.0.113.3").await.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn wrong_passwords_at_once_are_all_counted() {
    let t = TestApp::new().await;
    t.person("Ada", Role::Admin).await;
    let tries =
        futures_util::future::join_all((0..12).map(|_| t.login("ada@tekvwarho.example", "wrong password"))).await;
    assert!(tries.iter().all(|answer| matches!(answer.code, 401 | 429)));
    t.login("ada@tekvwarho.example", PASSWORD).await.problem(429, "rate_limited");
}
