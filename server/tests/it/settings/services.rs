//! A service keeps its id: at a new address, off the list and back again.

use database::entity::{service_slugs, services, settings};
use sea_orm::{ActiveModelTrait as _, EntityTrait, QueryOrder as _, Set};
use serde_json::{Value, json};

use crate::support::{Answer, Signed, TestApp};

async fn list(t: &TestApp, who: &Signed) -> Value {
    t.get_as(who, "/api/admin/settings").await.data()["services.list"].clone()
}

async fn set(t: &TestApp, who: &Signed, list: &Value) -> Answer {
    t.patch_as(who, "/api/admin/settings", json!({ "services.list": list })).await
}

fn named<'a>(list: &'a mut Value, slug: &str) -> &'a mut Value {
    list.as_array_mut().unwrap().iter_mut().find(|one| one["slug"] == slug).expect("it is in the list")
}

async fn row(t: &TestApp, slug: &str) -> services::Model {
    let slug = service_slugs::Entity::find_by_id(slug).one(t.app.storage.read()).await.unwrap().unwrap();
    services::Entity::find_by_id(slug.service_id).one(t.app.storage.read()).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_old_address_leads_to_the_new_one_everywhere() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let before = t.send_message(json!({ "service": "web-development" })).await;
    let mut services = list(&t, &ada).await;
    *named(&mut services, "web-development") = {
        let mut one = named(&mut services, "web-development").clone();
        one["slug"] = json!("web");
        one["name"] = json!("Web");
        one
    };
    set(&t, &ada, &services).await.status(200);

    // The page keeps the query; the redirect is not cached, because the service may move back.
    let old = t.get("/services/web-development?from=ad").await;
    assert_eq!(old.status(308).header("location"), "/services/web?from=ad");
    assert_eq!(old.header("cache-control"), "private, no-cache");
    t.get("/services/web").await.status(200);
    // A form that was rendered before.
    let after = t.send_message(json!({ "service": "web-development" })).await;
    // Messages with either address belong to the same service, whichever is requested.
    for slug in ["web", "web-development"] {
        for order in ["newest", "oldest"] {
            let found = t.get_as(&ada, &format!("/api/admin/messages?service={slug}&sort={order}&status=new")).await;
            let rows: Vec<Value> = found.data().as_array().unwrap().clone();
            let mut expected = [&after, &before];
            if order == "oldest" {
                expected.reverse();
            }
            assert_eq!(rows.iter().map(|row| row["id"].as_str().unwrap()).collect::<Vec<_>>(), expected, "{slug}");
            for row in rows {
                assert_eq!((&row["service"], &row["serviceName"]), (&json!("web"), &json!("Web")));
            }
        }
    }
    let sheet = t.get_as(&ada, "/api/admin/messages/export?format=csv&service=web").await;
    assert_eq!(sheet.status(200).text.matches(",web,").count(), 2, "{}", sheet.text);

    // The audit entry lists the differences and nothing else.
    let trail = t.get_as(&ada, "/api/admin/audit?action=settings.changed").await.data();
    let expected = json!({
        "services.web.slug": { "from": "web-development", "to": "web" },
        "services.web.name": { "from": "Web development", "to": "Web" },
    });
    assert_eq!(trail[0]["changes"], expected);

    // And back again.
    named(&mut services, "web")["slug"] = json!("web-development");
    set(&t, &ada, &services).await.status(200);
    t.get("/services/web-development").await.status(200);
    let moved = t.get("/services/web").await;
    assert_eq!(moved.status(308).header("location"), "/services/web-development");
}

