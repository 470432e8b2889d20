//! Passkeys: registered, used instead of a password, as a proof, and rejected if something does not match.

use chrono::Duration;
use database::entity::staff::Role;
use database::entity::{audit_logs, passkeys};
use futures_util::future::join_all;
use reqwest::Method;
use sea_orm::{EntityTrait, Set};
use serde_json::{Value, json};

use crate::support::authenticator::Authenticator;
use crate::support::people::PASSWORD;
use crate::support::{Answer, Signed, TestApp};

async fn ask(t: &TestApp, who: &Signed, path: &str) -> Value {
    t.post_as(who, path, json!({})).await.data()
}

/// Adds a passkey; returns the API's response.
async fn add(t: &TestApp, who: &Signed, key: &mut Authenticator, name: &str) -> Answer {
    let asked = ask(t, who, "/api/auth/passkeys/register/begin").await;
    let credential = key.register(&asked["options"]);
    let body = json!({ "challengeId": asked["challengeId"], "name": name, "credential": credential });
    t.post_as(who, "/api/auth/passkeys/register", body).await
}

async fn begin(t: &TestApp) -> Value {
    t.post("/api/auth/passkeys/sign-in/begin", json!({})).await.data()
}

async fn finish(t: &TestApp, asked: &Value, credential: Value) -> Answer {
    let body = json!({ "challengeId": asked["challengeId"], "credential": credential });
    t.post("/api/auth/passkeys/sign-in", body).await
}

async fn sign_in(t: &TestApp, key: &Authenticator) -> Answer {
    let asked = begin(t).await;
    finish(t, &asked, key.sign(&asked["options"])).await
}

async fn actions(t: &TestApp) -> Vec<String> {
    let entries = audit_logs::Entity::find().all(t.app.storage.read()).await.unwrap();
    entries.into_iter().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn a_passkey_signs_in_without_a_password() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let ada = t.sign_in(&person).await;
    let mut key = Authenticator::new();
    let added = add(&t, &ada, &mut key, "Laptop").await;
    added.status(201);
    let data = added.data();
    assert_eq!(data["passkey"]["name"], "Laptop");
    assert_eq!(data["recoveryCodes"].as_array().unwrap().len(), 10, "the first factor brings recovery codes");
    assert_eq!(key.user, person.id.as_bytes());

    let signed = sign_in(&t, &key).await.data();
    assert_eq!(signed["staff"]["email"], person.email);
    assert!(signed["refreshToken"].is_string());
    // It is a second factor too: the password alone is no longer enough; a recovery code works.
    t.login(&person.email, PASSWORD).await.problem(401, "second_factor_required");
    let body = json!({ "email": person.email, "password": PASSWORD, "otp": data["recoveryCodes"][0] });
    t.post("/api/admin/auth/login", body).await.status(200);

    let listed = t.get_as(&ada, "/api/auth/passkeys").await.data();
    assert!(listed[0]["lastUsedAt"].is_string() && listed[0].get("credential").is_none());
    assert!(t.mails().await.iter().any(|mail| mail.contains("Subject: A passkey was added")));
    assert!(actions(&t).await.contains(&"auth.passkey_added".to_owned()));
}

