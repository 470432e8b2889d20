//! The blocks of the home page and the service pages: the firm words, orders and hides them, and none is drawn empty.

use database::entity::settings;
use sea_orm::{ActiveModelTrait as _, Set};
use serde_json::{Value, json};

use crate::support::{Answer, Signed, TestApp};

const SERVICE: &str = "/services/software-development";

/// A program whose pages have every block.
async fn full() -> (TestApp, Signed) {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    set(&t, &ada, t.examples()).await.status(200);
    (t, ada)
}

async fn set(t: &TestApp, who: &Signed, values: Value) -> Answer {
    t.patch_as(who, "/api/admin/settings", values).await
}

/// Blocks in this order; a name with a minus in front is hidden.
fn blocks(names: &[&str]) -> Value {
    let block = |name: &&str| json!({ "block": name.trim_start_matches('-'), "shown": !name.starts_with('-') });
    names.iter().map(block).collect()
}

/// What a page says between header and footer.
async fn main_of(t: &TestApp, path: &str) -> String {
    let page = t.get(path).await;
    page.status(200);
    page.text.split("<main").nth(1).unwrap().split("</main>").next().unwrap().to_owned()
}

/// The headings of a page with their levels.
fn headings(html: &str) -> Vec<(u8, &str)> {
    html.split("<h")
        .skip(1)
        .filter_map(|rest| {
            let level = rest.bytes().next().filter(u8::is_ascii_digit)? - b'0';
            let (text, _) = rest.split_once('>')?.1.split_once(&format!("</h{level}>"))?;
            Some((level, text.rsplit_once("\">").map_or(text, |(_, text)| text).trim_end_matches("</a>")))
        })
        .collect()
}

fn titles(html: &str) -> Vec<&str> {
    headings(html).into_iter().filter(|(level, _)| *level == 2).map(|(_, text)| text).collect()
}

/// Headings go down one level at a time, and below each but the title there is something.
fn assert_whole(html: &str) {
    let mut above = 0;
    for (level, text) in headings(html) {
        assert!(!text.trim().is_empty() && level <= above + 1, "h{level} {text} after h{above}");
        above = level;
    }
    for closing in ["</h2>", "</h3>"] {
        for (_, after) in html.match_indices(closing).map(|(at, _)| html.split_at(at + closing.len())) {
            let mut after = after.trim_start();
            while let Some(rest) = after.strip_prefix("</div>").or_else(|| after.strip_prefix("</summary>")) {
                after = rest.trim_start();
            }
            assert!(!after.is_empty() && !after.starts_with("</"), "a heading above nothing: {html}");
        }
    }
}

#[tokio::test]
async fn a_new_site_promises_nothing() {
    let t = TestApp::new().await;
    let home = main_of(&t, "/").await;
    assert_whole(&home);
    assert_eq!(titles(&home), ["What we do", "What is on your mind?"]);
    for text in ["How it starts", "What you can hold us to", "No sales call", "We say no", "The price is"] {
        assert!(!home.contains(text), "{text}");
    }
    for text in ["We will tell you", "first step costs"] {
        assert!(!main_of(&t, "/services").await.contains(text), "{text}");
    }
}

#[tokio::test]
async fn the_examples_fill_every_block_of_the_home_page() {
    let (t, _) = full().await;
    let home = main_of(&t, "/").await;
    assert_whole(&home);
    assert_eq!(titles(&home), ["What we do", "How it starts", "What you can hold us to", "What is on your mind?"]);
    assert!(home.contains("You get it in writing") && home.contains("We say no"));
}

#[tokio::test]
async fn every_text_shows_where_it_belongs_and_is_escaped() {
    let (t, ada) = full().await;
    set(&t, &ada, json!({ "site.aboutShown": true })).await.status(200);
    let agreed = t.request_as(&ada, reqwest::Method::PUT, "/api/auth/me/website").json(&json!({ "isShown": true }));
    Answer::of(agreed).await.status(200);
    let keys = t.get_as(&ada, "/api/admin/settings/schema").await.data()["keys"].clone();
    let keys: Vec<&Value> = keys.as_array().unwrap().iter().filter(|key| key["group"] == "site").collect();
    let mut looked = 0;
    for key in keys {
        let (name, kind) = (key["key"].as_str().unwrap(), key["kind"]["type"].as_str().unwrap());
        let text = format!("<i>{name} & more");
        let value = match kind {
            "line" | "text" => json!(text),
            "points" => json!([{ "title": text, "text": format!("{text}, again") }]),
            _ => continue,
        };
        set(&t, &ada, json!({ name: value })).await.status(200);
        let path = match name {
            _ if name.starts_with("site.home") => "/",
            _ if name.starts_with("site.services") => "/services",
            _ if name.starts_with("site.about") => "/about",
            _ => SERVICE,
        };
        let page = main_of(&t, path).await;
        let escaped = format!("&lt;i&gt;{name} &amp; more");
        assert!(page.contains(&escaped) && !page.contains("<i>"), "{name}: {page}");
        assert_eq!(page.contains(&format!("{escaped}, again")), kind == "points", "{name}");
        assert_whole(&page);
        looked += 1;
    }
    assert_eq!(looked, 23);
}

