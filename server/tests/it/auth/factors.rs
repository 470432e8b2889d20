//! Second factors: the authenticator app, recovery codes, and confirming one's identity.

use chrono::Duration;
use database::entity::staff::{self, Role};
use database::entity::{active_sessions, audit_logs, outbox, recovery_codes, totp_secrets};
use futures_util::future::join_all;
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::support::people::PASSWORD;
use crate::support::{Answer, Signed, TestApp};

/// An authenticator app: shows the code for the program's clock.
pub struct Authenticator(totp_rs::Totp);

impl Authenticator {
    fn of(secret: &str) -> Self {
        Self(Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap())
    }

    fn code(&self, t: &TestApp) -> String {
        self.0.generate(u64::try_from(t.clock.now().timestamp()).unwrap()).to_string()
    }
}

/// Activates the app; returns it and the recovery codes. The code of the next step is unused.
pub async fn turn_on(t: &TestApp, who: &Signed) -> (Authenticator, Vec<String>) {
    let begun = t.post_as(who, "/api/auth/mfa/totp", json!({})).await.data();
    let app = Authenticator::of(begun["secret"].as_str().unwrap());
    let confirmed = t.post_as(who, "/api/auth/mfa/totp/confirm", json!({ "code": app.code(t) })).await.data();
    t.clock.advance(Duration::seconds(30));
    (app, texts(&confirmed["recoveryCodes"]))
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

async fn login_with(t: &TestApp, person: &staff::Model, otp: &str) -> Answer {
    let body = json!({ "email": person.email, "password": PASSWORD, "otp": otp });
    t.post("/api/admin/auth/login", body).await
}

async fn delete_as(t: &TestApp, who: &Signed, path: &str) -> Answer {
    Answer::of(t.request_as(who, Method::DELETE, path)).await
}

async fn actions(t: &TestApp) -> Vec<String> {
    let entries = audit_logs::Entity::find().all(t.app.storage.read()).await.unwrap();
    entries.into_iter().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn an_app_is_set_up_and_then_asked_for_at_sign_in() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let ada = t.sign_in(&person).await;
    let begun = t.post_as(&ada, "/api/auth/mfa/totp", json!({})).await.data();
    assert!(begun["otpauthUrl"].as_str().unwrap().starts_with("otpauth://totp/"));
    assert!(begun["qrSvg"].as_str().unwrap().contains("<svg"));
    // It has no effect until it is confirmed.
    t.login(&person.email, PASSWORD).await.status(200);
    let wrong = t.post_as(&ada, "/api/auth/mfa/totp/confirm", json!({ "code": "000000" })).await;
    assert_eq!(wrong.refused(), [("code".to_owned(), "invalid".to_owned())]);
    let (app, codes) = turn_on(&t, &ada).await;
    assert_eq!(codes.len(), 10);

    t.login(&person.email, "wrong password").await.problem(401, "invalid_credentials");
    t.login(&person.email, PASSWORD).await.problem(401, "second_factor_required");
    login_with(&t, &person, "000000").await.problem(401, "invalid_credentials");
    login_with(&t, &person, "").await.problem(401, "second_factor_required");
    login_with(&t, &person, &app.code(&t)).await.status(200);
    login_with(&t, &person, &app.code(&t)).await.problem(401, "invalid_credentials");

    let state = t.get_as(&ada, "/api/auth/mfa").await.data();
    assert!(state["totpSince"].is_string());
    assert_eq!((&state["recoveryCodesLeft"], &state["required"]), (&json!(10), &json!(false)));
    t.post_as(&ada, "/api/auth/mfa/totp", json!({})).await.problem(409, "conflict");
    let mails = t.mails().await;
    assert!(mails.iter().any(|mail| mail.contains("Subject: An authenticator app was added")), "{mails:?}");
    let noted = actions(&t).await;
    assert!(noted.contains(&"auth.totp_added".to_owned()) && noted.contains(&"auth.second_factor_failed".to_owned()));
}

#[tokio::test]
async fn a_wrong_second_step_begins_no_session() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let ada = t.sign_in(&person).await;
    turn_on(&t, &ada).await;
    let before = active_sessions::Entity::find().all(t.app.storage.read()).await.unwrap().len();
    t.login(&person.email, PASSWORD).await.problem(401, "second_factor_required");
    let wrong_code = login_with(&t, &person, "000000").await;
    let body = json!({ "email": person.email, "password": "wrong password", "otp": "000000" });
    let wrong_password = t.post("/api/admin/auth/login", body).await;
    let said = |answer: &Answer| (answer.code, answer.json()["code"].clone());
    assert_eq!(said(&wrong_code), said(&wrong_password));
    // A person who knows the password is asked for a code anyway, so the error can say which of the two is wrong.
    assert!(wrong_code.text.contains("This code is wrong") && wrong_password.text.contains("password is wrong"));
    let after = active_sessions::Entity::find().all(t.app.storage.read()).await.unwrap().len();
    assert_eq!(before, after);
}