#[tokio::test]
async fn passkeys_are_renamed_and_deleted_by_their_owner_alone() {
    let t = TestApp::new().await;
    let (ada, ben) = (t.admin().await, t.person("Ben", Role::Admin).await);
    let ben = t.sign_in(&ben).await;
    let mut key = Authenticator::new();
    let id = add(&t, &ada, &mut key, "Laptop").await.data()["passkey"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/auth/passkeys/{id}");
    t.patch_as(&ben, &path, json!({ "name": "Mine" })).await.problem(404, "not_found");
    Answer::of(t.request_as(&ben, Method::DELETE, &path)).await.problem(404, "not_found");
    assert_eq!(t.patch_as(&ada, &path, json!({ "name": "Old laptop" })).await.data()["name"], "Old laptop");
    t.patch_as(&ada, &path, json!({ "name": " " })).await.problem(422, "validation_failed");
    // Nobody can register the same passkey a second time.
    add(&t, &ben, &mut key.clone(), "Stolen").await.problem(422, "validation_failed");
    Answer::of(t.request_as(&ada, Method::DELETE, &path)).await.status(200);
    sign_in(&t, &key).await.problem(401, "invalid_credentials");
    t.login("ada@tekvwarho.example", PASSWORD).await.status(200);
    let mails = t.mails().await;
    assert!(mails.iter().any(|mail| mail.contains("Subject: A passkey was removed from your account")));
}

#[tokio::test]
async fn a_second_passkey_and_an_app_share_the_recovery_codes() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut first, mut second) = (Authenticator::new(), Authenticator::new());
    let one = add(&t, &ada, &mut first, "Laptop").await.data();
    let two = add(&t, &ada, &mut second, "Key").await.data();
    assert_eq!(
        (one["recoveryCodes"].as_array().unwrap().len(), two["recoveryCodes"].as_array().unwrap().len()),
        (10, 0)
    );
    for added in [&one, &two] {
        assert_eq!(t.get_as(&ada, "/api/auth/mfa").await.data()["recoveryCodesLeft"], 10);
        let path = format!("/api/auth/passkeys/{}", added["passkey"]["id"].as_str().unwrap());
        Answer::of(t.request_as(&ada, Method::DELETE, &path)).await.status(200);
    }
    assert_eq!(t.get_as(&ada, "/api/auth/mfa").await.data()["recoveryCodesLeft"], 0);
}

#[tokio::test]
async fn a_challenge_counts_once_and_for_five_minutes_and_for_its_purpose() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut key = Authenticator::new();
    add(&t, &ada, &mut key, "Laptop").await.status(201);
    let asked = begin(&t).await;
    let credential = key.sign(&asked["options"]);
    let tries = join_all((0..5).map(|_| finish(&t, &asked, credential.clone()))).await;
    assert_eq!(tries.iter().filter(|answer| answer.code == 200).count(), 1);
    assert!(tries.iter().all(|answer| answer.code == 200 || answer.code == 422));

    let late = begin(&t).await;
    t.clock.advance(Duration::minutes(5));
    finish(&t, &late, key.sign(&late["options"])).await.problem(422, "validation_failed");
    // The challenge of another ceremony, and the response to another challenge.
    let proof = ask(&t, &ada, "/api/auth/prove/passkey/begin").await;
    finish(&t, &proof, key.sign(&proof["options"])).await.problem(422, "validation_failed");
    let (one, other) = (begin(&t).await, begin(&t).await);
    finish(&t, &one, key.sign(&other["options"])).await.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let ada = t.sign_in(&person).await;
    let mut key = Authenticator::new();
    add(&t, &ada, &mut key, "Laptop").await.status(201);
    let refuse = async |key: &Authenticator| sign_in(&t, key).await.problem(401, "invalid_credentials").code;
    refuse(&Authenticator { origin: "https://evil.example".into(), ..key.clone() }).await;
    refuse(&Authenticator { flags: 0b0000_0001, ..key.clone() }).await;
    assert_eq!(actions(&t).await.iter().filter(|action| *action == "auth.passkey_refused").count(), 2);
    refuse(&Authenticator { user: uuid::Uuid::nil().as_bytes().to_vec(), ..key.clone() }).await;
    refuse(&Authenticator::new()).await;
    for rubbish in [json!({}), json!({ "id": "x" }), json!({ "id": "x", "rawId": "!", "type": 5, "response": [] })] {
        let asked = begin(&t).await;
        finish(&t, &asked, rubbish).await.problem(401, "invalid_credentials");
    }
    // A deactivated person cannot sign in with a passkey either.
    t.change_person(&person, |change| change.is_active = Set(false)).await;
    refuse(&key).await;
}

