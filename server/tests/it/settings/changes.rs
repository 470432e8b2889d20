//! Settings: typed, validated, audited, and used by the pages.

use database::entity::audit_logs;
use sea_orm::EntityTrait;
use serde_json::json;

use reqwest::Method;
use tekvwarho::platform::permission::Permission;

use crate::support::{Answer, Signed, TestApp};

#[tokio::test]
async fn a_change_shows_on_the_site_at_once_and_in_the_audit_trail() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    assert!(t.get("/").await.text.contains("Tekvwarho IT Solutions"));
    let changed = t
        .patch_as(&ada, "/api/admin/settings", json!({ "firm.name": "Nordlicht & Söhne", "firm.accentHue": 30 }))
        .await;
    assert_eq!(changed.data()["firm.name"], "Nordlicht & Söhne");
    assert!(t.get("/").await.text.contains("Nordlicht &amp; Söhne"));
    assert_eq!(t.get("/theme.css").await.text, ":root{--accent-hue:30}\n");
    let entries = audit_logs::Entity::find().all(t.app.storage.read()).await.unwrap();
    let entry = entries.iter().find(|entry| entry.action == "settings.changed").unwrap();
    assert_eq!(entry.changes.as_ref().unwrap()["firm.accentHue"], json!({ "from": 172, "to": 30 }));
}

#[tokio::test]
async fn one_wrong_value_changes_nothing() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let answer = t
        .patch_as(
            &ada,
            "/api/admin/settings",
            json!({ "firm.name": "New", "firm.email": "nobody", "firm.unheardOf": 1 }),
        )
        .await;
    answer.problem(422, "validation_failed");
    let mut refused = answer.refused();
    refused.sort();
    assert_eq!(
        refused,
        [("firm.email".to_owned(), "invalid".to_owned()), ("firm.unheardOf".to_owned(), "unknown".to_owned())]
    );
    assert_eq!(t.get_as(&ada, "/api/admin/settings").await.data()["firm.name"], "Tekvwarho IT Solutions");
}

#[tokio::test]
async fn the_schema_describes_every_key() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let schema = t.get_as(&ada, "/api/admin/settings/schema").await.data();
    let values = t.get_as(&ada, "/api/admin/settings").await.data();
    let keys = schema["keys"].as_array().unwrap();
    assert_eq!(keys.len(), values.as_object().unwrap().len());
    for key in keys {
        assert!(values.as_object().unwrap().contains_key(key["key"].as_str().unwrap()), "{key}");
        assert!(schema["groups"].as_array().unwrap().iter().any(|group| group["id"] == key["group"]), "{key}");
        assert!(key["kind"]["type"].is_string() && key.get("needs").is_none(), "{key}");
    }
}

#[tokio::test]
async fn services_make_the_pages() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut services = t.get_as(&ada, "/api/admin/settings").await.data()["services.list"].clone();
    services.as_array_mut().unwrap().truncate(1);
    services[0]["slug"] = json!("gardens");
    services[0]["name"] = json!("Gardens <care>");
    t.patch_as(&ada, "/api/admin/settings", json!({ "services.list": services })).await.status(200);
    let page = t.get("/services/gardens").await;
    page.status(200);
    assert!(page.text.contains("Gardens &lt;care&gt;"));
    t.get("/services/web-development").await.status(404);
    assert!(t.get("/sitemap.xml").await.text.contains("/services/gardens</loc>"));
    assert_eq!(
        t.get_as(&ada, "/api/admin/services").await.data(),
        json!([{ "slug": "gardens", "name": "Gardens <care>" }])
    );
    let mut twice = services.clone();
    twice.as_array_mut().unwrap().push(services[0].clone());
    t.patch_as(&ada, "/api/admin/settings", json!({ "services.list": twice })).await.problem(422, "validation_failed");
}

