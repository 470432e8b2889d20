//! A person's own devices: listing them, and signing out remotely.

use chrono::Duration;
use database::entity::staff::Role;
use reqwest::Method;
use serde_json::json;
use tekvwarho::places::Places;

use crate::support::people::PASSWORD;
use crate::support::{Answer, TestApp, place_map};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

#[tokio::test]
async fn devices_have_a_place_when_there_is_a_map() {
    let folder = tempfile::tempdir().unwrap();
    let map = folder.path().join("places.mmdb");
    place_map::write(&map, [203, 0, 113, 0], 24, "Berlin", "Germany");
    let t = TestApp::with(&["--trusted-proxies", "127.0.0.1", "--geoip-db", map.to_str().unwrap()]).await;
    let person = t.person("Ada", Role::Admin).await;
    let sign_in = |address: &'static str| {
        let body = json!({ "email": person.email, "password": PASSWORD });
        let request = t.request(Method::POST, "/api/admin/auth/login").header("x-forwarded-for", address);
        Answer::of(request.header("user-agent", FIREFOX).json(&body))
    };
    sign_in("198.51.100.1").await.status(200);
    let data = sign_in("203.0.113.9").await.data();
    let list =
        Answer::of(t.request(Method::GET, "/api/auth/sessions").bearer_auth(data["accessToken"].as_str().unwrap()))
            .await
            .data();
    let mine = list.as_array().unwrap().iter().find(|it| it["current"] == true).unwrap();
    assert_eq!(
        (&mine["location"], &mine["device"], &mine["browser"], &mine["os"], &mine["ipAddress"]),
        (
            &json!("Berlin, Germany"),
            &json!("Firefox on Linux"),
            &json!("Firefox"),
            &json!("Linux"),
            &json!("203.0.113.9")
        )
    );
    assert!(list.as_array().unwrap().iter().any(|it| it["location"].is_null()));
    let mails = t.mails().await;
    assert_eq!(mails.len(), 1);
    for part in ["Firefox on Linux", "203.0.113.9 (Berlin, Germany)"] {
        assert!(mails[0].contains(part), "{}", mails[0]);
    }
}

#[test]
fn a_map_that_cannot_be_read_is_an_error_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("places.mmdb");
    assert!(Places::open(Some(&path)).unwrap_err().contains("places.mmdb"));
    std::fs::write(&path, "no map").unwrap();
    assert!(Places::open(Some(&path)).is_err());
    place_map::write(&path, [203, 0, 113, 0], 24, "Berlin", "Germany");
    let known = Places::open(Some(&path)).unwrap();
    assert_eq!(known.of("::ffff:203.0.113.1".parse().unwrap()).as_deref(), Some("Berlin, Germany"));
    assert_eq!(known.of("2001:db8::1".parse().unwrap()), None);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[20..]).unwrap();
    assert!(Places::open(Some(&path)).is_err(), "a map that was cut off");
    assert_eq!(Places::open(None).unwrap().of("203.0.113.1".parse().unwrap()), None);
}

#[tokio::test]
async fn a_device_whose_token_ran_out_is_not_listed() {
    let t = TestApp::new().await;
    let person = t.person("Ada", Role::Admin).await;
    let web = json!({ "email": person.email, "password": PASSWORD });
    // A browser session without "remember" expires after twelve hours, a program's after seven days.
    Answer::of(t.request(Method::POST, "/api/admin/auth/login").header("x-client", "web").json(&web)).await.status(200);
    let ada = t.sign_in(&person).await;
    assert_eq!(t.get_as(&ada, "/api/auth/sessions").await.data().as_array().unwrap().len(), 2);
    t.clock.advance(Duration::hours(13));
    let ada = t.refreshed(&ada).await;
    let left = t.get_as(&ada, "/api/auth/sessions").await.data();
    assert_eq!(left.as_array().unwrap().len(), 1, "{left}");
    assert_eq!(left[0]["current"], true);
}

#[tokio::test]
async fn all_other_devices_are_signed_out_at_once() {
    let t = TestApp::new().await;
    let (ada, ben) = (t.person("Ada", Role::Admin).await, t.person("Ben", Role::Staff).await);
    let (mine, second, third) = (t.sign_in(&ada).await, t.sign_in(&ada).await, t.sign_in(&ada).await);
    let stranger = t.sign_in(&ben).await;
    Answer::of(t.request_as(&mine, Method::DELETE, "/api/auth/sessions")).await.status(200);
    for gone in [&second, &third] {
        t.get_as(gone, "/api/auth/me").await.problem(401, "unauthenticated");
        t.post("/api/auth/refresh", json!({ "refreshToken": gone.refresh })).await.problem(401, "unauthenticated");
    }
    t.get_as(&mine, "/api/auth/me").await.status(200);
    t.get_as(&stranger, "/api/auth/me").await.status(200);
    assert_eq!(t.get_as(&mine, "/api/auth/sessions").await.data().as_array().unwrap().len(), 1);
}