#[tokio::test]
async fn who_is_taken_out_keeps_the_name_and_comes_back_as_the_same() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let message = t.send_message(json!({ "service": "it-consulting" })).await;
    let all = list(&t, &ada).await;
    let mut fewer = all.clone();
    fewer.as_array_mut().unwrap().retain(|one| one["slug"] != "it-consulting");
    set(&t, &ada, &fewer).await.status(200);
    let id = row(&t, "it-consulting").await.id;
    assert!(row(&t, "it-consulting").await.retired_at.is_some());
    assert!(row(&t, "web-development").await.retired_at.is_none());
    t.get("/services/it-consulting").await.status(404);
    t.post("/api/contact", {
        let mut form = t.message();
        form["service"] = json!("it-consulting");
        form
    })
    .await
    .problem(422, "validation_failed");
    let detail = t.get_as(&ada, &format!("/api/admin/messages/{message}")).await.data();
    assert_eq!(detail["serviceName"], "IT consulting");
    // A client that does not know ids sends none, and means the service at that address.
    let mut back = all.clone();
    for one in back.as_array_mut().unwrap() {
        one.as_object_mut().unwrap().remove("id");
    }
    set(&t, &ada, &back).await.status(200);
    assert_eq!(list(&t, &ada).await, all, "all are who they were");
    assert_eq!((row(&t, "it-consulting").await.id, row(&t, "it-consulting").await.retired_at), (id, None));
}

#[tokio::test]
async fn an_address_of_another_service_is_refused_and_nothing_changes() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut services = list(&t, &ada).await;
    named(&mut services, "web-development")["slug"] = json!("web");
    set(&t, &ada, &services).await.status(200);
    let before = services::Entity::find().order_by_asc(services::Column::Id).all(t.app.storage.read()).await.unwrap();
    let mut greedy = services.clone();
    named(&mut greedy, "data-analytics")["slug"] = json!("web-development");
    let refused = set(&t, &ada, &greedy).await;
    refused.problem(422, "validation_failed");
    assert_eq!(refused.refused(), [("services.list.3.slug".to_owned(), "taken".to_owned())]);
    assert_eq!(list(&t, &ada).await, services);
    let after = services::Entity::find().order_by_asc(services::Column::Id).all(t.app.storage.read()).await.unwrap();
    assert_eq!(after, before);
}

#[tokio::test]
async fn the_samples_have_rows_and_a_list_of_before_gets_them_at_the_start() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let samples = list(&t, &ada).await;
    let rows = services::Entity::find().order_by_asc(services::Column::Id).all(t.app.storage.read()).await.unwrap();
    let ids = samples.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
    assert_eq!(rows.iter().map(|row| row.id.to_string()).collect::<Vec<_>>(), ids.collect::<Vec<_>>());

    // As written by a version without ids.
    let old = json!([{ "slug": "gardens", "name": "Gardens", "summary": "Green ones." }]);
    let old = settings::ActiveModel {
        key: Set("services.list".to_owned()),
        value: Set(old),
        updated_by: Set(None),
        updated_at: Set(t.clock.now()),
    };
    t.app
        .storage
        .write(old, |tx, old| Box::pin(async move { Ok(old.clone().insert(tx.conn()).await?.key) }))
        .await
        .unwrap();
    let next = t.restarted().await;
    let snapshot = next.settings.get();
    let gardens = snapshot.service("gardens").unwrap();
    assert_eq!(row(&t, "gardens").await.id, gardens.id);
    assert!(!gardens.id.is_nil());
    assert_eq!(t.restarted().await.settings.get().service("gardens").unwrap().id, gardens.id, "and keeps it");
    assert_eq!(snapshot.service_name("web-development"), Some("Web development"), "the samples are retired");
}

#[tokio::test]
async fn a_service_with_little_to_say_has_no_empty_headings() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let little = json!([{ "slug": "gardens", "name": "Gardens", "summary": "Green ones, all year." }]);
    set(&t, &ada, &little).await.status(200);
    let page = t.get("/services/gardens").await;
    assert!(page.status(200).text.contains("<p class=\"lead\">Green ones, all year.</p>"));
    let overview = t.get("/services").await;
    let headings = ["What you get", "How it works", "Common questions", "What it costs to start", "A good fit if"];
    for heading in headings {
        for page in [&page, &overview] {
            assert!(!page.text.contains(&format!("{heading}</h")), "{heading}");
        }
    }
    set(&t, &ada, &json!([{ "slug": "gardens", "name": "Gardens", "summary": "Green.", "gets": ["A garden"] }])).await;
    assert!(t.get("/services/gardens").await.text.contains("What you get</h2>"));
}