#[tokio::test]
async fn what_another_process_sets_is_seen_within_two_seconds() {
    let t = TestApp::new().await;
    let _background = t.app.start_background();
    let row = database::entity::settings::ActiveModel {
        key: sea_orm::Set("firm.name".to_owned()),
        value: sea_orm::Set(json!("Nordlicht")),
        updated_by: sea_orm::Set(None),
        updated_at: sea_orm::Set(t.clock.now() + chrono::Duration::seconds(1)),
    };
    t.app
        .storage
        .write(row, |tx, row| {
            Box::pin(async move {
                database::entity::settings::Entity::insert(row.clone()).exec_without_returning(tx.conn()).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    let began = std::time::Instant::now();
    while !t.get("/").await.text.contains("Nordlicht") {
        assert!(began.elapsed() < std::time::Duration::from_secs(2), "the site does not see it");
    }
}

/// A change by someone who has seen that version.
async fn patch_seen(t: &TestApp, who: &Signed, seen: &str, body: serde_json::Value) -> Answer {
    patch_at(t, who, "/api/admin/settings", seen, body).await
}

async fn patch_at(t: &TestApp, who: &Signed, path: &str, seen: &str, body: serde_json::Value) -> Answer {
    Answer::of(t.request_as(who, Method::PATCH, path).header("if-match", seen).json(&body)).await
}

#[tokio::test]
async fn a_program_is_told_only_of_changes_in_the_group_that_it_edits() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let groups = t.get_as(&ada, "/api/admin/settings/schema").await.data()["groups"].clone();
    let all = t.get_as(&ada, "/api/admin/settings").await.data();
    let mut shown = 0;
    for group in groups.as_array().unwrap() {
        let id = group["id"].as_str().unwrap();
        let answer = t.get_as(&ada, &format!("/api/admin/settings/{id}")).await;
        answer.status(200);
        for (key, value) in answer.data().as_object().unwrap() {
            assert!(key.starts_with(&format!("{id}.")) && all[key] == *value, "{key}");
            shown += 1;
        }
    }
    assert_eq!(shown, all.as_object().unwrap().len());
    let (firm, mail) = ("/api/admin/settings/firm", "/api/admin/settings/mail");
    let seen = t.get_as(&ada, firm).await.header("etag").to_owned();
    assert_ne!(seen, t.get_as(&ada, mail).await.header("etag"));
    t.patch_as(&ada, mail, json!({ "mail.senderName": "Nordlicht" })).await.status(200);
    let changed = patch_at(&t, &ada, firm, &seen, json!({ "firm.city": "Kiel" })).await;
    changed.status(200);
    assert_eq!(changed.data()["firm.city"], "Kiel");
    assert!(changed.data().get("mail.senderName").is_none());
    patch_at(&t, &ada, firm, &seen, json!({ "firm.city": "Ulm" })).await.problem(412, "precondition_failed");
    patch_at(&t, &ada, mail, changed.header("etag"), json!({})).await.problem(412, "precondition_failed");
    // Set back by hand, the group is again as it was seen.
    t.patch_as(&ada, firm, json!({ "firm.city": all["firm.city"] })).await.status(200);
    patch_at(&t, &ada, firm, &seen, json!({ "firm.city": "Ulm" })).await.status(200);
    let elsewhere = t.patch_as(&ada, firm, json!({ "firm.city": "Bonn", "mail.senderName": "X" })).await;
    assert_eq!(elsewhere.refused(), [("mail.senderName".to_owned(), "unknown".to_owned())]);
    assert_eq!(t.get_as(&ada, firm).await.data()["firm.city"], "Ulm");
    t.get_as(&ada, "/api/admin/settings/unheard-of").await.problem(404, "not_found");
}

#[tokio::test]
async fn of_two_who_change_at_once_the_second_is_told() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let seen = t.get_as(&ada, "/api/admin/settings").await.header("etag").to_owned();
    let first = patch_seen(&t, &ada, &seen, json!({ "firm.city": "Kiel" })).await;
    first.status(200);
    assert_ne!(first.header("etag"), seen);
    patch_seen(&t, &ada, &seen, json!({ "firm.city": "Ulm" })).await.problem(412, "precondition_failed");
    patch_seen(&t, &ada, "nonsense", json!({})).await.problem(412, "precondition_failed");
    assert_eq!(t.get_as(&ada, "/api/admin/settings").await.data()["firm.city"], "Kiel");
    // Repeating it changes nothing, so there is no notice and no entry.
    let again = patch_seen(&t, &ada, first.header("etag"), json!({ "firm.city": "Kiel" })).await;
    assert_eq!(again.header("etag"), first.header("etag"));
    let entries = audit_logs::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert_eq!(entries.iter().filter(|entry| entry.action == "settings.changed").count(), 1);
}

#[tokio::test]
async fn of_many_changes_at_once_with_one_version_exactly_one_counts() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let seen = t.get_as(&ada, "/api/admin/settings").await.header("etag").to_owned();
    let names: Vec<String> = (0..20).map(|number| format!("Firm {number}")).collect();
    let answers = futures_util::future::join_all(
        names.iter().map(|name| patch_seen(&t, &ada, &seen, json!({ "firm.name": name }))),
    )
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.code == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.code == 412).count(), 19);
}

