//! The public pages.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, TestApp};

const PAGES: [&str; 11] = [
    "/",
    "/services",
    "/services/software-development",
    "/services/web-development",
    "/services/it-consulting",
    "/services/data-analytics",
    "/contact",
    "/privacy-policy",
    "/terms-of-service",
    "/cookie-policy",
    "/contact/thanks",
];

#[tokio::test]
async fn every_page_is_there_with_its_headers_and_without_cookies() {
    let t = TestApp::new().await;
    for path in PAGES {
        let page = t.get(path).await;
        page.status(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert!(page.cookies().is_empty(), "{path}");
        assert!(!page.header("content-security-policy").contains("unsafe"), "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert!(page.text.contains("<title>") && page.text.contains("</html>"), "{path}");
        for foreign in ["style=\"", "onclick", "<script>", "javascript:", "undefined"] {
            assert!(!page.text.contains(foreign), "{path} holds {foreign}");
        }
        // The content of a template element is not shown yet; it replaces the rest later.
        let (shown, inert) = page.text.split_once("<template").unwrap_or((&page.text, "</template>"));
        let after = inert.split_once("</template>").unwrap().1;
        assert_eq!(shown.matches("<h1").count() + after.matches("<h1").count(), 1, "{path}");
    }
}

#[tokio::test]
async fn pages_are_kept_by_browsers_until_they_change() {
    let t = TestApp::new().await;
    let first = t.get("/").await;
    let again = Answer::of(t.request(Method::GET, "/").header("if-none-match", first.header("etag"))).await;
    again.status(304);
    assert!(again.text.is_empty());
    assert_eq!(first.header("cache-control"), "private, no-cache");
    let brotli = Answer::of(t.request(Method::GET, "/").header("accept-encoding", "br")).await;
    assert_eq!(brotli.header("content-encoding"), "br");
    let head = Answer::of(t.request(Method::HEAD, "/")).await;
    head.status(200);
    assert!(head.text.is_empty());
}

#[tokio::test]
async fn the_chat_is_on_every_page_while_it_is_on_and_the_policies_follow() {
    let t = TestApp::new().await;
    let admin = t.admin().await;
    for path in PAGES {
        assert!(t.get(path).await.text.contains(r#"<aside class="chat" id="chat""#), "{path}");
    }
    assert!(t.get("/privacy-policy").await.text.contains("When you chat with us"));
    assert!(t.get("/cookie-policy").await.text.contains("<code>chat-out-…</code>"));
    t.patch_as(&admin, "/api/admin/settings", json!({ "chat.enabled": false })).await.status(200);
    for path in PAGES {
        let page = t.get(path).await.text;
        assert!(!page.contains("chat-launcher") && !page.to_lowercase().contains("your chat"), "{path}");
    }
    assert!(!t.get("/privacy-policy").await.text.contains("When you chat with us"));
    assert!(!t.get("/cookie-policy").await.text.contains("<code>chat"));
}

#[tokio::test]
async fn the_page_of_a_mailed_chat_is_the_same_for_everybody_and_leaves_no_trace_of_its_code() {
    let t = TestApp::new().await;
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let page = t.get(&format!("/chat/{id}")).await;
    page.status(200);
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("cache-control"), "private, no-store");
    assert!(page.text.contains(&format!(r#"data-session="{id}""#)) && page.text.contains("noindex"));
    assert!(page.text.contains("<noscript>"), "who has no scripts reads what to do");
    assert!(!page.text.contains(r#"id="chat""#), "there is no second chat on it");
    t.get("/chat/7").await.status(404);
}

#[tokio::test]
async fn an_address_that_nobody_has_is_a_page_for_people_and_a_problem_for_programs() {
    let t = TestApp::new().await;
    let page = t.get("/nothing/here").await;
    page.status(404);
    assert!(page.text.contains("</html>"));
    t.get("/services/nothing").await.status(404);
    t.get("/api/nothing").await.problem(404, "not_found");
    Answer::of(t.request(Method::DELETE, "/api/contact")).await.problem(405, "method_not_allowed");
    for secret in [
        "/package.json",
        "/Cargo.toml",
        "/keys.json",
        "/assets/../../Cargo.toml",
        "/assets/%2e%2e/keys.json",
        "/.env",
        "/data/keys.json",
    ] {
        t.get(secret).await.status(404);
    }
}

#[tokio::test]
async fn what_goes_wrong_on_a_page_is_a_page_for_people_and_a_problem_for_programs() {
    let t = TestApp::new().await;
    let browser = |method: Method, path: &str| t.request(method, path).header("accept", "text/html,*/*;q=0.8");
    let method = Answer::of(browser(Method::DELETE, "/contact")).await;
    method.status(405);
    assert!(method.text.contains("</html>") && method.header("allow").contains("POST"), "{}", method.text);
    let odd = Answer::of(browser(Method::GET, "/services/%00")).await;
    odd.status(400);
    assert!(odd.text.contains("</html>"));
    let broken = Answer::of(browser(Method::POST, "/contact").header("content-type", "text/plain").body("x")).await;
    broken.status(415);
    assert!(broken.text.contains("</html>") && broken.header("content-type").starts_with("text/html"));
    let large = Answer::of(browser(Method::POST, "/contact").form(&[("message", "x".repeat(70_000))])).await;
    large.status(413);
    assert!(large.text.contains("The limit is 64 kB"), "{}", large.text);
    let program = t.request(Method::DELETE, "/contact").header("accept", "application/json");
    Answer::of(program).await.problem(405, "method_not_allowed");
}

#[tokio::test]
async fn old_addresses_move() {
    let t = TestApp::new().await;
    for (from, to) in [
        ("/contact.html", "/contact"),
        ("/index.html", "/"),
        ("/services.html", "/services"),
        ("/services/web-development.html", "/services/web-development"),
        ("/services/", "/services"),
        ("/services/web-development/", "/services/web-development"),
        ("/contact.html?service=web-development", "/contact?service=web-development"),
        ("/admin/messages.html?q=1", "/admin/messages?q=1"),
        ("/admin/messages.html", "/admin/messages"),
    ] {
        let moved = t.get(from).await;
        moved.status(308);
        assert_eq!(moved.header("location"), to);
    }
}

#[tokio::test]
async fn files_that_programs_look_for() {
    let t = TestApp::with(&["--public-url", "https://desk.example.com"]).await;
    assert!(t.get("/robots.txt").await.text.contains("Sitemap: https://desk.example.com/sitemap.xml"));
    assert!(t.get("/sitemap.xml").await.text.contains("<loc>https://desk.example.com/contact</loc>"));
    let security = t.get("/.well-known/security.txt").await;
    assert!(
        security.text.contains("Contact: mailto:hello@tekvwarho.example") && security.text.contains("Expires: 2026-")
    );
    assert_eq!(t.get("/manifest.webmanifest").await.json()["start_url"], "/");
    let home = t.get("/").await;
    assert!(home.header("strict-transport-security").contains("max-age=31536000"));
    let json_ld = home.text.split("application/ld+json\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: serde_json::Value = serde_json::from_str(json_ld).unwrap();
    assert_eq!(data["@type"], "ProfessionalService");
}

#[tokio::test]
async fn the_reference_of_the_api_shows_every_operation_and_every_problem() {
    let t = TestApp::new().await;
    let page = t.get("/api/docs").await;
    page.status(200);
    let document = t.get("/api/openapi.json").await.json();
    for path in document["paths"].as_object().unwrap().keys() {
        assert!(page.text.contains(&format!("<code>{}</code>", path.replace('/', "&#x2f;"))), "{path}");
    }
    let problem = t.get("/api/nothing").await.json();
    let anchor = problem["type"].as_str().unwrap().split('#').nth(1).unwrap().to_owned();
    assert!(page.text.contains(&format!("id=\"{anchor}\"")), "{anchor}");
}

#[tokio::test]
async fn a_theme_folder_stands_in_for_what_is_built_in() {
    let theme = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(theme.path().join("templates/site")).unwrap();
    std::fs::create_dir_all(theme.path().join("assets")).unwrap();
    std::fs::write(
        theme.path().join("templates/site/home.html"),
        "<p>{{ firm.name }} at home, {{ asset(\"site.css\") }}</p>",
    )
    .unwrap();
    std::fs::write(theme.path().join("assets/site.css"), "p{color:red}").unwrap();
    let t = TestApp::with(&["--theme-dir", &theme.path().to_string_lossy()]).await;
    let home = t.get("/").await;
    assert!(home.text.starts_with("<p>Tekvwarho IT Solutions at home, /assets/site-"), "{}", home.text);
    let css = home.text.split("at home, ").nth(1).unwrap().trim_end_matches("</p>").replace("&#x2f;", "/");
    let file = t.get(css.trim()).await;
    assert_eq!((file.text.as_str(), file.header("content-type")), ("p{color:red}", "text/css; charset=utf-8"));
    assert!(file.header("cache-control").contains("immutable"));
}
