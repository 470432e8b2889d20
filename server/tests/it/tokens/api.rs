//! API tokens: created once, limited to the chosen permissions, and invalid as soon as they are revoked.

use database::entity::api_tokens;
use database::entity::staff::Role;
use reqwest::Method;
use sea_orm::{EntityTrait, Set};
use serde_json::{Value, json};
use tekvwarho::platform::permission::Permission;

use crate::support::{Answer, Signed, TestApp};

/// A token with access to messages.
async fn token(t: &TestApp, who: &Signed) -> (String, String) {
    let body = json!({ "name": "Stock list", "permissions": ["messages"], "expiresInDays": 30 });
    let made = t.post_as(who, "/api/admin/tokens", body).await;
    let data = made.status(201).data();
    (data["id"].as_str().unwrap().to_owned(), data["token"].as_str().unwrap().to_owned())
}

async fn with(t: &TestApp, token: &str, method: Method, path: &str) -> Answer {
    Answer::of(t.request(method, path).bearer_auth(token)).await
}

async fn only(t: &TestApp) -> api_tokens::Model {
    api_tokens::Entity::find().one(t.app.storage.read()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_token_is_shown_once_and_kept_as_a_hash() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (_, token) = token(&t, &ada).await;
    assert!(token.starts_with("tkw_") && token.len() == 47, "{token}");
    let row = only(&t).await;
    assert_eq!(row.token_hash, tekvwarho::secrets::sha256_hex(&token));
    let list = t.get_as(&ada, "/api/admin/tokens").await;
    assert!(!list.text.contains(&token) && !list.text.contains(&row.token_hash));
    let shown = &list.data()[0];
    assert_eq!((&shown["name"], &shown["state"]), (&json!("Stock list"), &json!("active")));
    assert!(token.starts_with(shown["prefix"].as_str().unwrap()));
    let one = t.get_as(&ada, &format!("/api/admin/tokens/{}", shown["id"].as_str().unwrap())).await;
    assert_eq!(&one.data(), shown, "a token alone is what it is in the list");
    t.get_as(&ada, "/api/admin/tokens/nonsense").await.problem(404, "not_found");
    let trail = t.get_as(&ada, "/api/admin/audit?action=api_token.*").await;
    assert!(!trail.text.contains(&row.token_hash) && !trail.text.contains(&token));
    assert_eq!(trail.data()[0]["sentence"], "created the API token Stock list");
}

#[tokio::test]
async fn a_token_acts_for_its_person_and_the_trail_says_so() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (id, token) = token(&t, &ada).await;
    let message = t.send_message(json!({})).await;
    with(&t, &token, Method::GET, "/api/admin/messages").await.status(200);
    let change = t.request(Method::PATCH, &format!("/api/admin/messages/{message}")).bearer_auth(&token);
    Answer::of(change.json(&json!({ "status": "replied" }))).await.status(200);
    let trail = t.get_as(&ada, &format!("/api/admin/audit?actor={id}")).await.data();
    assert_eq!(trail.as_array().unwrap().len(), 1);
    assert_eq!(trail[0]["actor"]["name"], "Ada");
    assert_eq!(trail[0]["token"]["name"], "Stock list");
    assert_eq!(trail[0]["sentence"], "changed the status of the message from Anna Müller from new to replied");
    with(&t, &token, Method::GET, "/api/admin/settings").await.problem(403, "forbidden");
    with(&t, &token, Method::GET, "/api/auth/me").await.problem(403, "not_for_tokens");
    with(&t, &token, Method::POST, "/api/auth/ws-ticket").await.problem(403, "not_for_tokens");
    with(&t, &token, Method::GET, "/api/admin/tokens").await.problem(403, "not_for_tokens");
}