#[tokio::test]
async fn a_group_is_there_only_for_who_may_change_it() {
    let t = TestApp::new().await;
    let sam = t.person_with("Sam", &[Permission::Settings]).await;
    let sam = t.sign_in(&sam).await;
    let schema = t.get_as(&sam, "/api/admin/settings/schema").await.data();
    assert!(!schema.to_string().contains("security."), "{schema}");
    assert!(!t.get_as(&sam, "/api/admin/settings").await.text.contains("security."));
    let refused = t.patch_as(&sam, "/api/admin/settings", json!({ "security.passwordMinLength": 20 })).await;
    assert_eq!(refused.refused(), [("security.passwordMinLength".to_owned(), "unknown".to_owned())]);
    t.get_as(&sam, "/api/admin/settings/security").await.problem(404, "not_found");
    t.patch_as(&sam, "/api/admin/settings/security", json!({})).await.problem(404, "not_found");
    t.patch_as(&sam, "/api/admin/settings", json!({ "firm.name": "Nordlicht" })).await.status(200);
}

#[tokio::test]
async fn parts_of_a_value_are_refused_beside_the_part() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let long = "x".repeat(90);
    let holiday = |from: &str, until: &str| json!({ "from": from, "until": until, "name": "Rest" });
    let opening = |day: &str, opens: &str, closes: &str| json!({ "day": day, "opens": opens, "closes": closes });
    let service = |slug: &str, name: &str| json!({ "slug": slug, "name": name, "summary": "It helps." });
    for (key, value, places) in [
        ("services.list", json!([service("a", "A"), service("a", "B")]), vec!["0.slug taken", "1.slug taken"]),
        (
            "services.list",
            json!([service("-a", ""), service("b", &long)]),
            vec!["0.slug invalid", "0.name required", "1.name too_long"],
        ),
        (
            "services.list",
            json!([{ "slug": "a", "name": "A", "summary": "A.", "bookable": true }]),
            vec!["0.bookable invalid"],
        ),
        ("services.list", json!([{ "slug": "a", "name": 5, "summary": "A." }]), vec!["0.name invalid"]),
        ("hours.weekly", json!([opening("mon", "09:00", "12:00"), opening("mon", "11:00", "13:00")]), vec!["1 taken"]),
        (
            "hours.weekly",
            json!([opening("mon", "18:00", "09:00"), opening("day", "09:00", "12:00")]),
            vec!["0 invalid", "1 invalid"],
        ),
        ("hours.weekly", json!({}), vec![" invalid"]),
        ("hours.holidays", json!([holiday("9999-12-24", "9999-12-31")]), vec!["0.from invalid", "0.until invalid"]),
        ("hours.holidays", json!([holiday("2026-12-24", "2026-12-20")]), vec!["0.until invalid"]),
        (
            "hours.holidays",
            json!([holiday("2026-12-24", "2026-12-30"), holiday("2026-12-30", "2026-12-31")]),
            vec!["1.from taken"],
        ),
        ("hours.holidays", json!([holiday("2026-02-30", "2026-03-01")]), vec!["0.from invalid"]),
        (
            "firm.social",
            json!([{ "name": "", "url": "javascript:alert(1)" }]),
            vec!["0.name required", "0.url invalid"],
        ),
        ("firm.social", json!([{ "name": "Us", "url": "https://a.example/ x" }]), vec!["0.url invalid"]),
        ("security.sessionDays", json!(30), vec![]),
    ] {
        let answer = t.patch_as(&ada, "/api/admin/settings", json!({ key: value })).await;
        let refused: Vec<String> = match answer.code {
            422 => answer
                .refused()
                .into_iter()
                .map(|(field, code)| format!("{} {code}", field.trim_start_matches(key).trim_start_matches('.')))
                .collect(),
            _ => Vec::new(),
        };
        assert_eq!(refused, places, "{key}: {}", answer.text);
    }
    let both = json!({ "security.sessionDays": 20, "security.longestSessionDays": 10 });
    let answer = t.patch_as(&ada, "/api/admin/settings", both).await;
    assert_eq!(answer.refused(), [("security.sessionDays".to_owned(), "invalid".to_owned())]);
    t.patch_as(&ada, "/api/admin/settings", json!([])).await.problem(422, "validation_failed");
}