#[tokio::test]
async fn one_code_at_once_lets_one_in() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let person = t.person("Ada", Role::Admin).await;
    let ada = t.sign_in(&person).await;
    let (app, recovery) = turn_on(&t, &ada).await;
    for code in [app.code(&t), recovery[0].clone()] {
        let tries = join_all((0..6).map(|_| login_with(&t, &person, &code))).await;
        let won = tries.iter().filter(|answer| answer.code == 200).count();
        assert_eq!(won, 1, "{:?}", tries.iter().map(|it| it.code).collect::<Vec<_>>());
    }
    // The previous step does not work either, although it is within the window.
    t.clock.advance(Duration::seconds(60));
    let code = app.code(&t);
    login_with(&t, &person, &code).await.status(200);
    t.clock.advance(Duration::seconds(30));
    login_with(&t, &person, &code).await.problem(401, "invalid_credentials");
    // A device with a slow clock shows an older code.
    t.clock.advance(Duration::minutes(20));
    let late = login_with(&t, &person, &code).await;
    late.problem(401, "invalid_credentials");
    assert!(late.text.contains("device’s clock is slow"), "{}", late.text);
}

#[tokio::test]
async fn a_recovery_code_works_once_and_is_told_by_mail() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let ada = t.sign_in(&person).await;
    let (_, codes) = turn_on(&t, &ada).await;
    login_with(&t, &person, &codes[3].to_uppercase().replace('-', " ")).await.status(200);
    login_with(&t, &person, &codes[3]).await.problem(401, "invalid_credentials");
    assert_eq!(t.get_as(&ada, "/api/auth/mfa").await.data()["recoveryCodesLeft"], 9);
    assert!(t.mails().await.iter().any(|mail| mail.contains("Subject: A recovery code for your account was used")));
    let fresh = texts(&t.post_as(&ada, "/api/auth/mfa/recovery-codes", json!({})).await.data()["recoveryCodes"]);
    login_with(&t, &person, &codes[4]).await.problem(401, "invalid_credentials");
    login_with(&t, &person, &fresh[0]).await.status(200);
}

#[tokio::test]
async fn nothing_secret_stands_in_the_database_or_the_trail() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let ada = t.sign_in(&person).await;
    let begun = t.post_as(&ada, "/api/auth/mfa/totp", json!({})).await.data();
    let secret = begun["secret"].as_str().unwrap().to_owned();
    let app = Authenticator::of(&secret);
    let confirmed = t.post_as(&ada, "/api/auth/mfa/totp/confirm", json!({ "code": app.code(&t) })).await.data();
    let codes = texts(&confirmed["recoveryCodes"]);
    login_with(&t, &person, &codes[0]).await.status(200);
    let conn = t.app.storage.read();
    let raw = Secret::try_from_base32(&secret).unwrap();
    let row = totp_secrets::Entity::find().one(conn).await.unwrap().unwrap();
    assert!(!row.secret_sealed.windows(raw.as_ref().len()).any(|part| part == raw.as_ref()), "the secret is sealed");
    let stored = recovery_codes::Entity::find().all(conn).await.unwrap();
    let audit = audit_logs::Entity::find().all(conn).await.unwrap();
    let mails = outbox::Entity::find().all(conn).await.unwrap();
    let everything = format!("{stored:?} {audit:?} {mails:?} {}", t.mails().await.join("\n"));
    for code in &codes {
        assert!(!everything.contains(code) && !everything.contains(&code.replace('-', "")));
    }
    assert!(!everything.contains(&secret));
}