#[tokio::test]
async fn nobody_gives_a_token_what_they_lack_and_no_token_is_without_end() {
    let t = TestApp::new().await;
    let person = t.person_with("Sue", &[Permission::Settings, Permission::Messages]).await;
    let sue = t.sign_in(&person).await;
    let ask = async |over: Value| {
        let mut body = json!({ "name": "x", "permissions": ["messages"], "expiresInDays": 30 });
        body.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
        t.post_as(&sue, "/api/admin/tokens", body).await
    };
    for (over, field) in [
        (json!({ "permissions": ["messages", "audit"] }), "permissions"),
        (json!({ "permissions": [] }), "permissions"),
        (json!({ "permissions": ["everything"] }), "permissions[0]"),
        (json!({ "expiresInDays": 0 }), "expiresInDays"),
        (json!({ "expiresInDays": 366 }), "expiresInDays"),
        (json!({ "expiresInDays": -1 }), "expiresInDays"),
        (json!({ "name": " " }), "name"),
        (json!({ "name": "x".repeat(81) }), "name"),
        (json!({ "token": "tkw_mine" }), "token"),
    ] {
        let answer = ask(over.clone()).await;
        answer.problem(422, "validation_failed");
        assert_eq!(answer.refused()[0].0, field, "{over}");
    }
    ask(json!({})).await.status(201);
    // A permission that the person loses, the token loses too.
    let (_, token) = token(&t, &sue).await;
    with(&t, &token, Method::GET, "/api/admin/messages").await.status(200);
    t.change_person(&person, |change| change.permissions = Set(json!(["settings"]))).await;
    with(&t, &token, Method::GET, "/api/admin/messages").await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_token_ends_by_revoking_by_date_and_with_its_person() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let works = async |token: &str| with(&t, token, Method::GET, "/api/admin/messages").await.code;
    let (id, revoked) = token(&t, &ada).await;
    let (_, old) = token(&t, &ada).await;
    assert_eq!((works(&revoked).await, works(&old).await), (200, 200));
    t.delete_as(&ada, &format!("/api/admin/tokens/{id}")).await.status(200);
    assert_eq!((works(&revoked).await, works(&old).await), (401, 200));
    t.delete_as(&ada, &format!("/api/admin/tokens/{id}")).await.status(200);
    let trail = t.get_as(&ada, "/api/admin/audit?action=api_token.revoked").await.data();
    assert_eq!(trail.as_array().unwrap().len(), 1, "twice is once");
    t.delete_as(&ada, "/api/admin/tokens/00000000-0000-7000-8000-000000000000").await.problem(404, "not_found");

    let other = t.person("Eve", Role::Admin).await;
    let eve = t.sign_in(&other).await;
    let (_, hers) = token(&t, &eve).await;
    assert_eq!(works(&hers).await, 200);
    t.change_person(&other, |change| change.is_active = Set(false)).await;
    assert_eq!(works(&hers).await, 401);
    t.clock.advance(chrono::Duration::days(31));
    t.app.liveness.forget_all();
    assert_eq!(works(&old).await, 401);
}

