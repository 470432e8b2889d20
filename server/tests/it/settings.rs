//! Settings: typed, checked, audited, and read by the pages.

use database::entity::audit_logs;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::support::TestApp;

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
    let keys: Vec<_> = schema.as_array().unwrap().iter().map(|key| key["key"].as_str().unwrap().to_owned()).collect();
    assert_eq!(keys.len(), values.as_object().unwrap().len());
    assert!(schema.as_array().unwrap().iter().all(|key| key["help"].as_str().is_some_and(|help| help.ends_with('.'))));
}

#[tokio::test]
async fn services_make_the_pages() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut services = t.get_as(&ada, "/api/admin/settings").await.data()["services"].clone();
    services.as_array_mut().unwrap().truncate(1);
    services[0]["slug"] = json!("gardens");
    services[0]["name"] = json!("Gardens <care>");
    t.patch_as(&ada, "/api/admin/settings", json!({ "services": services })).await.status(200);
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
    t.patch_as(&ada, "/api/admin/settings", json!({ "services": twice })).await.problem(422, "validation_failed");
}

#[tokio::test]
async fn what_another_process_sets_is_seen_within_two_seconds() {
    let t = TestApp::new().await;
    let _background = t.app.start_background();
    let other = tekvwarho::features::settings::Settings::load(&t.app.storage).await.unwrap();
    let row = database::entity::settings::ActiveModel {
        key: sea_orm::Set("firm.name".to_owned()),
        value: sea_orm::Set(json!("Nordlicht")),
        updated_by: sea_orm::Set(None),
        updated_at: sea_orm::Set(t.clock.now()),
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
    assert!(other.is_stale(&t.app.storage).await);
    let began = std::time::Instant::now();
    while !t.get("/").await.text.contains("Nordlicht") {
        assert!(began.elapsed() < std::time::Duration::from_secs(2), "the site does not see it");
    }
}