#[tokio::test]
async fn wrong_codes_lock_the_account_like_wrong_passwords() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let ada = t.sign_in(&person).await;
    let (app, _) = turn_on(&t, &ada).await;
    for _ in 0..5 {
        login_with(&t, &person, "000000").await.problem(401, "invalid_credentials");
        // The correct password alone clears nothing.
        t.login(&person.email, PASSWORD).await;
    }
    login_with(&t, &person, &app.code(&t)).await.problem(429, "rate_limited");
    t.clock.advance(Duration::minutes(16));
    login_with(&t, &person, &app.code(&t)).await.status(200);
}

#[tokio::test]
async fn turning_the_app_off_takes_the_recovery_codes_with_it() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let ada = t.sign_in(&person).await;
    turn_on(&t, &ada).await;
    delete_as(&t, &ada, "/api/auth/mfa/totp").await.status(200);
    delete_as(&t, &ada, "/api/auth/mfa/totp").await.problem(404, "not_found");
    t.post_as(&ada, "/api/auth/mfa/recovery-codes", json!({})).await.problem(409, "conflict");
    assert!(recovery_codes::Entity::find().all(t.app.storage.read()).await.unwrap().is_empty());
    t.login(&person.email, PASSWORD).await.status(200);
    assert!(t.mails().await.iter().any(|mail| mail.contains("was turned off")));
}

#[tokio::test]
async fn a_set_up_that_was_begun_again_or_took_too_long_does_not_count() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.post_as(&ada, "/api/auth/mfa/totp/confirm", json!({ "code": "123456" })).await.problem(409, "conflict");
    let confirm = async |app: &Authenticator| {
        t.post_as(&ada, "/api/auth/mfa/totp/confirm", json!({ "code": app.code(&t) })).await
    };
    let begin = async || {
        let begun = t.post_as(&ada, "/api/auth/mfa/totp", json!({})).await.data();
        Authenticator::of(begun["secret"].as_str().unwrap())
    };
    let (first, second) = (begin().await, begin().await);
    confirm(&first).await.problem(422, "validation_failed");
    t.clock.advance(Duration::minutes(31));
    let ada = t.sign_in_again("Ada").await;
    let late = t.post_as(&ada, "/api/auth/mfa/totp/confirm", json!({ "code": second.code(&t) })).await;
    late.problem(409, "conflict");
    turn_on(&t, &ada).await;
}

#[tokio::test]
async fn a_proof_by_password_or_code_opens_what_is_sensitive_for_ten_minutes_in_this_session_only() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let (mine, other) = (t.sign_in(&person).await, t.sign_in(&person).await);
    let prove = async |body: Value| t.post_as(&mine, "/api/auth/prove", body).await;
    let sensitive = async |who: &Signed| t.post_as(who, "/api/auth/mfa/recovery-codes", json!({})).await;
    t.clock.advance(Duration::minutes(10));
    sensitive(&mine).await.problem(403, "reauthentication_required");
    let wrong = prove(json!({ "password": "wrong password" })).await;
    assert_eq!(wrong.refused(), [("password".to_owned(), "invalid".to_owned())]);
    prove(json!({})).await.problem(422, "validation_failed");
    prove(json!({ "password": PASSWORD, "code": "123456" })).await.problem(422, "validation_failed");
    sensitive(&mine).await.problem(403, "reauthentication_required");
    prove(json!({ "password": PASSWORD })).await.status(200);
    sensitive(&mine).await.problem(409, "conflict");
    sensitive(&other).await.problem(403, "reauthentication_required");

    let (app, codes) = turn_on(&t, &mine).await;
    t.clock.advance(Duration::minutes(3));
    let mine = t.refreshed(&mine).await;
    let prove = async |body: Value| t.post_as(&mine, "/api/auth/prove", body).await;
    t.clock.advance(Duration::minutes(10));
    sensitive(&mine).await.problem(403, "reauthentication_required");
    let code = app.code(&t);
    prove(json!({ "code": code })).await.status(200);
    prove(json!({ "code": code })).await.problem(422, "validation_failed");
    prove(json!({ "code": codes[0] })).await.status(200);
    sensitive(&mine).await.status(200);
}