#[tokio::test]
async fn a_hidden_block_is_gone_and_the_others_stay() {
    let (t, ada) = full().await;
    for (key, path, names) in [
        (
            "site.homeBlocks",
            "/",
            &[
                ("services", "What we do"),
                ("start", "How it starts"),
                ("promises", "What you can hold us to"),
                ("ask", "What is on your mind?"),
            ][..],
        ),
        (
            "site.serviceBlocks",
            SERVICE,
            &[("gets", "What you get"), ("steps", "How it works"), ("questions", "Common questions")],
        ),
        ("site.serviceSideBlocks", SERVICE, &[("price", "What it costs to start"), ("fits", "A good fit if")]),
        ("site.serviceEndBlocks", SERVICE, &[("others", "Other services"), ("ask", "Is this what you need?")]),
    ] {
        for (hidden, title) in names {
            let seen = t.get(path).await.header("etag").to_owned();
            set(&t, &ada, json!({ key: blocks(&[&format!("-{hidden}")]) })).await.status(200);
            let page = main_of(&t, path).await;
            assert_whole(&page);
            for (_, other) in names {
                assert_eq!(titles(&page).contains(other), other != title, "{other} while {hidden} is hidden");
            }
            assert_ne!(t.get(path).await.header("etag"), seen);
        }
        let none: Vec<String> = names.iter().map(|(name, _)| format!("-{name}")).collect();
        let none: Vec<&str> = none.iter().map(String::as_str).collect();
        set(&t, &ada, json!({ key: blocks(&none) })).await.status(200);
        assert_whole(&main_of(&t, path).await);
    }
    // Everything is hidden: the page is its top, whose link leads elsewhere.
    let home = main_of(&t, "/").await;
    assert_eq!(headings(&home).len(), 1);
    assert!(home.contains("class=\"more\" href=\"&#x2f;services\""), "{home}");
    assert!(!main_of(&t, SERVICE).await.contains("service-grid"));
}

#[tokio::test]
async fn blocks_follow_the_order_and_their_grounds_alternate() {
    let (t, ada) = full().await;
    set(
        &t,
        &ada,
        json!({
            "site.homeBlocks": blocks(&["promises", "start", "ask", "services"]),
            "site.serviceBlocks": blocks(&["questions", "gets", "steps"]),
            "site.serviceSideBlocks": blocks(&["fits", "price"]),
            "site.serviceEndBlocks": blocks(&["ask", "others"]),
        }),
    )
    .await
    .status(200);
    let home = main_of(&t, "/").await;
    assert_whole(&home);
    assert_eq!(titles(&home), ["What you can hold us to", "How it starts", "What is on your mind?", "What we do"]);
    let grounds: Vec<&str> =
        home.split("<section class=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    assert_eq!(grounds, ["hero", "band", "band band-sunken", "ask", "band"]);
    let service = main_of(&t, SERVICE).await;
    assert_whole(&service);
    assert_eq!(
        titles(&service),
        [
            "Common questions",
            "What you get",
            "How it works",
            "A good fit if",
            "What it costs to start",
            "Is this what you need?",
            "Other services"
        ]
    );
    // The trail says what changed.
    let trail = t.get_as(&ada, "/api/admin/audit?action=settings.changed").await.data();
    assert_eq!(trail[0]["changes"]["site.serviceSideBlocks"]["to"], blocks(&["fits", "price"]));
}

#[tokio::test]
async fn a_block_without_text_is_not_drawn() {
    let (t, ada) = full().await;
    let nothing = json!({
        "site.homeServicesLead": "", "site.homeStartTitle": null, "site.homeStartLead": " ", "site.homeStartSteps": [],
        "site.homePromises": [], "site.homeAskTitle": "", "site.homeAskText": "", "site.servicesLead": null,
        "site.servicesAskTitle": null, "site.servicesAskText": null, "site.serviceAskTitle": null,
        "site.serviceAskText": null,
    });
    set(&t, &ada, nothing).await.status(200);
    let home = main_of(&t, "/").await;
    assert_whole(&home);
    // The heading of the promises stays in the settings, and stands above nothing.
    assert_eq!(titles(&home), ["What we do"]);
    for path in ["/services", SERVICE] {
        let page = main_of(&t, path).await;
        assert_whole(&page);
        assert!(!page.contains("class=\"ask\""), "{path}");
    }
    set(&t, &ada, json!({ "site.homeStartTitle": "How it starts" })).await.status(200);
    assert!(!main_of(&t, "/").await.contains("How it starts"), "a heading alone");
    set(&t, &ada, json!({ "site.homeStartLead": "With a walk." })).await.status(200);
    assert_eq!(titles(&main_of(&t, "/").await), ["What we do", "How it starts"]);
}

#[tokio::test]
async fn a_firm_without_prices_says_nothing_about_them() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let bare = json!([
        { "slug": "gardens", "name": "Gardens", "summary": "Green ones, all year." },
        { "slug": "ponds", "name": "Ponds", "summary": "Clear ones." },
    ]);
    set(&t, &ada, json!({ "services.list": bare })).await.status(200);
    for path in ["/", "/services", "/services/gardens"] {
        let page = t.get(path).await;
        assert_whole(page.text.split("<main").nth(1).unwrap());
        for word in ["cost", "Price", "you get", "How it works"] {
            assert!(!page.text.contains(word), "{path} says {word}");
        }
    }
    let service = main_of(&t, "/services/gardens").await;
    assert_eq!(titles(&service), ["Other services", "Is this what you need?"]);
    assert!(!service.contains("service-main") && service.contains("service-side"));
    assert!(t.get("/services").await.text.contains("content=\"Services of Tekvwarho IT Solutions: Gardens, Ponds.\""));
}

