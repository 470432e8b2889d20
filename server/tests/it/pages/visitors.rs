//! What visitors get of the pages, and what they must not get of drafts.

use reqwest::Method;
use serde_json::json;

use super::{address, main_of, menu_of};
use crate::support::TestApp;

#[tokio::test]
async fn a_page_has_one_title_a_place_and_what_search_engines_need() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let text = "We listen.\n\n# Then\n\nWe *write*.";
    let page = t.publish(&ada, "How <we> work", text).await;
    let html = t.get("/p/how-we-work").await.text;
    assert!(html.contains("<title>How &lt;we&gt; work — Tekvwarho IT Solutions</title>"), "{html}");
    assert!(
        html.contains("<link rel=\"canonical\" href=\"http:&#x2f;&#x2f;localhost:5500&#x2f;p&#x2f;how-we-work\">"),
        "{html}"
    );
    assert!(html.contains("<meta name=\"description\" content=\"We listen. Then We write.\">"), "{html}");
    assert_eq!(html.matches("<h1").count(), 1);
    let main = main_of(&html);
    assert!(main.contains("<h1>How &lt;we&gt; work</h1>") && main.contains("<h2>Then</h2>"), "{main}");
    assert!(main.contains("<em>write</em>"), "{main}");
    assert!(html.contains("aria-current=\"page\">How &lt;we&gt; work</a>"), "{html}");
    assert!(t.get("/sitemap.xml").await.text.contains("<loc>http://localhost:5500/p/how-we-work</loc>"));
    t.change_page(&ada, &page, json!({ "description": "Three \"steps\"." })).await.status(200);
    assert!(t.get("/p/how-we-work").await.text.contains("content=\"Three &quot;steps&quot;.\""));
}

#[tokio::test]
async fn a_page_is_linked_where_it_should_be() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let page = t.publish(&ada, "Imprint", "Text.").await;
    let parts = async || {
        let home = t.get("/").await.text;
        let foot = home.split("<footer").nth(1).unwrap().contains("&#x2f;p&#x2f;imprint");
        (home.split("<footer").next().unwrap().matches("&#x2f;p&#x2f;imprint").count(), foot)
    };
    assert_eq!(parts().await, (2, false), "in the menu, wide and small");
    t.change_page(&ada, &page, json!({ "place": "footer" })).await.status(200);
    assert_eq!(parts().await, (0, true));
    t.change_page(&ada, &page, json!({ "place": "nowhere" })).await.status(200);
    assert_eq!(parts().await, (0, false));
    t.get("/p/imprint").await.status(200);
    // Also on pages that are never cached.
    t.change_page(&ada, &page, json!({ "place": "menu" })).await.status(200);
    assert_eq!(menu_of(&t.get("/nothing-here").await.text), ["Services", "Imprint", "Contact"]);
}

#[tokio::test]
async fn more_pages_than_fit_are_behind_a_button_and_all_help_who_is_lost() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let titles = ["How we work", "Prices", "References", "Careers", "News", "Partners", "Events"];
    for title in titles {
        t.publish(&ada, title, "Text.").await;
    }
    t.write_page(&ada, json!({ "title": "Imprint", "body": "Text.", "isPublished": true, "place": "footer" })).await;
    t.write_page(&ada, json!({ "title": "Hidden", "body": "Text.", "isPublished": true, "place": "nowhere" })).await;
    let html = t.get("/p/partners").await.text;
    let menu = menu_of(&html);
    assert_eq!(menu, [&["Services"], &titles[..], &["Contact"]].concat());
    let (bar, more) = html.split_once("class=\"nav-more\"").expect("there is a button");
    assert!(bar.contains("References") && !bar.contains("Careers"), "{bar}");
    assert!(more.contains("<summary class=\"here\">More</summary>"), "the page that is open is behind it");
    assert!(html.contains("<header class=\"top top-wide\">"), "a tablet has one button for all");
    // Whoever looks for a page that is gone sees those that are linked, and no other.
    let lost = t.get("/no-such-page").await;
    let main = main_of(&lost.status(404).text);
    for title in titles.iter().chain(&["Imprint", "Software development"]) {
        assert!(main.contains(&format!(">{title}</a>")), "{title}: {main}");
    }
    assert!(!main.contains("Hidden") && !main.contains("About"), "{main}");
}