#[tokio::test]
async fn guessing_a_proof_is_stopped() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    for _ in 0..5 {
        t.post_as(&ada, "/api/auth/prove", json!({ "password": "wrong password" })).await.status(422);
    }
    t.post_as(&ada, "/api/auth/prove", json!({ "password": PASSWORD })).await.problem(429, "rate_limited");
    let change = json!({ "currentPassword": PASSWORD, "newPassword": "a new one that is fine" });
    t.post_as(&ada, "/api/auth/password", change).await.problem(429, "rate_limited");
    assert!(actions(&t).await.contains(&"auth.proof_failed".to_owned()));
}

#[tokio::test]
async fn an_admin_takes_the_factors_of_a_colleague_away() {
    let t = TestApp::new().await;
    let (ada, ben) = (t.person("Ada", Role::Admin).await, t.person("Ben", Role::Staff).await);
    let (admin, signed) = (t.sign_in(&ada).await, t.sign_in(&ben).await);
    let path = format!("/api/admin/staff/{}/factors", ben.id);
    delete_as(&t, &admin, &path).await.problem(409, "conflict");
    turn_on(&t, &signed).await;
    let seen = t.get_as(&admin, &path).await.data();
    assert_eq!((&seen["totp"], &seen["mayReset"]), (&json!(true), &json!(true)));
    // A person who can only manage staff cannot touch someone with more permissions.
    let clerk = t.person_with("Clerk", &[tekvwarho::platform::permission::Permission::Staff]).await;
    let clerk = t.sign_in(&clerk).await;
    assert_eq!(t.get_as(&clerk, &path).await.data()["mayReset"], false);
    delete_as(&t, &clerk, &path).await.problem(403, "forbidden");
    delete_as(&t, &admin, &format!("/api/admin/staff/{}/factors", ada.id)).await.problem(409, "conflict");
    delete_as(&t, &admin, &path).await.status(200);
    t.get_as(&signed, "/api/auth/me").await.problem(401, "unauthenticated");
    t.login(&ben.email, PASSWORD).await.status(200);
    let mails = t.mails().await;
    assert!(
        mails.iter().any(|mail| mail.contains("were reset") && mail.contains("ben@tekvwarho.example")),
        "{mails:?}"
    );
    assert!(actions(&t).await.contains(&"staff.factors_reset".to_owned()));
}

#[tokio::test]
async fn the_operator_lets_the_last_admin_in_again() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let ada = t.sign_in(&person).await;
    turn_on(&t, &ada).await;
    let info = tekvwarho::http::RequestInfo::internal();
    tekvwarho::platform::auth::reset_factors_of(&t.app, None, person.id, &info).await.unwrap();
    assert!(tekvwarho::platform::auth::reset_factors_of(&t.app, None, person.id, &info).await.is_err());
    t.get_as(&ada, "/api/auth/me").await.problem(401, "unauthenticated");
    t.login(&person.email, PASSWORD).await.status(200);
}

