//! The first start.

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};
use tekvwarho::features::samples::{self, Wanted};
use tekvwarho::http::RequestInfo;
use tekvwarho::platform::auth::setup_link;

use crate::support::people::PASSWORD;
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
    // Nor does it offer what the example firm offers, or say what that firm says.
    for stranger in ["Software development", "the software your company runs on", "2,400", "/services"] {
        assert!(!home.contains(stranger), "{stranger} is of another firm");
    }
    assert!(!home.contains("17:30") && !home.contains("Closed now"), "nobody has set its hours");
    assert!(home.contains("<title>Nordlicht</title>") && home.contains("<h1>Nordlicht</h1>"), "{home}");
    for path in ["/services", "/services/software-development"] {
        t.get(path).await.status(404);
    }
    assert!(!t.get("/sitemap.xml").await.text.contains("/services"));
    assert!(!t.get("/contact").await.text.contains("name=\"service\""), "there is nothing to choose");
    t.send_message(json!({})).await;
    assert_eq!(t.get("/api/setup").await.data(), json!({ "needed": false }));
    t.post("/api/setup", form(&token)).await.problem(409, "conflict");
    assert_eq!(open(&token).await, 422);
    assert_eq!(setup_link(&t.app).await.unwrap(), None);
    t.login("ada@nordlicht.example", "tulpe fahrrad neun").await.status(200);
}

#[tokio::test]
async fn the_example_services_are_there_for_who_wants_them() {
    let t = TestApp::new().await;
    let mut form = form(&token(&t).await);
    form["email"] = json!("ada@tekvwarho.example");
    form["password"] = json!(PASSWORD);
    form["firm"]["exampleServices"] = json!(true);
    form["firm"]["tagline"] = json!("We cut hedges.");
    t.post("/api/setup", form).await.status(201);
    let home = t.get("/").await.text;
    assert!(home.contains("Software development") && home.contains("<h1>We cut hedges.</h1>"), "{home}");
    t.get("/services").await.status(200);
    let ada = t.sign_in_again("Ada").await;
    let steps = t.get_as(&ada, "/api/admin/onboarding").await.data()["steps"].clone();
    let done = |name: &str| steps.as_array().unwrap().iter().find(|step| step["name"] == name).unwrap()["done"].clone();
    assert_eq!([done("firm"), done("services"), done("hours")], [json!(true), json!(false), json!(false)]);
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
    let wanted = Wanted { messages: 5, chats: 0, seed: 1, marked: false };
    samples::make(&t.app, None, &RequestInfo::internal(), wanted, |_| Ok(None)).await.unwrap();
    assert_eq!(t.get("/api/setup").await.data(), json!({ "needed": true }));
    let done = t.post("/api/setup", form(&token)).await;
    done.status(201);
    assert_eq!(done.header("location"), "/api/auth/me");
    assert_eq!(setup_link(&t.app).await.unwrap(), None);
}
