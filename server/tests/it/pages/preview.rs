//! Previews: what is not saved is seen by whoever writes it, and by nobody else.

use database::entity::{settings, site_pages};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::{PAGES, main_of, menu_of};
use crate::support::{Signed, TestApp};

impl TestApp {
    async fn preview_site(&self, who: &Signed, path: &str, values: Value) -> String {
        let shown = self.post_as(who, "/api/admin/site/preview", json!({ "path": path, "values": values })).await;
        shown.status(200).data()["html"].as_str().unwrap().to_owned()
    }

    async fn preview_page(&self, who: &Signed, page: Value) -> String {
        let shown = self.post_as(who, &format!("{PAGES}/preview"), page).await;
        shown.status(200).data()["html"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_page_is_seen_before_it_is_saved_and_nothing_is_written() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let known = t.publish(&ada, "Fees", "By the hour.").await;
    let before = t.get("/p/fees").await.text;
    let generation = t.app.front.pages.generation();
    let html = t.preview_page(&ada, json!({ "title": "How we work", "body": "# First\n\nWe *listen*." })).await;
    assert!(main_of(&html).contains("<h1>How we work</h1>") && main_of(&html).contains("<h2>First</h2>"), "{html}");
    assert_eq!(menu_of(&html), ["Services", "Fees", "How we work", "Contact"]);
    assert!(!html.contains("<script"), "no script runs in a preview: {html}");
    let changed =
        json!({ "id": known["id"], "title": "Costs", "slug": "fees", "body": "By the day.", "place": "menu" });
    let html = t.preview_page(&ada, changed).await;
    assert_eq!(menu_of(&html), ["Services", "Costs", "Contact"]);
    assert!(main_of(&html).contains("By the day."), "{html}");

    assert_eq!(t.app.front.pages.generation(), generation, "no cache is touched");
    assert_eq!(t.get("/p/fees").await.text, before);
    t.get("/p/how-we-work").await.status(404);
    assert_eq!(site_pages::Entity::find().count(t.app.storage.read()).await.unwrap(), 1);
    assert_eq!(t.told_of_pages(&ada).await.len(), 1);
    let refused =
        t.post_as(&ada, &format!("{PAGES}/preview"), json!({ "title": "", "body": "[a](x)" })).await.refused();
    assert_eq!(refused, [("title".to_owned(), "required".to_owned()), ("body".to_owned(), "invalid".to_owned())]);
}

#[tokio::test]
async fn the_site_is_seen_with_settings_that_are_not_saved() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let before = t.get("/").await.text;
    let rows = settings::Entity::find().count(t.app.storage.read()).await.unwrap();
    let html =
        t.preview_site(&ada, "/", json!({ "site.homeAskTitle": "A hedge to cut?", "firm.tagline": "We cut." })).await;
    assert!(main_of(&html).contains("A hedge to cut?") && main_of(&html).contains("<h1>We cut.</h1>"), "{html}");
    let html = t.preview_site(&ada, "/services", json!({ "site.servicesTitle": "Our work" })).await;
    assert!(main_of(&html).contains("<h1>Our work</h1>"));
    let list = json!([{ "slug": "hedges", "name": "Hedges", "summary": "Cut.", "icon": "craft" }]);
    let html = t.preview_site(&ada, "/services/hedges", json!({ "services.list": list })).await;
    assert!(main_of(&html).contains("<h1>Hedges</h1>"));
    let html =
        t.preview_site(&ada, "/about", json!({ "site.aboutShown": true, "site.aboutText": "We are *two*." })).await;
    assert!(main_of(&html).contains("We are <em>two</em>.") && menu_of(&html).contains(&"About"));
    let html = t.preview_site(&ada, "/about", json!({ "site.aboutText": "We are *two*." })).await;
    assert!(!menu_of(&html).contains(&"About"), "one sees the page before it is in the menu");

    assert_eq!(t.get("/").await.text, before);
    assert_eq!(settings::Entity::find().count(t.app.storage.read()).await.unwrap(), rows);
    t.get("/about").await.status(404);
    t.get("/services/hedges").await.status(404);
    for path in ["/nothing", "/contact", "/services/nothing", "//evil.example", "/../etc/passwd", ""] {
        t.post_as(&ada, "/api/admin/site/preview", json!({ "path": path })).await.status(404);
    }
    let refused =
        t.post_as(&ada, "/api/admin/site/preview", json!({ "path": "/", "values": { "site.servicesTitle": "" } }));
    assert_eq!(refused.await.refused(), [("site.servicesTitle".to_owned(), "required".to_owned())]);
}