#[tokio::test]
async fn bad_input_is_told_by_field() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    for (path, body) in [
        ("/api/auth/mfa/totp/confirm", json!({})),
        ("/api/auth/mfa/totp/confirm", json!({ "code": 123_456 })),
        ("/api/auth/prove", json!({ "password": 5 })),
        ("/api/auth/prove", json!({ "pass": "x" })),
        ("/api/auth/prove", json!({ "code": "\u{0}" })),
        ("/api/auth/prove/passkey", json!({ "challengeId": "x", "credential": {} })),
        ("/api/auth/passkeys/register", json!({ "challengeId": null, "name": "x", "credential": {} })),
        ("/api/auth/passkeys/register", json!({ "name": "x" })),
    ] {
        t.post_as(&ada, path, body.clone()).await.problem(422, "validation_failed");
    }
    for otp in [json!(5), json!(["123456"]), json!({})] {
        let body = json!({ "email": "ada@tekvwarho.example", "password": PASSWORD, "otp": otp });
        t.post("/api/admin/auth/login", body).await.problem(422, "validation_failed");
    }
    // Nobody without a second factor is asked for one, and an unneeded code does no harm.
    for otp in [json!(null), json!(""), json!("\u{0}"), json!("9".repeat(5_000))] {
        let body = json!({ "email": "ada@tekvwarho.example", "password": PASSWORD, "otp": otp });
        t.post("/api/admin/auth/login", body).await.status(200);
    }
    for body in [json!({}), json!({ "challengeId": "x", "credential": {} }), json!({ "credential": [] })] {
        t.post("/api/auth/passkeys/sign-in", body).await.problem(422, "validation_failed");
    }
    let unknown = json!({ "challengeId": uuid::Uuid::nil(), "name": "x", "credential": { "id": "\u{0}" } });
    let refused = t.post_as(&ada, "/api/auth/passkeys/register", unknown).await.refused();
    assert_eq!(refused, [("challengeId".to_owned(), "invalid".to_owned())]);
    let long = json!({ "challengeId": uuid::Uuid::nil(), "name": "x".repeat(61), "credential": {} });
    let refused = t.post_as(&ada, "/api/auth/passkeys/register", long).await.refused();
    assert_eq!(refused, [("name".to_owned(), "too_long".to_owned())]);
    let odd = t.patch_as(&ada, "/api/auth/me", json!({ "locale": "not a tag" })).await;
    assert_eq!(odd.refused(), [("locale".to_owned(), "invalid".to_owned())]);
    let set = t.patch_as(&ada, "/api/auth/me", json!({ "locale": "de-DE" })).await.data();
    assert_eq!(set["locale"], "de-DE");
    assert_eq!(t.patch_as(&ada, "/api/auth/me", json!({ "locale": "" })).await.data()["locale"], Value::Null);
}

#[tokio::test]
async fn a_role_that_needs_a_second_factor_is_let_in_once_it_has_one() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let before = t.sign_in(&person).await;
    t.require_second_factor(&["admin", "manager"]).await;
    // This applies to people who are signed in already and to new sign-ins.
    t.get_as(&before, "/api/admin/messages").await.problem(403, "second_factor_missing");
    let signed = t.login(&person.email, PASSWORD).await.data();
    assert_eq!(signed["staff"]["secondFactorMissing"], true);
    let ada = t.sign_in(&person).await;
    assert_eq!(t.get_as(&ada, "/api/auth/me").await.data()["secondFactorMissing"], true);
    assert_eq!(t.get_as(&ada, "/api/auth/mfa").await.data()["required"], true);
    let other = t.person("Ben", Role::Staff).await;
    let ben = t.sign_in(&other).await;
    t.get_as(&ben, "/api/admin/messages").await.status(200);

    let (app, _) = turn_on(&t, &ada).await;
    t.get_as(&ada, "/api/admin/messages").await.status(200);
    assert_eq!(t.get_as(&ada, "/api/auth/me").await.data()["secondFactorMissing"], false);
    t.get_as(&before, "/api/admin/messages").await.status(200);
    assert_eq!(login_with(&t, &person, &app.code(&t)).await.data()["staff"]["secondFactorMissing"], false);
    // Without it, access is restricted again at once.
    delete_as(&t, &ada, "/api/auth/mfa/totp").await.status(200);
    t.get_as(&ada, "/api/admin/messages").await.problem(403, "second_factor_missing");
}
