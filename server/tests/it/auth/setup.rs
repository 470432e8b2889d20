//! The first start.

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};
use tekvwarho::features::samples::{self, Wanted};
use tekvwarho::http::RequestInfo;
use tekvwarho::platform::auth::setup_link;

use crate::support::{Answer, TestApp};

fn form(token: &str) -> Value {
    json!({
        "token": token, "name": "Ada", "email": "ada@nordlicht.example", "password": "tulpe fahrrad neun",
        "firm": { "name": "Nordlicht", "email": "post@nordlicht.example", "city": "Kiel", "timeZone": "Europe/Berlin" },
    })
}

async fn token(t: &TestApp) -> String {
    setup_link(&t.app).await.unwrap().unwrap().split('#').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn the_link_makes_the_first_admin_once() {
    let t = TestApp::new().await;
    assert_eq!(t.get("/api/setup").await.data(), json!({ "needed": true }));
    let old = token(&t).await;
    let token = token(&t).await;
    let open = async |token: &str| t.post("/api/setup/link", json!({ "token": token })).await.code;
    assert_eq!((open(&old).await, open(&token).await, open(&token).await), (422, 200, 200));
    t.post("/api/setup", form(&old)).await.problem(422, "validation_failed");
    let mut weak = form(&token);
    weak["password"] = json!("password");
    t.post("/api/setup", weak).await.problem(422, "validation_failed");
    let mut wrong = form(&token);
    wrong["firm"]["timeZone"] = json!("Mars");
    assert_eq!(t.post("/api/setup", wrong).await.refused()[0].0, "firm.timeZone");
    let done = Answer::of(t.request(Method::POST, "/api/setup").header("x-client", "web").json(&form(&token))).await;
    done.status(201);
    assert_eq!(done.data()["staff"]["role"], "admin");
    assert_eq!(done.data()["staff"]["firmName"], "Nordlicht");
    assert!(done.cookies().iter().any(|cookie| cookie.starts_with("refresh=")));
    let home = t.get("/").await.text;
    assert!(home.contains("Nordlicht") && home.contains("post@nordlicht.example"));
    for stranger in ["Speicherkai", "20457", "Hamburg", "66969", "hello@tekvwarho.example", "Tekvwarho IT Solutions"] {
        assert!(!home.contains(stranger), "{stranger} is of another firm");
    }
    assert_eq!(t.get("/api/setup").await.data(), json!({ "needed": false }));
    t.post("/api/setup", form(&token)).await.problem(409, "conflict");
    assert_eq!(open(&token).await, 422);
    assert_eq!(setup_link(&t.app).await.unwrap(), None);
    t.login("ada@nordlicht.example", "tulpe fahrrad neun").await.status(200);
}

#[tokio::test]
async fn the_link_is_over_after_a_day() {
    let t = TestApp::new().await;
    let token = token(&t).await;
    t.clock.advance(Duration::hours(25));
    assert_eq!(t.post("/api/setup", form(&token)).await.refused(), [("token".to_owned(), "invalid".to_owned())]);
}

#[tokio::test]
async fn two_who_use_the_link_at_once_make_one_admin() {
    let t = TestApp::new().await;
    let token = token(&t).await;
    let mut second = form(&token);
    second["email"] = json!("mallory@nordlicht.example");
    let (one, two) = tokio::join!(t.post("/api/setup", form(&token)), t.post("/api/setup", second));
    let mut codes = [one.code, two.code];
    codes.sort_unstable();
    assert_eq!(codes[0], 201);
    assert!(matches!(codes[1], 409 | 422), "{codes:?}");
}

#[tokio::test]
async fn people_who_cannot_sign_in_do_not_end_the_set_up() {
    let t = TestApp::new().await;
    let token = token(&t).await;
    let wanted = Wanted { messages: 5, seed: 1, marked: false };
    samples::make(&t.app, None, &RequestInfo::internal(), wanted, |_| Ok(None)).await.unwrap();
    assert_eq!(t.get("/api/setup").await.data(), json!({ "needed": true }));
    let done = t.post("/api/setup", form(&token)).await;
    done.status(201);
    assert_eq!(done.header("location"), "/api/auth/me");
    assert_eq!(setup_link(&t.app).await.unwrap(), None);
}
