//! How pages are written, named, ordered, published and deleted, and what is noted about it.

use database::entity::staff::Role;
use serde_json::{Value, json};

use super::{PAGES, address, menu_of};
use crate::support::TestApp;

#[tokio::test]
async fn a_page_is_written_published_changed_and_deleted() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let page = t.write_page(&ada, json!({ "title": " How we work ", "body": "# First\r\nWe listen." })).await;
    assert_eq!(
        (&page["title"], &page["slug"], &page["place"]),
        (&json!("How we work"), &json!("how-we-work"), &json!("menu"))
    );
    assert_eq!((&page["publishedAt"], &page["body"]), (&Value::Null, &json!("# First\nWe listen.")));
    assert_eq!((&page["updatedBy"], &page["path"]), (&json!("Ada"), &json!("/p/how-we-work")));
    t.get("/p/how-we-work").await.status(404);

    let published = t.change_page(&ada, &page, json!({ "isPublished": true })).await;
    assert_eq!(published.header("etag"), published.data()["etag"].as_str().unwrap());
    assert_eq!(published.data()["publishedAt"], "2026-03-02T09:00:00Z");
    t.get("/p/how-we-work").await.status(200);
    t.change_page(&ada, &page, json!({ "body": "We listen first." })).await.status(200);
    assert!(t.get("/p/how-we-work").await.text.contains("We listen first."), "at once, although it was cached");
    t.change_page(&ada, &page, json!({ "isPublished": false })).await.status(200);
    t.get("/p/how-we-work").await.status(404);
    t.change_page(&ada, &page, json!({ "isPublished": true })).await.status(200);
    t.delete_as(&ada, &address(&page)).await.status(200);
    t.get("/p/how-we-work").await.status(404);
    t.get_as(&ada, &address(&page)).await.status(404);
    assert_eq!(
        t.told_of_pages(&ada).await,
        [
            "deleted the page “How we work”",
            "published a page of the website",
            "took a page of the website off the website",
            "changed a page of the website",
            "published a page of the website",
            "added the page “How we work” as a draft",
        ]
    );
}

#[tokio::test]
async fn what_a_page_must_have_is_said_beside_its_field() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let refused = async |page: Value| t.post_as(&ada, PAGES, page).await.refused();
    let one = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    assert_eq!(refused(json!({ "title": " " })).await, one("title", "required"));
    assert_eq!(refused(json!({ "title": "x".repeat(121) })).await, one("title", "too_long"));
    assert_eq!(refused(json!({ "title": "A", "isPublished": true })).await, one("body", "required"));
    assert_eq!(refused(json!({ "title": "A", "body": "x".repeat(20_001) })).await, one("body", "too_long"));
    assert_eq!(refused(json!({ "title": "A", "description": "x".repeat(301) })).await, one("description", "too_long"));
    assert_eq!(refused(json!({ "title": "A", "body": "a\u{0}b" })).await, one("body", "invalid"));
    for slug in ["../x", "a/b", "A", "-a", "admin", "api", "x.html", "ä", "%2e%2e"] {
        assert_eq!(refused(json!({ "title": "A", "slug": slug })).await, one("slug", "invalid"), "{slug}");
    }
    assert_eq!(refused(json!({ "title": "A", "place": "hero" })).await, one("place", "invalid"));
    assert_eq!(refused(json!({ "title": "A", "raw": true })).await, one("raw", "unknown"));
    t.post_as(&ada, PAGES, json!({ "title": "A", "body": "x".repeat(300_000) })).await.problem(413, "body_too_large");
    let page = t.write_page(&ada, json!({ "title": "A", "slug": "" })).await;
    assert_eq!(t.change_page(&ada, &page, json!({ "isPublished": true })).await.refused(), one("body", "required"));
    assert_eq!(t.get_as(&ada, PAGES).await.data().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_address_follows_the_title_until_it_was_public() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let page = t.write_page(&ada, json!({ "title": "Fees", "body": "By the hour." })).await;
    let renamed = t.change_page(&ada, &page, json!({ "title": "Our fees" })).await.data();
    assert_eq!(renamed["slug"], "our-fees");
    // Nobody had the address of the draft, so another page can have it.
    let second = t.write_page(&ada, json!({ "title": "Fees" })).await;
    assert_eq!(second["slug"], "fees");
    // One that was typed stays.
    t.change_page(&ada, &second, json!({ "slug": "prices" })).await.status(200);
    assert_eq!(t.change_page(&ada, &second, json!({ "title": "All fees" })).await.data()["slug"], "prices");
    // Two of the same title.
    assert_eq!(t.write_page(&ada, json!({ "title": "Our fees" })).await["slug"], "our-fees-2");
    assert_eq!(t.write_page(&ada, json!({ "title": "日本語" })).await["slug"], "page");

    t.change_page(&ada, &page, json!({ "isPublished": true })).await.status(200);
    let renamed = t.change_page(&ada, &page, json!({ "title": "What it costs" })).await.data();
    assert_eq!((&renamed["slug"], &renamed["wasPublished"]), (&json!("our-fees"), &json!(true)));
    t.change_page(&ada, &page, json!({ "isPublished": false, "title": "What it will cost" })).await.status(200);
    assert_eq!(t.get_as(&ada, &address(&page)).await.data()["slug"], "our-fees", "visitors may have it");
}

