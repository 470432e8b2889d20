//! Refresh tokens: nobody is signed out by chance, and no copy of a token goes on.

use std::collections::HashSet;

use chrono::Duration;
use database::entity::{audit_logs, refresh_tokens};
use sea_orm::EntityTrait;
use serde_json::json;

use crate::support::{Answer, Signed, TestApp};

/// As a client does it: a server that has too much to do says when to come again.
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