#[tokio::test]
async fn a_counter_that_does_not_rise_is_refused_and_noted() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut key = Authenticator::new();
    add(&t, &ada, &mut key, "Key").await.status(201);
    let copy = key.clone();
    for counter in [5, 6] {
        key.counter = counter;
        sign_in(&t, &key).await.status(200);
    }
    for counter in [6, 3, 0] {
        sign_in(&t, &Authenticator { counter, ..copy.clone() }).await.problem(401, "invalid_credentials");
    }
    assert_eq!(actions(&t).await.iter().filter(|action| *action == "auth.passkey_counter").count(), 3);
    key.counter = 7;
    sign_in(&t, &key).await.status(200);
    let row = passkeys::Entity::find().one(t.app.storage.read()).await.unwrap().unwrap();
    assert_eq!(row.sign_count, 7);
}

#[tokio::test]
async fn one_count_of_a_passkey_at_once_lets_one_in() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut key = Authenticator::new();
    add(&t, &ada, &mut key, "Key").await.status(201);
    key.counter = 9;
    let tries = join_all((0..4).map(|_| sign_in(&t, &key))).await;
    assert_eq!(tries.iter().filter(|answer| answer.code == 200).count(), 1);
}

#[tokio::test]
async fn a_lock_does_not_stand_in_the_way_of_a_passkey() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut key = Authenticator::new();
    add(&t, &ada, &mut key, "Laptop").await.status(201);
    for _ in 0..5 {
        t.login("ada@tekvwarho.example", "wrong password").await.problem(401, "invalid_credentials");
    }
    t.login("ada@tekvwarho.example", PASSWORD).await.problem(429, "rate_limited");
    sign_in(&t, &key).await.status(200);
    t.login("ada@tekvwarho.example", PASSWORD).await.problem(429, "rate_limited");
}

#[tokio::test]
async fn a_passkey_is_a_proof_in_the_session_that_asked() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let (mine, other) = (t.sign_in(&person).await, t.sign_in(&person).await);
    t.post_as(&mine, "/api/auth/prove/passkey/begin", json!({})).await.problem(409, "conflict");
    let mut key = Authenticator::new();
    add(&t, &mine, &mut key, "Laptop").await.status(201);
    t.clock.advance(Duration::minutes(11));
    t.post_as(&mine, "/api/auth/mfa/recovery-codes", json!({})).await.problem(403, "reauthentication_required");
    let asked = ask(&t, &mine, "/api/auth/prove/passkey/begin").await;
    let body = json!({ "challengeId": asked["challengeId"], "credential": key.sign(&asked["options"]) });
    t.post_as(&other, "/api/auth/prove/passkey", body.clone()).await.problem(422, "validation_failed");
    t.post_as(&mine, "/api/auth/prove/passkey", body.clone()).await.status(200);
    t.post_as(&mine, "/api/auth/prove/passkey", body).await.problem(422, "validation_failed");
    t.post_as(&mine, "/api/auth/mfa/recovery-codes", json!({})).await.status(200);
    t.post_as(&other, "/api/auth/mfa/recovery-codes", json!({})).await.problem(403, "reauthentication_required");
    let stranger = Authenticator::new();
    let asked = ask(&t, &mine, "/api/auth/prove/passkey/begin").await;
    let body = json!({ "challengeId": asked["challengeId"], "credential": stranger.sign(&asked["options"]) });
    t.post_as(&mine, "/api/auth/prove/passkey", body).await.problem(422, "validation_failed");
}

#[tokio::test]
async fn an_address_without_a_name_has_no_passkeys_and_says_so() {
    let t = TestApp::with(&["--public-url", "http://127.0.0.1:5500"]).await;
    let ada = t.admin().await;
    assert_eq!(t.get_as(&ada, "/api/auth/mfa").await.data()["passkeysPossible"], false);
    t.post_as(&ada, "/api/auth/passkeys/register/begin", json!({})).await.problem(409, "conflict");
    t.post("/api/auth/passkeys/sign-in/begin", json!({})).await.problem(409, "conflict");
}