#[tokio::test]
async fn a_token_that_another_node_revoked_ends_within_a_second() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (_, token) = token(&t, &ada).await;
    with(&t, &token, Method::GET, "/api/admin/messages").await.status(200);
    // As another node does it: no event reaches this one.
    let now = t.clock.now();
    t.app
        .storage
        .write((), move |tx, ()| {
            Box::pin(async move {
                use sea_orm::{ColumnTrait as _, QueryFilter as _, sea_query::Expr};
                api_tokens::Entity::update_many()
                    .col_expr(api_tokens::Column::RevokedAt, Expr::value(now))
                    .filter(api_tokens::Column::RevokedAt.is_null())
                    .exec(tx.conn())
                    .await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    let began = std::time::Instant::now();
    while with(&t, &token, Method::GET, "/api/admin/messages").await.code == 200 {
        assert!(began.elapsed() < std::time::Duration::from_secs(1), "revoked a second ago, and still good");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn revoking_while_a_token_is_in_use_lets_nothing_in_afterwards() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let (id, token) = token(&t, &ada).await;
    let users = (0..8).map(|_| async {
        let mut codes = Vec::new();
        for _ in 0..20 {
            codes.push(with(&t, &token, Method::GET, "/api/admin/messages").await.code);
        }
        codes
    });
    let revoke = async { t.delete_as(&ada, &format!("/api/admin/tokens/{id}")).await.status(200).code };
    let (all, _) = tokio::join!(futures_util::future::join_all(users), revoke);
    for codes in all {
        assert!(codes.iter().all(|code| matches!(code, 200 | 401)), "{codes:?}");
    }
    t.app.liveness.forget_all();
    with(&t, &token, Method::GET, "/api/admin/messages").await.status(401);
}

#[tokio::test]
async fn its_person_hears_of_a_token_and_ends_it_with_a_reset() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (_, kept) = token(&t, &ada).await;
    let mail = t.mails().await.pop().unwrap();
    for part in ["To: ada@tekvwarho.example", "A new API token acts in your name", "messages"] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
    let reset = async |end: bool| {
        t.post("/api/auth/forgot", json!({ "email": "ada@tekvwarho.example" })).await.status(202);
        let link = t.mails().await.into_iter().rev().find_map(|mail| {
            let start = mail.find("/admin/reset#")? + "/admin/reset#".len();
            Some(mail[start..].split_whitespace().next()?.to_owned())
        });
        let body = json!({ "token": link, "password": "tulpe fahrrad regen", "endTokens": end });
        t.post("/api/auth/reset", body).await.status(200);
        t.app.liveness.forget_all();
        with(&t, &kept, Method::GET, "/api/admin/messages").await.code
    };
    assert_eq!(reset(false).await, 200);
    t.clock.advance(chrono::Duration::minutes(30));
    assert_eq!(reset(true).await, 401);
}

#[tokio::test]
async fn who_lacks_a_right_cannot_revoke_a_token_that_has_it() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let body = json!({ "name": "Trail", "permissions": ["audit"], "expiresInDays": 1 });
    let id = t.post_as(&ada, "/api/admin/tokens", body).await.data()["id"].as_str().unwrap().to_owned();
    let sue = t.person_with("Sue", &[Permission::Settings]).await;
    let sue = t.sign_in(&sue).await;
    t.delete_as(&sue, &format!("/api/admin/tokens/{id}")).await.problem(403, "forbidden");
}

#[tokio::test]
async fn the_last_use_is_noted_once_a_minute_and_each_token_has_its_own_allowance() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (_, token) = token(&t, &ada).await;
    assert_eq!(only(&t).await.last_used_at, None);
    let first = t.clock.now();
    with(&t, &token, Method::GET, "/api/admin/messages").await.status(200);
    assert_eq!(only(&t).await.last_used_at, Some(first));
    assert_eq!(only(&t).await.last_used_address.as_deref(), Some("127.0.0.1"));
    t.clock.advance(chrono::Duration::seconds(59));
    with(&t, &token, Method::GET, "/api/admin/messages").await.status(200);
    assert_eq!(only(&t).await.last_used_at, Some(first));
    t.clock.advance(chrono::Duration::seconds(1));
    with(&t, &token, Method::GET, "/api/admin/messages").await.status(200);
    assert_eq!(only(&t).await.last_used_at, Some(t.clock.now()));
    // 600 a minute for the token; its owner is not counted.
    let mut code = 200;
    for _ in 0..700 {
        code = with(&t, &token, Method::GET, "/api/admin/services").await.code;
        if code == 429 {
            break;
        }
    }
    assert_eq!(code, 429);
    t.get_as(&ada, "/api/admin/services").await.status(200);
}

#[tokio::test]
async fn what_looks_like_a_token_and_is_none_opens_nothing() {
    let t = TestApp::new().await;
    for token in ["tkw_", "tkw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "tkw_ü", "TKW_x"] {
        let answer = with(&t, token, Method::GET, "/api/admin/messages").await;
        answer.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn of_many_that_make_the_last_token_at_once_one_does() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let new = |name: String| json!({ "name": name, "permissions": ["messages"], "expiresInDays": 1 });
    for n in 0..99 {
        t.post_as(&ada, "/api/admin/tokens", new(format!("token {n}"))).await.status(201);
    }
    let all = (0..8).map(|n| t.post_as(&ada, "/api/admin/tokens", new(format!("last {n}"))));
    let outcomes = futures_util::future::join_all(all).await;
    assert_eq!(outcomes.iter().filter(|it| it.code == 201).count(), 1);
    assert_eq!(outcomes.iter().filter(|it| it.code == 409).count(), 7);
}
