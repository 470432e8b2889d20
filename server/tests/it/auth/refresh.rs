//! Refresh tokens: nobody is signed out by accident, and a copied token stops working.

use std::collections::HashSet;

use chrono::Duration;
use database::entity::{audit_logs, refresh_tokens};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::support::{Answer, Signed, TestApp};

/// Like a client: retries after `Retry-After` if the server is busy.
async fn refresh_patiently(t: &TestApp, token: &str) -> Answer {
    loop {
        let answer = refresh(t, token).await;
        if answer.code != 503 {
            return answer;
        }
        assert!(!answer.header("retry-after").is_empty());
    }
}

async fn refresh(t: &TestApp, token: &str) -> Answer {
    t.post("/api/auth/refresh", json!({ "refreshToken": token })).await
}

fn token_of(answer: &Answer) -> String {
    answer.data()["refreshToken"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_thousand_at_once_make_one_lineage_and_sign_nobody_out() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let Signed { refresh: token, .. } = t.admin().await;
    let answers = futures_util::future::join_all((0..1_000).map(|_| refresh_patiently(&t, &token))).await;
    let successors: HashSet<String> = answers.iter().map(token_of).collect();
    assert_eq!(successors.len(), 1, "everybody gets the same successor");
    assert_eq!(refresh_tokens::Entity::find().all(t.app.storage.read()).await.unwrap().len(), 2);
    let actions = audit_logs::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert!(actions.iter().all(|entry| entry.action != "auth.refresh_reused"));
    refresh(&t, successors.iter().next().unwrap()).await.status(200);
}

#[tokio::test]
async fn an_old_token_ends_the_family_once_its_successor_was_used() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let second = token_of(&refresh(&t, &ada.refresh).await);
    assert_eq!(token_of(&refresh(&t, &ada.refresh).await), second, "a lost answer can be asked for again");
    let third = token_of(&refresh(&t, &second).await);
    refresh(&t, &ada.refresh).await.problem(401, "unauthenticated");
    refresh(&t, &third).await.problem(401, "unauthenticated");
    t.get_as(&ada, "/api/auth/me").await.problem(401, "unauthenticated");
    let actions = audit_logs::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert_eq!(actions.iter().filter(|entry| entry.action == "auth.refresh_reused").count(), 1);
}

#[tokio::test]
async fn an_old_token_ends_the_family_after_a_minute() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let second = token_of(&refresh(&t, &ada.refresh).await);
    t.clock.advance(Duration::seconds(61));
    refresh(&t, &ada.refresh).await.problem(401, "unauthenticated");
    refresh(&t, &second).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_family_ends_after_thirty_days_whatever_its_activity() {
    let t = TestApp::new().await;
    let mut token = t.admin().await.refresh;
    for _ in 0..5 {
        t.clock.advance(Duration::days(5));
        token = token_of(&refresh(&t, &token).await);
    }
    t.clock.advance(Duration::days(5));
    refresh(&t, &token).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn of_refresh_and_sign_out_at_once_sign_out_wins_in_the_end() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let person = t.person("Ada", database::entity::staff::Role::Admin).await;
    for _ in 0..20 {
        let ada = t.sign_in(&person).await;
        let (refreshed, ended) =
            tokio::join!(refresh(&t, &ada.refresh), t.post_as(&ada, "/api/auth/logout", json!({})));
        ended.status(200);
        if refreshed.code == 200 {
            refresh(&t, &token_of(&refreshed)).await.problem(401, "unauthenticated");
        } else {
            refreshed.problem(401, "unauthenticated");
        }
    }
}

#[tokio::test]
async fn a_session_is_renewed_sixty_times_in_a_quarter_of_an_hour_and_unknown_tokens_are_counted_too() {
    let t = TestApp::with(&["--trusted-proxies", "127.0.0.1"]).await;
    let ada = t.admin().await;
    let ben = t.sign_in_again("Ada").await;
    let mut token = ada.refresh.clone();
    for _ in 0..60 {
        token = token_of(&refresh(&t, &token).await);
    }
    refresh(&t, &token).await.problem(429, "rate_limited");
    refresh(&t, &ben.refresh).await.status(200);
    let unknown = |address: &'static str| {
        let request = t.request(Method::POST, "/api/auth/refresh").header("x-forwarded-for", address);
        Answer::of(request.json(&json!({ "refreshToken": "unknown" })))
    };
    for _ in 0..60 {
        unknown("203.0.113.1").await.problem(401, "unauthenticated");
    }
    unknown("203.0.113.1").await.problem(429, "rate_limited");
    unknown("203.0.113.2").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_use_the_cookie_even_if_it_may_read_the_api() {
    let t = TestApp::with(&["--cors-origins", "https://www.example.com"]).await;
    let ada = t.admin().await;
    let from = |origin: &'static str| {
        let request = t.request(Method::POST, "/api/auth/refresh").header("origin", origin).header("x-client", "web");
        Answer::of(request.header("cookie", format!("refresh={}", ada.refresh)))
    };
    from("https://www.example.com").await.problem(401, "unauthenticated");
    from("http://localhost:5500").await.status(200);
}