#[tokio::test]
async fn an_old_address_leads_to_the_page_each_time() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let page = t.publish(&ada, "Fees", "By the hour.").await;
    t.get("/p/fees").await.status(200);
    t.change_page(&ada, &page, json!({ "slug": "costs" })).await.status(200);
    let old = t.get("/p/fees?from=mail").await;
    assert_eq!((old.code, old.header("location")), (308, "/p/costs?from=mail"));
    assert_eq!(old.header("cache-control"), "private, no-cache");
    for (path, to) in [("/p/costs/", "/p/costs"), ("/p/costs.html", "/p/costs"), ("/about/", "/about")] {
        assert_eq!(t.get(path).await.header("location"), to);
    }
    t.change_page(&ada, &page, json!({ "isPublished": false })).await.status(200);
    t.get("/p/fees").await.status(404);
    assert_eq!(t.get("/p/fees").await.header("location"), "", "a draft does not say where it is");
}

#[tokio::test]
async fn a_draft_is_nowhere() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let page = t.publish(&ada, "Secret plan", "It is secret.").await;
    let before = t.get("/p/secret-plan").await;
    let tag = before.status(200).header("etag").to_owned();
    t.get("/").await.status(200);
    t.get("/sitemap.xml").await.status(200);
    t.change_page(&ada, &page, json!({ "isPublished": false, "body": "It is more secret." })).await.status(200);
    // The browser that had it asks again, by the tag that it knows.
    let again = t.request(Method::GET, "/p/secret-plan").header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), 404);
    let head = t.request(Method::HEAD, "/p/secret-plan").send().await.unwrap();
    assert_eq!(head.status(), 404);
    for path in ["/", "/services", "/contact", "/sitemap.xml", "/nothing-here", "/p/secret-plan", "/robots.txt"] {
        let shown = t.get(path).await.text;
        let told = shown.replace("/p/secret-plan", "").replace("&#x2f;p&#x2f;secret-plan", "");
        assert!(!told.to_lowercase().contains("secret"), "{path}: {told}");
    }
    // A draft and no page at all look the same.
    let (draft, none) = (t.get("/p/secret-plan").await, t.get("/p/secret-plot").await);
    let bare = |text: &str| text.replace("secret-plan", "").replace("secret-plot", "");
    assert_eq!(draft.code, none.code);
    assert_eq!(bare(&draft.text).len(), bare(&none.text).len());
    assert_eq!(t.get_as(&ada, &address(&page)).await.data()["body"], "It is more secret.");
}

#[tokio::test]
async fn odd_addresses_find_nothing() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.publish(&ada, "Fees", "By the hour.").await;
    for path in ["/p/", "/p/Fees", "/p/fees%00", "/p/fees%2f", "/p/../fees", "/p/%F0%9F", "/p/fees'--", "/p"] {
        let code = t.get(path).await.code;
        assert!((400..500).contains(&code), "{path}: {code}");
    }
    t.get(&format!("/p/{}", "a".repeat(5_000))).await.status(404);
}

#[tokio::test]
async fn another_process_drops_what_a_page_changed() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let page = t.publish(&ada, "Fees", "By the hour.").await;
    t.get("/p/fees").await.status(200);
    // As an event from elsewhere: the cache hears of it by the bus.
    let generation = t.app.front.pages.generation();
    let id = page["id"].as_str().unwrap().parse().unwrap();
    let notice = tekvwarho::platform::entity::Entity::SitePage.notice("pages_changed", Some(id));
    t.app.bus.publish(notice);
    assert!(t.app.front.pages.generation() > generation && t.app.front.pages.get("/p/fees").is_none());
}
