//! What keeps out a thief who has a password, a link, an open page or a token.

use chrono::Duration;
use database::entity::audit_logs;
use database::entity::staff::Role;
use futures_util::future::{join, join_all};
use reqwest::Method;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tekvwarho::platform::permission::Permission;

use crate::support::people::PASSWORD;
use crate::support::{Answer, TestApp};

const ADA: &str = "ada@tekvwarho.example";
const FRESH: &str = "a fresh one that is fine";

/// The token from the newest email with a password reset link.
async fn reset_token(t: &TestApp) -> String {
    let mails = t.mails().await;
    let mail = mails.iter().rev().find(|mail| mail.contains("/admin/reset#")).unwrap();
    let (_, after) = mail.split_once("/admin/reset#").unwrap();
    after.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
}

async fn actions(t: &TestApp) -> Vec<String> {
    let entries = audit_logs::Entity::find().all(t.app.storage.read()).await.unwrap();
    entries.into_iter().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn each_lock_of_an_account_lasts_twice_as_long_as_the_one_before() {
    let t = TestApp::new().await;
    t.person("Ada", Role::Admin).await;
    for seconds in ["900", "1800", "3600"] {
        for _ in 0..5 {
            t.login(ADA, "wrong password").await.problem(401, "invalid_credentials");
        }
        let locked = t.login(ADA, PASSWORD).await;
        assert_eq!(locked.problem(429, "rate_limited").header("retry-after"), seconds);
        t.clock.advance(Duration::seconds(seconds.parse::<i64>().unwrap() + 1));
    }
    t.login(ADA, PASSWORD).await.status(200);
    // The correct password clears it all.
    for _ in 0..4 {
        t.login(ADA, "wrong password").await.problem(401, "invalid_credentials");
    }
    t.login(ADA, PASSWORD).await.status(200);
}

#[tokio::test]
async fn who_reads_the_mailbox_opens_a_locked_account() {
    let t = TestApp::new().await;
    t.person("Ada", Role::Admin).await;
    for _ in 0..5 {
        t.login(ADA, "wrong password").await.problem(401, "invalid_credentials");
    }
    t.login(ADA, PASSWORD).await.problem(429, "rate_limited");
    t.post("/api/auth/forgot", json!({ "email": ADA })).await.status(202);
    let token = reset_token(&t).await;
    t.post("/api/auth/reset", json!({ "token": token, "password": FRESH })).await.status(200);
    t.login(ADA, FRESH).await.status(200);
}

#[tokio::test]
async fn a_link_for_a_new_password_ends_when_the_password_is_changed() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.post("/api/auth/forgot", json!({ "email": ADA })).await.status(202);
    let token = reset_token(&t).await;
    let change = json!({ "currentPassword": PASSWORD, "newPassword": FRESH });
    t.post_as(&ada, "/api/auth/password", change).await.status(200);
    let late = t.post("/api/auth/reset", json!({ "token": token, "password": "the thief's own words" })).await;
    assert_eq!(late.refused(), [("token".to_owned(), "invalid".to_owned())]);
    t.login(ADA, FRESH).await.status(200);
}

#[tokio::test]
async fn no_session_begins_with_a_password_that_was_reset_meanwhile() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    t.person("Ada", Role::Admin).await;
    t.post("/api/auth/forgot", json!({ "email": ADA })).await.status(202);
    let token = reset_token(&t).await;
    let thieves = join_all((0..20).map(|_| t.login(ADA, PASSWORD)));
    let owner = t.post("/api/auth/reset", json!({ "token": token, "password": FRESH }));
    let (entered, reset) = join(thieves, owner).await;
    reset.status(200);
    for answer in entered.iter().filter(|answer| answer.code == 200) {
        let access = answer.data()["accessToken"].as_str().unwrap().to_owned();
        let me = Answer::of(t.request(Method::GET, "/api/auth/me").bearer_auth(access)).await;
        me.problem(401, "unauthenticated");
    }
    t.login(ADA, FRESH).await.status(200);
}