#[tokio::test]
async fn an_address_that_visitors_had_belongs_to_its_page() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let fees = t.publish(&ada, "Fees", "By the hour.").await;
    t.change_page(&ada, &fees, json!({ "slug": "costs" })).await.status(200);
    for slug in ["fees", "costs"] {
        let refused = t.post_as(&ada, PAGES, json!({ "title": "Other", "slug": slug })).await;
        assert_eq!(refused.refused(), [("slug".to_owned(), "taken".to_owned())]);
        assert!(refused.text.contains("“Fees” has or had this address"), "{}", refused.text);
    }
    // Back to one that it had, and to and fro.
    t.change_page(&ada, &fees, json!({ "slug": "fees" })).await.status(200);
    t.get("/p/fees").await.status(200);
    assert_eq!(t.get("/p/costs").await.header("location"), "/p/fees");
    // They do not grow without end.
    for number in 0..28 {
        t.change_page(&ada, &fees, json!({ "slug": format!("fees-{number}") })).await.status(200);
    }
    let refused = t.change_page(&ada, &fees, json!({ "slug": "fees-x" })).await;
    assert_eq!(refused.refused(), [("slug".to_owned(), "too_long".to_owned())]);
    // A page that is gone needs none.
    t.delete_as(&ada, &address(&fees)).await.status(200);
    assert_eq!(t.write_page(&ada, json!({ "title": "Costs" })).await["slug"], "costs");
}

#[tokio::test]
async fn pages_stand_in_the_order_that_people_set() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut ids = Vec::new();
    for title in ["One", "Two", "Three"] {
        ids.push(t.publish(&ada, title, "Text.").await["id"].clone());
    }
    assert_eq!(menu_of(&t.get("/").await.text), ["Services", "One", "Two", "Three", "Contact"]);
    ids.rotate_left(1);
    t.put_as(&ada, &format!("{PAGES}/order"), json!({ "ids": ids })).await.status(200);
    assert_eq!(menu_of(&t.get("/").await.text), ["Services", "Two", "Three", "One", "Contact"]);
    assert_eq!(t.told_of_pages(&ada).await[0], "changed the order of the website’s pages");
    for wrong in [json!([ids[0], ids[1]]), json!([ids[0], ids[0], ids[1]]), json!([])] {
        t.put_as(&ada, &format!("{PAGES}/order"), json!({ "ids": wrong })).await.problem(409, "conflict");
    }
}

#[tokio::test]
async fn two_who_edit_the_same_page_do_not_overwrite_each_other() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let page = t.publish(&ada, "Fees", "By the hour.").await;
    let etag = page["etag"].as_str().unwrap();
    t.change_page(&ada, &page, json!({ "body": "By the day." })).await.status(200);
    let request = t.request_as(&ada, reqwest::Method::PATCH, &address(&page)).header("if-match", etag);
    crate::support::Answer::of(request.json(&json!({ "body": "By the week." })))
        .await
        .problem(412, "precondition_failed");
    // The order is not part of what one edits.
    let now = t.get_as(&ada, &address(&page)).await.header("etag").to_owned();
    t.put_as(&ada, &format!("{PAGES}/order"), json!({ "ids": [page["id"]] })).await.status(200);
    assert_eq!(t.get_as(&ada, &address(&page)).await.header("etag"), now);
}

#[tokio::test]
async fn a_page_that_is_sent_twice_is_made_once() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let send = async || {
        let request = t.request_as(&ada, reqwest::Method::POST, PAGES).header("idempotency-key", "page-1");
        crate::support::Answer::of(request.json(&json!({ "title": "Fees" }))).await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status(201).data(), first.header("etag")), (second.status(201).data(), second.header("etag")));
    assert_eq!(t.get_as(&ada, PAGES).await.data().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn only_those_who_set_up_the_site_write_its_pages() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let page = t.write_page(&ada, json!({ "title": "Fees" })).await;
    let sam = t.person("Sam", Role::Staff).await;
    let sam = t.sign_in(&sam).await;
    t.get_as(&sam, PAGES).await.status(403);
    t.get_as(&sam, &address(&page)).await.status(403);
    t.change_page(&sam, &page, json!({ "title": "Mine" })).await.status(403);
    t.delete_as(&sam, &address(&page)).await.status(403);
}
