//! What people arrange for themselves and each other: saved filters and colours of tags.

use database::entity::staff::Role;
use reqwest::Method;
use serde_json::{Value, json};
use tekvwarho::cluster::Event;

use crate::support::{Answer, Signed, TestApp};

const FILTERS: &str = "/api/admin/saved-filters";
const TAGS: &str = "/api/admin/messages/tags";

async fn desk() -> (TestApp, Signed, Signed) {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben", Role::Staff).await).await;
    t.app.bus.publish(Event::Everything);
    (t, ada, ben)
}

async fn names(t: &TestApp, who: &Signed) -> Vec<String> {
    let all = t.get_as(who, FILTERS).await.data();
    all.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn filters_are_ones_own_until_they_are_shared() {
    let (t, ada, ben) = desk().await;
    let saved = json!({ "name": "Urgent", "query": "?view=all&tag=urgent" });
    let urgent = t.post_as(&ada, FILTERS, saved).await.status(201).data();
    assert_eq!(
        (&urgent["query"], &urgent["shared"], &urgent["own"]),
        (&json!("view=all&tag=urgent"), &json!(false), &json!(true))
    );
    t.post_as(&ben, FILTERS, json!({ "name": "Bills", "query": "q=bill", "shared": true })).await.status(201);
    assert_eq!(names(&t, &ada).await, ["Bills", "Urgent"]);
    assert_eq!(names(&t, &ben).await, ["Bills"]);

    let path = format!("{FILTERS}/{}", urgent["id"].as_str().unwrap());
    t.patch_as(&ben, &path, json!({ "name": "Mine" })).await.problem(404, "not_found");
    t.delete_as(&ben, &path).await.problem(404, "not_found");
    let shared = t.patch_as(&ada, &path, json!({ "shared": true, "name": "Pressing" })).await.data();
    assert_eq!((&shared["name"], &shared["query"]), (&json!("Pressing"), &json!("view=all&tag=urgent")));
    assert_eq!(names(&t, &ben).await, ["Bills", "Pressing"]);
    // What is shared belongs to everyone.
    let theirs = t.patch_as(&ben, &path, json!({ "query": "tag=pressing" })).await.data();
    assert_eq!((&theirs["own"], &theirs["query"]), (&json!(false), &json!("tag=pressing")));
    t.delete_as(&ben, &path).await.status(200);
    assert_eq!(names(&t, &ada).await, ["Bills"]);
    // The trail has what others have as well, and nothing of what people keep for themselves.
    t.post_as(&ada, FILTERS, json!({ "name": "Private", "query": "q=holiday" })).await.status(201);
    let trail = t.get_as(&ada, "/api/admin/audit").await.data();
    let said: Vec<&Value> = trail.as_array().unwrap().iter().map(|it| &it["sentence"]).collect();
    assert_eq!(said[0], "deleted the shared filter “Pressing”");
    assert!(said.contains(&&json!("shared the filter “Bills”")) && said.contains(&&json!("changed a shared filter")));
    assert!(!trail.to_string().contains("holiday"));
}

#[tokio::test]
async fn filters_are_checked_and_bounded() {
    let (t, ada, _) = desk().await;
    let refused = async |body: Value| t.post_as(&ada, FILTERS, body).await.refused();
    let one = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    assert_eq!(refused(json!({ "name": "", "query": "q=a" })).await, one("name", "required"));
    assert_eq!(refused(json!({ "name": "a", "query": "cursor=a" })).await, one("query", "invalid"));
    assert_eq!(
        refused(json!({ "name": "a", "query": "q=".to_owned() + &"a".repeat(1_000) })).await,
        one("query", "too_long")
    );
    for n in 0..50 {
        t.post_as(&ada, FILTERS, json!({ "name": format!("{n}"), "query": "" })).await.status(201);
    }
    t.post_as(&ada, FILTERS, json!({ "name": "more", "query": "" })).await.problem(409, "conflict");
}

#[tokio::test]
async fn a_tag_has_a_colour_for_everyone() {
    let (t, ada, ben) = desk().await;
    let id = t.send_message(json!({})).await;
    let put = async |who: &Signed, path: &str, body: Value| {
        Answer::of(t.request_as(who, Method::PUT, path).json(&body)).await
    };
    put(&ada, &format!("/api/admin/messages/{id}/tags"), json!({ "tags": ["urgent", "zoo"] })).await.status(200);
    let styled = put(&ben, TAGS, json!({ "tag": " Urgent ", "colour": "red" })).await.status(200).data();
    assert_eq!(styled, json!({ "tag": "urgent", "count": 1, "colour": "red" }));
    let tags = async || t.get_as(&ada, TAGS).await.data();
    let known = |colour: Value| json!([{ "tag": "urgent", "count": 1, "colour": colour }, { "tag": "zoo", "count": 1, "colour": null }]);
    let mut all = tags().await;
    all.as_array_mut().unwrap().sort_by_key(|it| it["tag"].to_string());
    assert_eq!(all, known(json!("red")));
    put(&ada, TAGS, json!({ "tag": "urgent", "colour": "blue" })).await.status(200);
    put(&ada, TAGS, json!({ "tag": "urgent", "colour": "blue" })).await.status(200);
    put(&ada, TAGS, json!({ "tag": "urgent", "colour": null })).await.status(200);
    let mut all = tags().await;
    all.as_array_mut().unwrap().sort_by_key(|it| it["tag"].to_string());
    assert_eq!(all, known(Value::Null));
    put(&ada, TAGS, json!({ "tag": " ", "colour": "red" })).await.problem(422, "validation_failed");
    put(&ada, TAGS, json!({ "tag": "a,b", "colour": "red" })).await.problem(422, "validation_failed");
    put(&ada, TAGS, json!({ "tag": "a", "colour": "beige" })).await.status(422);
    let trail = t.get_as(&ada, "/api/admin/audit?action=tag.coloured").await.data();
    assert_eq!(trail.as_array().unwrap().len(), 3, "what changes nothing is not noted");
    assert_eq!(trail[2]["sentence"], "gave the tag urgent the colour red");
}