#[tokio::test]
async fn of_many_guesses_at_a_code_at_once_no_more_are_looked_at_than_may_fail() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let guesses =
        join_all((0..30).map(|n| t.post_as(&ada, "/api/auth/prove", json!({ "code": format!("{n:06}") })))).await;
    let looked_at = guesses.iter().filter(|answer| answer.code == 422).count();
    let refused = guesses.iter().filter(|answer| answer.code == 429).count();
    assert_eq!((looked_at, refused), (5, 25));
    assert_eq!(actions(&t).await.iter().filter(|action| *action == "auth.proof_failed").count(), 5);
}

#[tokio::test]
async fn a_known_password_leaves_a_trace_even_without_the_second_factor() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    super::factors::turn_on(&t, &ada).await;
    t.login(ADA, PASSWORD).await.problem(401, "second_factor_required");
    assert!(actions(&t).await.contains(&"auth.second_factor_asked".to_owned()));
}

#[tokio::test]
async fn tokens_of_a_person_end_with_them_and_do_not_come_back() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let eve = t.person("Eve", Role::Admin).await;
    let signed = t.sign_in(&eve).await;
    let body = json!({ "name": "Stock list", "permissions": ["messages"], "expiresInDays": 30 });
    let token = t.post_as(&signed, "/api/admin/tokens", body).await.data()["token"].as_str().unwrap().to_owned();
    let works = async || Answer::of(t.request(Method::GET, "/api/admin/messages").bearer_auth(&token)).await.code;
    assert_eq!(works().await, 200);
    let path = format!("/api/admin/staff/{}", eve.id);
    t.post_as(&ada, &format!("{path}/deactivate"), json!({})).await.status(200);
    assert_eq!(works().await, 401);
    t.post_as(&ada, &format!("{path}/activate"), json!({})).await.status(200);
    assert_eq!(works().await, 401);
    assert!(t.actions(&eve.id.to_string()).await.contains(&"staff.tokens_revoked".to_owned()));
}

#[tokio::test]
async fn links_that_staff_send_and_links_that_strangers_ask_for_are_counted_apart() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.person("Ben", Role::Admin).await;
    let clerk = t.person_with("Clerk", &[Permission::Staff]).await;
    let clerk = t.sign_in(&clerk).await;
    let path = format!("/api/admin/staff/{}/reset-link", ben.id);
    for _ in 0..4 {
        t.post_as(&clerk, &path, json!({})).await.problem(403, "forbidden");
    }
    for _ in 0..3 {
        t.post_as(&ada, &path, json!({})).await.status(202);
    }
    t.post_as(&ada, &path, json!({})).await.problem(429, "rate_limited");
    t.post("/api/auth/forgot", json!({ "email": ben.email })).await.status(202);
}

#[tokio::test]
async fn an_open_page_changes_nothing_that_guards_the_sign_in() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let patch = async |key: &str, value: Value| t.patch_as(&ada, "/api/admin/settings", json!({ key: value })).await;
    patch("security.lockoutAccount", json!(4)).await.status(200);
    t.clock.advance(Duration::minutes(11));
    patch("security.lockoutAccount", json!(5)).await.problem(403, "reauthentication_required");
    patch("firm.phone", json!("+49 30 1234567")).await.status(200);
    let body = json!({ "name": "Settings", "permissions": ["settings"], "expiresInDays": 30 });
    t.post_as(&ada, "/api/auth/prove", json!({ "password": PASSWORD })).await.status(200);
    patch("security.lockoutAccount", json!(5)).await.status(200);
    let token = t.post_as(&ada, "/api/admin/tokens", body).await.data()["token"].as_str().unwrap().to_owned();
    let by_token = t.request(Method::PATCH, "/api/admin/settings").bearer_auth(&token);
    Answer::of(by_token.json(&json!({ "security.lockoutAccount": 6 }))).await.problem(403, "not_for_tokens");
}