#[tokio::test]
async fn bad_lists_are_refused_beside_their_entry() {
    let (t, ada) = full().await;
    let many: Vec<Value> = (0..13).map(|_| json!({ "title": "A", "text": "B" })).collect();
    for (key, value, places) in [
        ("site.homeBlocks", blocks(&["ask", "news"]), vec!["1.block invalid"]),
        ("site.homeBlocks", blocks(&["ask", "start", "-ask"]), vec!["2.block taken"]),
        ("site.homeBlocks", json!([{ "block": "ask" }]), vec!["0.shown invalid"]),
        ("site.homeBlocks", json!([{ "block": "ask", "shown": true, "colour": 1 }]), vec!["0.colour invalid"]),
        ("site.homeBlocks", json!("ask"), vec![" invalid"]),
        ("site.homeBlocks", json!(null), vec![" invalid"]),
        ("site.serviceBlocks", blocks(&["price"]), vec!["0.block invalid"]),
        ("site.homePromises", json!([{ "title": "", "text": " " }]), vec!["0.title required", "0.text required"]),
        ("site.homePromises", json!([{ "title": "One" }]), vec!["0.text invalid"]),
        ("site.homePromises", json!([{ "title": "One", "text": "Two" }, ["One", "Two"]]), vec!["1 invalid"]),
        ("site.homeBlocks", json!([["ask", true]]), vec!["0 invalid"]),
        ("hours.weekly", json!([["mon", "09:00", "17:00"]]), vec!["0 invalid"]),
        ("site.homePromises", json!(many), vec![" too_long"]),
        ("site.homeServicesTitle", json!(""), vec![" required"]),
        ("site.serviceGetsTitle", json!(null), vec![" required"]),
        ("site.homeStartTitle", json!(null), vec![" required"]),
        ("site.homePromisesTitle", json!(""), vec![" required"]),
        ("site.serviceAskTitle", json!(""), vec![" required"]),
        ("site.homeAskText", json!("x".repeat(401)), vec![" too_long"]),
    ] {
        let answer = set(&t, &ada, json!({ key: value })).await;
        answer.problem(422, "validation_failed");
        let refused: Vec<String> = answer
            .refused()
            .into_iter()
            .map(|(field, code)| format!("{} {code}", field.trim_start_matches(key).trim_start_matches('.')))
            .collect();
        assert_eq!(refused, places, "{key}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_list_of_a_version_with_fewer_blocks_gets_the_others_at_their_place() {
    let (t, ada) = full().await;
    let old = settings::ActiveModel {
        key: Set("site.homeBlocks".to_owned()),
        value: Set(blocks(&["ask", "-services"])),
        updated_by: Set(None),
        updated_at: Set(t.clock.now() + chrono::Duration::seconds(1)),
    };
    t.app
        .storage
        .write(old, |tx, old| Box::pin(async move { Ok(old.clone().insert(tx.conn()).await?.key) }))
        .await
        .unwrap();
    t.app.settings.follow(&t.app.storage).await;
    let complete = blocks(&["ask", "-services", "start", "promises"]);
    assert_eq!(t.get_as(&ada, "/api/admin/settings").await.data()["site.homeBlocks"], complete);
    let expected = ["What is on your mind?", "How it starts", "What you can hold us to"];
    assert_eq!(titles(&main_of(&t, "/").await), expected);
    // A program that knows fewer can send them too.
    let sent = set(&t, &ada, json!({ "site.homeBlocks": blocks(&["-promises"]) })).await;
    assert_eq!(sent.data()["site.homeBlocks"], blocks(&["services", "start", "-promises", "ask"]));
}
